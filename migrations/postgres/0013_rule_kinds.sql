-- inflections is the language in whose forms a word is looked for too, or none; exceptions is a JSON array of what excuses
-- hits of this rule alone.
ALTER TABLE rules ADD COLUMN inflections TEXT NOT NULL DEFAULT 'none';
ALTER TABLE rules ADD COLUMN exceptions TEXT NOT NULL DEFAULT '[]';
