-- language is the BCP 47 tag of the language that somebody chose; without one their browser or the site says it.
ALTER TABLE users ADD COLUMN language TEXT;
