-- What became of calls, in more detail.

ALTER TABLE pages ADD COLUMN answered_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN hang_up_at  TEXT NOT NULL DEFAULT '';
