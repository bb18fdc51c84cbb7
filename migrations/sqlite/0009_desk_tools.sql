-- The words by which cases are found. They are put here a moment after the case, off its own transaction, in the form that
-- moderation::search gives them. search_marks is up to which case, by its id, all of a site's cases are in.
CREATE TABLE search_cases (
    id      INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL,
    case_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_cases_by_case ON search_cases (site_id, case_id);
CREATE VIRTUAL TABLE search_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
);
CREATE TABLE search_marks (
    site_id    INTEGER PRIMARY KEY,
    through_id TEXT NOT NULL
) STRICT;

-- A case that is out of the queue for a while: kind is snoozed, or asked, which waits for the author. With until_ms it comes
-- back by itself.
CREATE TABLE asides (
    site_id       INTEGER NOT NULL,
    case_id       TEXT NOT NULL,
    kind          TEXT NOT NULL,
    until_ms      INTEGER,
    by_id         TEXT NOT NULL,
    words         TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX asides_due ON asides (until_ms) WHERE until_ms IS NOT NULL;

-- The first of the two approvals that a case of some categories needs.
CREATE TABLE approvals (
    site_id       INTEGER NOT NULL,
    case_id       TEXT NOT NULL,
    by_id         TEXT NOT NULL,
    reason        TEXT,
    note          TEXT,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, case_id)
) STRICT, WITHOUT ROWID;

-- A filter of the queue that the team has given a name.
CREATE TABLE views (
    site_id       INTEGER NOT NULL,
    id            TEXT NOT NULL,
    name          TEXT NOT NULL,
    query         TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX views_by_name ON views (site_id, name);

-- The passages, a JSON list of spans, that a moderator shows the author with the decision.
CREATE TABLE passages (
    site_id INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    spans   TEXT NOT NULL,
    PRIMARY KEY (site_id, case_id)
) STRICT, WITHOUT ROWID;

-- The categories whose terms somebody does not want to read at once, ",a,b,".
ALTER TABLE members ADD COLUMN masked TEXT NOT NULL DEFAULT '';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('search_cases', 'search_cases_by_case', '1000000 100000 1'),
    ('asides', 'asides', '1000 100 1'),
    ('asides', 'asides_due', '1000 10'),
    ('approvals', 'approvals', '1000 100 1'),
    ('passages', 'passages', '10000 1000 1');
ANALYZE sqlite_schema;
