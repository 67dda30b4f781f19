-- What became of calls, in more detail.

ALTER TABLE pages ADD COLUMN answered_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN hang_up_at  TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN round       INTEGER NOT NULL DEFAULT 0; -- how often everybody had been tried before
ALTER TABLE pages ADD COLUMN via         TEXT NOT NULL DEFAULT ''; -- 'second' for the second channel
ALTER TABLE pages ADD COLUMN tried_at    TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN switched_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN slot        TEXT NOT NULL DEFAULT ''; -- of the run that decided: from there to accepted_at is the time to ring
ALTER TABLE pages ADD COLUMN key_at      TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN times       INTEGER NOT NULL DEFAULT 0; -- over 1: the row stands for so many that were alike

ALTER TABLE incidents ADD COLUMN resolved_by TEXT NOT NULL DEFAULT ''; -- who said that it is over
