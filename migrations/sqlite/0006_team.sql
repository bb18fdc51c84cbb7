-- What moderators tell each other about an author.
CREATE TABLE notes (
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    id            TEXT NOT NULL,
    about_id      TEXT NOT NULL REFERENCES users (id),
    by_id         TEXT NOT NULL REFERENCES users (id),
    text          TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_by_author ON notes (site_id, about_id, id);

-- Who works on which case is asked every second while somebody looks at the queue.
CREATE INDEX cases_claimed ON cases (site_id, claimed_until_ms) WHERE claimed_until_ms IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('notes', 'notes', '10000 1000 1'),
    ('notes', 'notes_by_author', '10000 1000 5 1'),
    ('cases', 'cases_claimed', '100 10 1');
ANALYZE sqlite_schema;
