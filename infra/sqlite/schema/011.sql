-- Whether the calls about an incident are suspended, as fewer regions than the quorum fail by now.

ALTER TABLE incidents ADD COLUMN calmed INTEGER NOT NULL DEFAULT 0;
