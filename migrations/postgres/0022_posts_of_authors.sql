-- The posts of an author are read from a view, which on SQLite is made of more than the posts.
CREATE VIEW authored_posts AS
    SELECT site_id, id, author_id, external_id, slug, status, revision, published_revision, execution_id, created_at_ms,
        updated_at_ms, published_at_ms
    FROM posts;
