-- The regions from which a journey still failed when its incident ended.

ALTER TABLE incidents ADD COLUMN still_fails TEXT NOT NULL DEFAULT '[]';
