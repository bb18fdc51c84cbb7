-- Whether the other sites of the installation may use a site's rules.
ALTER TABLE sites ADD COLUMN shares_rules INTEGER NOT NULL DEFAULT 0;
-- Which sites use the rules of which, and the version of theirs that was last taken over.
CREATE TABLE shared_rules (
    site_id    INTEGER NOT NULL REFERENCES sites (id),
    of_site_id INTEGER NOT NULL REFERENCES sites (id),
    version    INTEGER NOT NULL,
    PRIMARY KEY (site_id, of_site_id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('shared_rules', 'shared_rules', '100 10 1');
ANALYZE sqlite_schema;
