-- handed_to is whom a colleague handed the case to: a person's id, or 'owners'.
ALTER TABLE cases ADD COLUMN handed_to TEXT;
CREATE INDEX cases_handed ON cases (site_id, handed_to) WHERE handed_to IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('cases', 'cases_handed', '1000 100 10');
ANALYZE sqlite_schema;
