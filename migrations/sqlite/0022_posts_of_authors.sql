-- The index of posts by author dirtied a page for nearly every author of a transaction, two fifths of what it wrote. New posts
-- now wait in a table that fits into a few pages, until there are enough of them to be moved together (docs/adr/0038). The ledger
-- does both; whoever wants the posts of an author reads the view.
CREATE TABLE author_posts (
    site_id   INTEGER NOT NULL,
    author_id TEXT NOT NULL,
    post_id   TEXT NOT NULL,
    PRIMARY KEY (site_id, author_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE author_posts_new (
    site_id   INTEGER NOT NULL,
    author_id TEXT NOT NULL,
    post_id   TEXT NOT NULL,
    PRIMARY KEY (site_id, author_id, post_id)
) STRICT, WITHOUT ROWID;
INSERT INTO author_posts SELECT site_id, author_id, id FROM posts ORDER BY site_id, author_id, id;
DROP INDEX posts_by_author;

-- All columns of posts; those that are looked for come from the tables above.
CREATE VIEW authored_posts AS
    SELECT a.site_id, a.post_id AS id, a.author_id, p.external_id, p.slug, p.status, p.revision, p.published_revision,
        p.execution_id, p.created_at_ms, p.updated_at_ms, p.published_at_ms
    FROM author_posts a CROSS JOIN posts p ON p.site_id = a.site_id AND p.id = a.post_id
    UNION ALL
    SELECT a.site_id, a.post_id AS id, a.author_id, p.external_id, p.slug, p.status, p.revision, p.published_revision,
        p.execution_id, p.created_at_ms, p.updated_at_ms, p.published_at_ms
    FROM author_posts_new a CROSS JOIN posts p ON p.site_id = a.site_id AND p.id = a.post_id;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('author_posts', 'author_posts', '1000000 100000 100 1'),
    ('author_posts_new', 'author_posts_new', '1000 100 10 1');
ANALYZE sqlite_schema;
