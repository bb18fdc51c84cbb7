-- failures counts how often a check was not reached in a row; after some it is left alone until rest_until_ms.
ALTER TABLE external_checks ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE external_checks ADD COLUMN rest_until_ms BIGINT NOT NULL DEFAULT 0;

-- Questions are claimed site by site, so that none takes the places of all.
DROP INDEX check_requests_due;
CREATE INDEX check_requests_of_site ON check_requests (site_id, lease_until_ms);
