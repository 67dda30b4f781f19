-- What may be tried again, and when; and the bouts of a journey that is slow now and then.

ALTER TABLE pages ADD COLUMN final  INTEGER NOT NULL DEFAULT 0; -- of one that has failed: its carrier would fail with it again
ALTER TABLE pages ADD COLUMN again  INTEGER NOT NULL DEFAULT 0; -- so many before it said the same to the person, and did not arrive
ALTER TABLE pages ADD COLUMN waking INTEGER NOT NULL DEFAULT 0; -- only while its person is awake

ALTER TABLE incidents ADD COLUMN bouts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incidents ADD COLUMN slow  TEXT NOT NULL DEFAULT '';
