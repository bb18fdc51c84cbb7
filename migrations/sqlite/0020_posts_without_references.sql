-- The references of posts to sites and users were looked up for each new post. Neither is ever deleted, and both come from a
-- credential or a path that was checked. SQLite drops a reference only with its table.
CREATE TABLE posts_anew (
    site_id            INTEGER NOT NULL,
    id                 TEXT NOT NULL,
    author_id          TEXT NOT NULL,
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
INSERT INTO posts_anew SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE posts_anew RENAME TO posts;
CREATE INDEX posts_by_author ON posts (site_id, author_id, id);
CREATE INDEX posts_published ON posts (site_id, published_at_ms, id) WHERE published_revision IS NOT NULL;
CREATE UNIQUE INDEX posts_by_slug ON posts (site_id, slug) WHERE slug IS NOT NULL;
CREATE UNIQUE INDEX posts_by_external_id ON posts (site_id, external_id) WHERE external_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('posts', 'posts', '1000000 100000 1'),
    ('posts', 'posts_by_author', '1000000 100000 100 1'),
    ('posts', 'posts_published', '500000 50000 2 1'),
    ('posts', 'posts_by_slug', '500000 50000 1'),
    ('posts', 'posts_by_external_id', '500000 50000 1');
ANALYZE sqlite_schema;
