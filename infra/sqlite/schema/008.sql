-- The certificates of the hosts that a run reached.

ALTER TABLE runs ADD COLUMN certificates TEXT NOT NULL DEFAULT '[]';
