-- What SQLite's planner is to take for granted of the tables that grow: one site has most of the rows. Without figures it
-- believes a site to have ten, and reads all cases of a site to find the one of a post. Nothing measures these again, so
-- the plans stay what they are (https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables).
ANALYZE sites;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('posts', 'posts', '1000000 100000 1'),
    ('posts', 'posts_by_author', '1000000 100000 100 1'),
    ('posts', 'posts_published', '500000 50000 2 1'),
    ('posts', 'posts_by_slug', '500000 50000 1'),
    ('posts', 'posts_by_external_id', '500000 50000 1'),
    ('revisions', 'sqlite_autoindex_revisions_1', '1000000 100000 2 1'),
    ('executions', 'executions', '1000000 100000 1'),
    ('executions', 'executions_by_post', '1000000 100000 2 1'),
    ('executions', 'executions_due', '100000 10'),
    ('history', 'history', '2000000 200000 2 1'),
    ('tasks', 'tasks', '1000000 100000 1'),
    ('cases', 'cases', '1000000 100000 1'),
    ('cases', 'cases_queue', '1000000 100000 10000 2 1 1'),
    ('cases', 'cases_undoable', '1000 100 2 1'),
    ('cases', 'cases_by_post', '1000000 100000 2'),
    ('cases', 'cases_to_remind', '100000 10'),
    ('audit', 'audit', '2000000 200000 1'),
    ('audit', 'audit_by_subject', '2000000 200000 3 1'),
    ('outbox', 'outbox', '2000000 200000 1'),
    ('outbox', 'outbox_due', '10000 10'),
    ('outbox', 'outbox_urgent', '100 2'),
    ('outbox', 'outbox_dead', '100 10 1'),
    ('outbox', 'outbox_kept', '1000 100 1');
ANALYZE sqlite_schema;
