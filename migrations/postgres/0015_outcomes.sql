-- What hits lead to (moderation::outcomes) is a part of every version of the rule set, and no longer a setting: JSON.
ALTER TABLE rule_sets ADD COLUMN outcomes TEXT NOT NULL DEFAULT '{}';
UPDATE rule_sets SET outcomes = (SELECT jsonb_set(COALESCE(settings::jsonb -> 'outcomes', '{}'::jsonb),
        '{second_approval}', COALESCE(settings::jsonb -> 'second_approval', '[]'::jsonb))::text
    FROM sites WHERE sites.id = rule_sets.site_id);
UPDATE sites SET settings = (settings::jsonb - 'outcomes' - 'second_approval')::text;
