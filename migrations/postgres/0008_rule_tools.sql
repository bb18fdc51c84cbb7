-- What a version of a rule set began and ended with, for its page and for restoring it.
CREATE INDEX rules_by_from ON rules (site_id, from_version);
CREATE INDEX rules_by_to ON rules (site_id, to_version) WHERE to_version IS NOT NULL;
CREATE INDEX rule_sets_by_time ON rule_sets (created_at_ms);

-- A rule that held too much soon after it was written (in from_version) and was put to shadow by version. posts is how many it
-- had looked at, held how many of them it had held or rejected; released_at_ms is set once the held ones were released.
CREATE TABLE brakes (
    site_id        BIGINT NOT NULL REFERENCES sites (id),
    rule_id        TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL,
    from_version   BIGINT NOT NULL,
    posts          BIGINT NOT NULL,
    held           BIGINT NOT NULL,
    at_ms          BIGINT NOT NULL,
    released_at_ms BIGINT,
    PRIMARY KEY (site_id, rule_id, version)
);
