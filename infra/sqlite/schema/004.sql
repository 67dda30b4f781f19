-- How an incident ended, and the evidence of one that comes and goes.

ALTER TABLE incidents ADD COLUMN ending      TEXT NOT NULL DEFAULT ''; -- recovered, given up, not watched, by hand
ALTER TABLE incidents ADD COLUMN mixed       INTEGER NOT NULL DEFAULT 0; -- its runs failed at different steps
ALTER TABLE incidents ADD COLUMN only_there  INTEGER NOT NULL DEFAULT 0; -- from fewer regions than the quorum
ALTER TABLE incidents ADD COLUMN evident     TEXT NOT NULL DEFAULT ''; -- until when it failed beyond chance
ALTER TABLE incidents ADD COLUMN cost_ms     INTEGER NOT NULL DEFAULT 0; -- the outage that its failures add up to
ALTER TABLE incidents ADD COLUMN acks        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN ack_cost_ms INTEGER NOT NULL DEFAULT 0; -- cost_ms at the latest acknowledgement
