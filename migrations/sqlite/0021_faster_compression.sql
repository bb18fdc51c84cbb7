-- SQLite keeps texts as they are.
SELECT 1;
