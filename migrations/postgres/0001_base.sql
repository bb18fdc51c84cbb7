-- Every table of a site has site_id first in its key. Ids are 26 characters that sort by time; times are epoch milliseconds.

CREATE TABLE sites (
    id               BIGINT PRIMARY KEY,
    slug             TEXT COLLATE "C" NOT NULL UNIQUE,
    name             TEXT NOT NULL,
    account          TEXT NOT NULL UNIQUE,
    settings         TEXT NOT NULL,
    workflow_version BIGINT NOT NULL,
    rule_set_version BIGINT NOT NULL,
    created_at_ms    BIGINT NOT NULL
);

CREATE TABLE users (
    id              TEXT COLLATE "C" PRIMARY KEY,
    email           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    password_hash   TEXT,
    epoch           BIGINT NOT NULL,
    confirmed_at_ms BIGINT,
    created_at_ms   BIGINT NOT NULL
);

CREATE TABLE members (
    site_id       BIGINT NOT NULL REFERENCES sites (id),
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role          TEXT NOT NULL,
    notices       BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE sessions (
    token_hash    TEXT PRIMARY KEY,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    epoch         BIGINT NOT NULL,
    user_agent    TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Single-use links: purpose is setup, invite, confirm, reset or login. Only a hash of the secret is kept.
CREATE TABLE one_time_links (
    token_hash    TEXT PRIMARY KEY,
    purpose       TEXT NOT NULL,
    site_id       BIGINT REFERENCES sites (id),
    user_id       TEXT COLLATE "C" REFERENCES users (id),
    email         TEXT,
    role          TEXT,
    created_by    TEXT COLLATE "C" REFERENCES users (id),
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_at_ms    BIGINT
);
CREATE INDEX one_time_links_by_site ON one_time_links (site_id, purpose);

-- Failed logins by subject ("account:…", "address:…").
CREATE TABLE login_attempts (
    subject          TEXT PRIMARY KEY,
    failures         BIGINT NOT NULL,
    window_start_ms  BIGINT NOT NULL,
    blocked_until_ms BIGINT NOT NULL
);

-- kind is api (secret_hash kept) or aws (the secret is derived from the instance's key, nothing kept).
CREATE TABLE access_keys (
    id              TEXT COLLATE "C" PRIMARY KEY,
    site_id         BIGINT NOT NULL REFERENCES sites (id),
    kind            TEXT NOT NULL,
    name            TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    secret_hash     TEXT,
    created_at_ms   BIGINT NOT NULL,
    used_at_ms      BIGINT,
    revoked_at_ms   BIGINT
);
CREATE INDEX access_keys_by_site ON access_keys (site_id);
CREATE UNIQUE INDEX access_keys_by_secret ON access_keys (secret_hash) WHERE secret_hash IS NOT NULL;

-- A rule is in force from from_version up to, not including, to_version of its site's rule set.
CREATE TABLE rules (
    site_id       BIGINT NOT NULL REFERENCES sites (id),
    id            TEXT COLLATE "C" NOT NULL,
    from_version  BIGINT NOT NULL,
    to_version    BIGINT,
    kind          TEXT NOT NULL,
    pattern       TEXT NOT NULL,
    fields        TEXT NOT NULL,
    action        TEXT NOT NULL,
    category      TEXT NOT NULL,
    severity      BIGINT NOT NULL,
    note          TEXT NOT NULL,
    enabled       BOOLEAN NOT NULL,
    PRIMARY KEY (site_id, id, from_version)
);
CREATE INDEX rules_in_force ON rules (site_id, id) WHERE to_version IS NULL;

CREATE TABLE rule_sets (
    site_id       BIGINT NOT NULL REFERENCES sites (id),
    version       BIGINT NOT NULL,
    comment       TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, version)
);

CREATE TABLE workflows (
    site_id       BIGINT NOT NULL REFERENCES sites (id),
    version       BIGINT NOT NULL,
    definition    TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, version)
);

-- status tells where the newest revision stands: held, published, rejected, failed or withdrawn.
-- published_revision is what readers see, whatever becomes of newer revisions.
CREATE TABLE posts (
    site_id            BIGINT NOT NULL REFERENCES sites (id),
    id                 TEXT COLLATE "C" NOT NULL,
    author_id          TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    external_id        TEXT COLLATE "C",
    slug               TEXT COLLATE "C",
    status             TEXT NOT NULL,
    revision           BIGINT NOT NULL,
    published_revision BIGINT,
    execution_id       TEXT COLLATE "C" NOT NULL,
    created_at_ms      BIGINT NOT NULL,
    updated_at_ms      BIGINT NOT NULL,
    published_at_ms    BIGINT,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX posts_by_author ON posts (site_id, author_id, id);
CREATE INDEX posts_published ON posts (site_id, published_at_ms, id) WHERE published_revision IS NOT NULL;
CREATE UNIQUE INDEX posts_by_slug ON posts (site_id, slug) WHERE slug IS NOT NULL;
CREATE UNIQUE INDEX posts_by_external_id ON posts (site_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE revisions (
    site_id          BIGINT NOT NULL,
    post_id          TEXT COLLATE "C" NOT NULL,
    number           BIGINT NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL,
    hits             TEXT NOT NULL,
    rule_set_version BIGINT NOT NULL,
    created_at_ms    BIGINT NOT NULL,
    PRIMARY KEY (site_id, post_id, number)
);

-- state is the packed asl state, NULL once the execution has ended; wake_at_ms is the earliest of its deadlines.
CREATE TABLE executions (
    site_id          BIGINT NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    post_id          TEXT COLLATE "C" NOT NULL,
    revision         BIGINT NOT NULL,
    workflow_version BIGINT NOT NULL,
    status           TEXT NOT NULL,
    started_at_ms    BIGINT NOT NULL,
    stopped_at_ms    BIGINT,
    wake_at_ms       BIGINT,
    events           BIGINT NOT NULL,
    state            BYTEA,
    error            TEXT,
    cause            TEXT,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX executions_by_post ON executions (site_id, post_id, id);
CREATE INDEX executions_due ON executions (wake_at_ms) WHERE wake_at_ms IS NOT NULL;

-- One row a transition: its events in order, packed.
CREATE TABLE history (
    site_id      BIGINT NOT NULL,
    execution_id TEXT COLLATE "C" NOT NULL,
    first_event  BIGINT NOT NULL,
    events       BYTEA NOT NULL,
    PRIMARY KEY (site_id, execution_id, first_event)
);

-- outcome is NULL while open, else succeeded, failed, timed_out or aborted; answer is the output or the error as it came.
CREATE TABLE tasks (
    site_id      BIGINT NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    execution_id TEXT COLLATE "C" NOT NULL,
    case_id      TEXT COLLATE "C",
    opened_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT,
    outcome      TEXT,
    answer       TEXT,
    PRIMARY KEY (site_id, id)
);

-- status is waiting, approved, rejected, answered, void or failed. categories and rules are lists of the form ",a,b,".
CREATE TABLE cases (
    site_id          BIGINT NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    post_id          TEXT COLLATE "C" NOT NULL,
    revision         BIGINT NOT NULL,
    execution_id     TEXT COLLATE "C" NOT NULL,
    task_id          TEXT COLLATE "C",
    author_id        TEXT COLLATE "C" NOT NULL,
    status           TEXT NOT NULL,
    severity         BIGINT NOT NULL,
    categories       TEXT NOT NULL,
    rules            TEXT NOT NULL,
    problem          TEXT,
    waiting_since_ms BIGINT NOT NULL,
    deadline_ms      BIGINT NOT NULL,
    remind_at_ms     BIGINT,
    escalated_at_ms  BIGINT,
    claimed_by       TEXT,
    claimed_until_ms BIGINT,
    decided_at_ms    BIGINT,
    decided_by       TEXT,
    decided_by_name  TEXT,
    decided_via      TEXT,
    reason           TEXT,
    note             TEXT,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX cases_queue ON cases (site_id, status, deadline_ms, id);
CREATE INDEX cases_by_post ON cases (site_id, post_id);
CREATE INDEX cases_to_remind ON cases (remind_at_ms) WHERE remind_at_ms IS NOT NULL;

CREATE TABLE audit (
    site_id BIGINT NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    at_ms   BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX audit_by_subject ON audit (site_id, subject, id);

-- One mail. status is waiting, sent, skipped, dead or kept; payload is what its template needs; recipient is set where there is no user.
CREATE TABLE outbox (
    site_id         BIGINT NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    kind            TEXT NOT NULL,
    user_id         TEXT COLLATE "C",
    recipient       TEXT,
    payload         TEXT NOT NULL,
    status          TEXT NOT NULL,
    attempts        BIGINT NOT NULL,
    due_at_ms       BIGINT NOT NULL,
    lease_until_ms  BIGINT NOT NULL,
    created_at_ms   BIGINT NOT NULL,
    sent_at_ms      BIGINT,
    last_error      TEXT,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX outbox_due ON outbox (due_at_ms) WHERE status = 'waiting';
CREATE INDEX outbox_urgent ON outbox (due_at_ms)
    WHERE status = 'waiting' AND kind NOT IN ('post_held', 'post_published', 'post_rejected');
CREATE INDEX outbox_dead ON outbox (site_id, id) WHERE status = 'dead';
CREATE INDEX outbox_kept ON outbox (site_id, id) WHERE status = 'kept';

-- When a site's moderators hear next of new cases, and of which they have heard: of all up to last_case_id, and of those in
-- announced, a JSON list.
CREATE TABLE digests (
    site_id         BIGINT PRIMARY KEY REFERENCES sites (id),
    due_at_ms       BIGINT,
    sent_at_ms      BIGINT NOT NULL,
    last_case_id    TEXT COLLATE "C" NOT NULL,
    announced       TEXT NOT NULL DEFAULT '[]'
);

-- The first answer to a request that carried an Idempotency-Key.
CREATE TABLE idempotency (
    site_id       BIGINT NOT NULL,
    key_id        TEXT NOT NULL,
    key           TEXT NOT NULL,
    request_hash  TEXT NOT NULL,
    status        BIGINT NOT NULL,
    body          TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, key_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);
