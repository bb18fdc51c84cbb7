-- A link of a site's audit chain: the lines behind the last link's through_id up to its own, and those in late, a JSON list of
-- ids that were committed only after their place was sealed. digests has 16 bytes for each line, in order; hash covers all of
-- it and the link before; signature is by the instance's key with the name key_id.
CREATE TABLE audit_seals (
    site_id      BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    through_id   TEXT COLLATE "C" NOT NULL,
    late         TEXT NOT NULL,
    digests      BYTEA NOT NULL,
    hash         TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    signature    TEXT NOT NULL,
    sealed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, number)
);

-- A line whose details were erased with a person's account, and the code that stands for them in the chain.
CREATE TABLE audit_erasures (
    site_id      BIGINT NOT NULL,
    audit_id     TEXT COLLATE "C" NOT NULL,
    details_code TEXT NOT NULL,
    erased_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, audit_id)
);

-- An author's appeal, by the case in which it is heard. of_case and of_actor are the decision that it is against.
CREATE TABLE appeals (
    site_id       BIGINT NOT NULL,
    case_id       TEXT COLLATE "C" NOT NULL,
    post_id       TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL,
    of_case       TEXT COLLATE "C",
    of_actor      TEXT,
    statement     TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, case_id)
);
CREATE UNIQUE INDEX appeals_by_revision ON appeals (site_id, post_id, revision);

-- What an author has typed and not submitted: a new post, or the correction of a post's revision.
CREATE TABLE drafts (
    site_id       BIGINT NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    author_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    post_id       TEXT COLLATE "C",
    revision      BIGINT,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX drafts_by_author ON drafts (site_id, author_id, id);

-- muted is a list of kinds of notices, ",a,b,"; who is suspended may do nothing on the site; who is away gets nothing to do.
ALTER TABLE members ADD COLUMN muted TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN suspended_at_ms BIGINT;
ALTER TABLE members ADD COLUMN away_until_ms BIGINT;

-- How a site's queue stood at the beginning of an hour.
CREATE TABLE queue_hours (
    site_id   BIGINT NOT NULL,
    hour_ms   BIGINT NOT NULL,
    waiting   BIGINT NOT NULL,
    oldest_ms BIGINT,
    PRIMARY KEY (site_id, hour_ms)
);
