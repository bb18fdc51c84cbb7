-- What a version of a rule set began and ended with, for its page and for restoring it.
CREATE INDEX rules_by_from ON rules (site_id, from_version);
CREATE INDEX rules_by_to ON rules (site_id, to_version) WHERE to_version IS NOT NULL;
CREATE INDEX rule_sets_by_time ON rule_sets (created_at_ms);

-- A rule that held too much soon after it was written (in from_version) and was put to shadow by version. posts is how many it
-- had looked at, held how many of them it had held or rejected; released_at_ms is set once the held ones were released.
CREATE TABLE brakes (
    site_id        INTEGER NOT NULL REFERENCES sites (id),
    rule_id        TEXT NOT NULL,
    version        INTEGER NOT NULL,
    from_version   INTEGER NOT NULL,
    posts          INTEGER NOT NULL,
    held           INTEGER NOT NULL,
    at_ms          INTEGER NOT NULL,
    released_at_ms INTEGER,
    PRIMARY KEY (site_id, rule_id, version)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('rules', 'rules', '100000 10000 2 1'),
    ('rules', 'rules_in_force', '50000 5000 1'),
    ('rules', 'rules_by_from', '100000 10000 20'),
    ('rules', 'rules_by_to', '50000 5000 20'),
    ('rule_sets', 'rule_sets', '10000 1000 1'),
    ('rule_sets', 'rule_sets_by_time', '10000 1'),
    ('brakes', 'brakes', '100 10 1 1');
ANALYZE sqlite_schema;
