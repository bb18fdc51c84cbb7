-- How a member is shown the images of posts on the desk: links, blurred, or shown.
ALTER TABLE members ADD COLUMN images TEXT NOT NULL DEFAULT 'blurred';
