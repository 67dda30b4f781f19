-- Since when the provider is asked to end a call that was given up.

ALTER TABLE pages ADD COLUMN given_up_at TEXT NOT NULL DEFAULT '';
