-- What a run left behind.

ALTER TABLE runs ADD COLUMN cleanup_error TEXT NOT NULL DEFAULT '';
