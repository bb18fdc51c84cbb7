-- How much disguise a rule sees through: exact, normal or aggressive.
ALTER TABLE rules ADD COLUMN match_mode TEXT NOT NULL DEFAULT 'normal';
