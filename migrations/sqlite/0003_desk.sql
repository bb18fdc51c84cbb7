-- rank_ms is a case's place in the queue, the least first: its deadline, nearer by six hours for each step of severity.
-- undo_until_ms is set while a decision can be taken back: until then the post waits and nobody is told.
ALTER TABLE cases ADD COLUMN rank_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN undo_until_ms INTEGER;
UPDATE cases SET rank_ms = deadline_ms - severity * 21600000;
DROP INDEX cases_queue;
CREATE INDEX cases_queue ON cases (site_id, status, rank_ms, id, deadline_ms);
CREATE INDEX cases_undoable ON cases (site_id, undo_until_ms) WHERE undo_until_ms IS NOT NULL;
