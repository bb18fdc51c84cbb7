-- Every table of a site has site_id first in its key. Ids are 26 characters that sort by time; times are epoch milliseconds.

CREATE TABLE sites (
    id               INTEGER PRIMARY KEY,
    slug             TEXT NOT NULL UNIQUE,
    name             TEXT NOT NULL,
    account          TEXT NOT NULL UNIQUE,
    settings         TEXT NOT NULL,
    workflow_version INTEGER NOT NULL,
    rule_set_version INTEGER NOT NULL,
    created_at_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id              TEXT PRIMARY KEY,
    email           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    password_hash   TEXT,
    epoch           INTEGER NOT NULL,
    confirmed_at_ms INTEGER,
    created_at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    user_id       TEXT NOT NULL REFERENCES users (id),
    role          TEXT NOT NULL,
    notices       INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE sessions (
    token_hash    TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id),
    epoch         INTEGER NOT NULL,
    user_agent    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    seen_at_ms    INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Single-use links: purpose is setup, invite, confirm, reset or login. Only a hash of the secret is kept.
CREATE TABLE one_time_links (
    token_hash    TEXT PRIMARY KEY,
    purpose       TEXT NOT NULL,
    site_id       INTEGER REFERENCES sites (id),
    user_id       TEXT REFERENCES users (id),
    email         TEXT,
    role          TEXT,
    created_by    TEXT REFERENCES users (id),
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_at_ms    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_links_by_site ON one_time_links (site_id, purpose);

-- Failed logins by subject ("account:…", "address:…").
CREATE TABLE login_attempts (
    subject          TEXT PRIMARY KEY,
    failures         INTEGER NOT NULL,
    window_start_ms  INTEGER NOT NULL,
    blocked_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- kind is api (secret_hash kept) or aws (the secret is derived from the instance's key, nothing kept).
CREATE TABLE access_keys (
    id              TEXT PRIMARY KEY,
    site_id         INTEGER NOT NULL REFERENCES sites (id),
    kind            TEXT NOT NULL,
    name            TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    secret_hash     TEXT,
    created_at_ms   INTEGER NOT NULL,
    used_at_ms      INTEGER,
    revoked_at_ms   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX access_keys_by_site ON access_keys (site_id);
CREATE UNIQUE INDEX access_keys_by_secret ON access_keys (secret_hash) WHERE secret_hash IS NOT NULL;

-- A rule is in force from from_version up to, not including, to_version of its site's rule set.
CREATE TABLE rules (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    id            TEXT NOT NULL,
    from_version  INTEGER NOT NULL,
    to_version    INTEGER,
    kind          TEXT NOT NULL,
    pattern       TEXT NOT NULL,
    fields        TEXT NOT NULL,
    action        TEXT NOT NULL,
    category      TEXT NOT NULL,
    severity      INTEGER NOT NULL,
    note          TEXT NOT NULL,
    enabled       INTEGER NOT NULL,
    PRIMARY KEY (site_id, id, from_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX rules_in_force ON rules (site_id, id) WHERE to_version IS NULL;

CREATE TABLE rule_sets (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    version       INTEGER NOT NULL,
    comment       TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE workflows (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    version       INTEGER NOT NULL,
    definition    TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, version)
) STRICT;

-- status tells where the newest revision stands: held, published, rejected, failed or withdrawn.
-- published_revision is what readers see, whatever becomes of newer revisions.
CREATE TABLE posts (
    site_id            INTEGER NOT NULL REFERENCES sites (id),
    id                 TEXT NOT NULL,
    author_id          TEXT NOT NULL REFERENCES users (id),
    external_id        TEXT,
    slug               TEXT,
    status             TEXT NOT NULL,
    revision           INTEGER NOT NULL,
    published_revision INTEGER,
    execution_id       TEXT NOT NULL,
    created_at_ms      INTEGER NOT NULL,
    updated_at_ms      INTEGER NOT NULL,
    published_at_ms    INTEGER,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX posts_by_author ON posts (site_id, author_id, id);
CREATE INDEX posts_published ON posts (site_id, published_at_ms, id) WHERE published_revision IS NOT NULL;
CREATE UNIQUE INDEX posts_by_slug ON posts (site_id, slug) WHERE slug IS NOT NULL;
CREATE UNIQUE INDEX posts_by_external_id ON posts (site_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE revisions (
    site_id          INTEGER NOT NULL,
    post_id          TEXT NOT NULL,
    number           INTEGER NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL,
    hits             TEXT NOT NULL,
    rule_set_version INTEGER NOT NULL,
    created_at_ms    INTEGER NOT NULL,
    PRIMARY KEY (site_id, post_id, number)
) STRICT;

-- state is the packed asl state, NULL once the execution has ended; wake_at_ms is the earliest of its deadlines.
CREATE TABLE executions (
    site_id          INTEGER NOT NULL,
    id               TEXT NOT NULL,
    post_id          TEXT NOT NULL,
    revision         INTEGER NOT NULL,
    workflow_version INTEGER NOT NULL,
    status           TEXT NOT NULL,
    started_at_ms    INTEGER NOT NULL,
    stopped_at_ms    INTEGER,
    wake_at_ms       INTEGER,
    events           INTEGER NOT NULL,
    state            BLOB,
    error            TEXT,
    cause            TEXT,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX executions_by_post ON executions (site_id, post_id, id);
CREATE INDEX executions_due ON executions (wake_at_ms) WHERE wake_at_ms IS NOT NULL;

-- One row a transition: its events in order, packed.
CREATE TABLE history (
    site_id      INTEGER NOT NULL,
    execution_id TEXT NOT NULL,
    first_event  INTEGER NOT NULL,
    events       BLOB NOT NULL,
    PRIMARY KEY (site_id, execution_id, first_event)
) STRICT, WITHOUT ROWID;

-- outcome is NULL while open, else succeeded, failed, timed_out or aborted; answer is the output or the error as it came.
CREATE TABLE tasks (
    site_id      INTEGER NOT NULL,
    id           TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    case_id      TEXT,
    opened_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER,
    outcome      TEXT,
    answer       TEXT,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

-- status is waiting, approved, rejected, answered, void or failed. categories and rules are lists of the form ",a,b,".
CREATE TABLE cases (
    site_id          INTEGER NOT NULL,
    id               TEXT NOT NULL,
    post_id          TEXT NOT NULL,
    revision         INTEGER NOT NULL,
    execution_id     TEXT NOT NULL,
    task_id          TEXT,
    author_id        TEXT NOT NULL,
    status           TEXT NOT NULL,
    severity         INTEGER NOT NULL,
    categories       TEXT NOT NULL,
    rules            TEXT NOT NULL,
    problem          TEXT,
    waiting_since_ms INTEGER NOT NULL,
    deadline_ms      INTEGER NOT NULL,
    remind_at_ms     INTEGER,
    escalated_at_ms  INTEGER,
    claimed_by       TEXT,
    claimed_until_ms INTEGER,
    decided_at_ms    INTEGER,
    decided_by       TEXT,
    decided_by_name  TEXT,
    decided_via      TEXT,
    reason           TEXT,
    note             TEXT,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_queue ON cases (site_id, status, deadline_ms, id);
CREATE INDEX cases_by_post ON cases (site_id, post_id);
CREATE INDEX cases_to_remind ON cases (remind_at_ms) WHERE remind_at_ms IS NOT NULL;

CREATE TABLE audit (
    site_id INTEGER NOT NULL,
    id      TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_subject ON audit (site_id, subject, id);

-- One mail. status is waiting, sent, skipped, dead or kept; payload is what its template needs; recipient is set where there is no user.
CREATE TABLE outbox (
    site_id         INTEGER NOT NULL,
    id              TEXT NOT NULL,
    kind            TEXT NOT NULL,
    user_id         TEXT,
    recipient       TEXT,
    payload         TEXT NOT NULL,
    status          TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    due_at_ms       INTEGER NOT NULL,
    lease_until_ms  INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    sent_at_ms      INTEGER,
    last_error      TEXT,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at_ms) WHERE status = 'waiting';
CREATE INDEX outbox_urgent ON outbox (due_at_ms)
    WHERE status = 'waiting' AND kind NOT IN ('post_held', 'post_published', 'post_rejected');
CREATE INDEX outbox_dead ON outbox (site_id, id) WHERE status = 'dead';
CREATE INDEX outbox_kept ON outbox (site_id, id) WHERE status = 'kept';

-- When a site's moderators hear next of new cases, and of which they have heard: of all up to last_case_id, and of those in
-- announced, a JSON list.
CREATE TABLE digests (
    site_id         INTEGER PRIMARY KEY REFERENCES sites (id),
    due_at_ms       INTEGER,
    sent_at_ms      INTEGER NOT NULL,
    last_case_id    TEXT NOT NULL,
    announced       TEXT NOT NULL DEFAULT '[]'
) STRICT;

-- The first answer to a request that carried an Idempotency-Key.
CREATE TABLE idempotency (
    site_id       INTEGER NOT NULL,
    key_id        TEXT NOT NULL,
    key           TEXT NOT NULL,
    request_hash  TEXT NOT NULL,
    status        INTEGER NOT NULL,
    body          TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, key_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);
