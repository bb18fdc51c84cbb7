-- Services that a site asks about its posts. A check's secret is derived from the instance's key and secret_id; it is not
-- kept. on_failure is hold or pass. Hits below score_percent are only noted; severity is that of hits that tell none.
CREATE TABLE external_checks (
    site_id       BIGINT NOT NULL REFERENCES sites (id),
    name          TEXT COLLATE "C" NOT NULL,
    url           TEXT NOT NULL,
    secret_id     TEXT COLLATE "C" NOT NULL,
    timeout_ms    BIGINT NOT NULL,
    on_failure    TEXT NOT NULL,
    action        TEXT NOT NULL,
    severity      BIGINT NOT NULL,
    score_percent BIGINT NOT NULL,
    enabled       BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL,
    failed_at_ms  BIGINT,
    failure       TEXT,
    PRIMARY KEY (site_id, name)
);

-- How often a site's checks were changed; 0 where there never was one.
ALTER TABLE sites ADD COLUMN checks_version BIGINT NOT NULL DEFAULT 0;

-- The tasks of executions that wait for a check's answer. A worker claims one until its lease is over; whoever answers the
-- task deletes it in the same transaction.
CREATE TABLE check_requests (
    site_id        BIGINT NOT NULL,
    task_id        TEXT COLLATE "C" NOT NULL,
    execution_id   TEXT COLLATE "C" NOT NULL,
    check_name     TEXT COLLATE "C" NOT NULL,
    attempt        BIGINT NOT NULL,
    created_at_ms  BIGINT NOT NULL,
    expires_at_ms  BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, task_id)
);
CREATE INDEX check_requests_due ON check_requests (lease_until_ms, created_at_ms);
