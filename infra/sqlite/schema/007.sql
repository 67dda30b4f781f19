-- The keys pressed in a call, and for how long an incident's runs failed.

ALTER TABLE pages ADD COLUMN keys TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN every_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN failed_ms INTEGER NOT NULL DEFAULT 0;
