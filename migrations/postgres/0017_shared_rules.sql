-- Whether the other sites of the installation may use a site's rules.
ALTER TABLE sites ADD COLUMN shares_rules BOOLEAN NOT NULL DEFAULT FALSE;
-- Which sites use the rules of which, and the version of theirs that was last taken over.
CREATE TABLE shared_rules (
    site_id    BIGINT NOT NULL REFERENCES sites (id),
    of_site_id BIGINT NOT NULL REFERENCES sites (id),
    version    BIGINT NOT NULL,
    PRIMARY KEY (site_id, of_site_id)
);
