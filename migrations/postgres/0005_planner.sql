-- PostgreSQL counts for itself what SQLite's planner has to be told.
SELECT 1;
