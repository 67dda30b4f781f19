-- Whether a probe fault is of runs that break now and then.

ALTER TABLE incidents ADD COLUMN often INTEGER NOT NULL DEFAULT 0;
