-- What hits lead to (moderation::outcomes) is a part of every version of the rule set, and no longer a setting: JSON.
ALTER TABLE rule_sets ADD COLUMN outcomes TEXT NOT NULL DEFAULT '{}';
UPDATE rule_sets SET outcomes = (SELECT json_set(COALESCE(json_extract(settings, '$.outcomes'), '{}'),
        '$.second_approval', json(COALESCE(json_extract(settings, '$.second_approval'), '[]')))
    FROM sites WHERE sites.id = rule_sets.site_id);
UPDATE sites SET settings = json_remove(settings, '$.outcomes', '$.second_approval');
