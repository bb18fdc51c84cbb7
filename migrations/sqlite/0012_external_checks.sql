-- Services that a site asks about its posts. A check's secret is derived from the instance's key and secret_id; it is not
-- kept. on_failure is hold or pass. Hits below score_percent are only noted; severity is that of hits that tell none.
CREATE TABLE external_checks (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    secret_id     TEXT NOT NULL,
    timeout_ms    INTEGER NOT NULL,
    on_failure    TEXT NOT NULL,
    action        TEXT NOT NULL,
    severity      INTEGER NOT NULL,
    score_percent INTEGER NOT NULL,
    enabled       INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    failed_at_ms  INTEGER,
    failure       TEXT,
    PRIMARY KEY (site_id, name)
) STRICT, WITHOUT ROWID;

-- How often a site's checks were changed; 0 where there never was one.
ALTER TABLE sites ADD COLUMN checks_version INTEGER NOT NULL DEFAULT 0;

-- The tasks of executions that wait for a check's answer. A worker claims one until its lease is over; whoever answers the
-- task deletes it in the same transaction.
CREATE TABLE check_requests (
    site_id        INTEGER NOT NULL,
    task_id        TEXT NOT NULL,
    execution_id   TEXT NOT NULL,
    check_name     TEXT NOT NULL,
    attempt        INTEGER NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    expires_at_ms  INTEGER NOT NULL,
    lease_until_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX check_requests_due ON check_requests (lease_until_ms, created_at_ms);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('check_requests', 'check_requests', '10000 1000 1'),
    ('check_requests', 'check_requests_due', '10000 10 1');
ANALYZE sqlite_schema;
