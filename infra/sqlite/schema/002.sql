-- What became of calls, in more detail.

ALTER TABLE pages ADD COLUMN answered_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN hang_up_at  TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN round       INTEGER NOT NULL DEFAULT 0; -- how often everybody had been tried before
