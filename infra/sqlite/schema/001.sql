-- Times: RFC 3339, UTC, nine decimals, '' for none. Durations: milliseconds. Lists: JSON.

CREATE TABLE runs (
  number      INTEGER PRIMARY KEY, -- what steps.run refers to; it means nothing else
  id          TEXT    NOT NULL,
  journey     TEXT    NOT NULL,
  region      TEXT    NOT NULL,
  slot        TEXT    NOT NULL,
  every_ms    INTEGER NOT NULL,
  started     TEXT    NOT NULL,
  outcome     TEXT    NOT NULL,
  duration_ms INTEGER NOT NULL,
  counts      TEXT    NOT NULL,
  error       TEXT    NOT NULL,
  evidence    TEXT    NOT NULL,
  site        TEXT    NOT NULL,
  tries       INTEGER NOT NULL,
  first_error TEXT    NOT NULL,
  starved_ms  INTEGER NOT NULL,
  starved_p95_ms INTEGER NOT NULL,
  chrome      TEXT    NOT NULL,
  problems    TEXT    NOT NULL,
  vitals      TEXT    NOT NULL,
  UNIQUE (journey, slot, region) -- a slot has one verdict; and the history of one journey is read in this order
) STRICT;

CREATE INDEX runs_in_order ON runs (slot, region, id, journey); -- the history of every journey is read in this one

CREATE TABLE steps (
  run         INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  outcome     TEXT    NOT NULL,
  started     TEXT    NOT NULL,
  duration_ms INTEGER NOT NULL,
  slow_ms     INTEGER NOT NULL,
  limit_ms    INTEGER NOT NULL,
  error       TEXT    NOT NULL,
  cleanup     INTEGER NOT NULL,
  waterfall   TEXT    NOT NULL, -- a JSON object
  why         TEXT    NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE items (
  key     TEXT    PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  data    BLOB    NOT NULL
) STRICT;

CREATE TABLE incidents (
  id          TEXT    PRIMARY KEY NOT NULL,
  journey     TEXT    NOT NULL,
  title       TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  step        TEXT    NOT NULL,
  error       TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  loud        INTEGER NOT NULL,
  regions     TEXT    NOT NULL,
  since       TEXT    NOT NULL,
  opened      TEXT    NOT NULL,
  last        TEXT    NOT NULL,
  streak      INTEGER NOT NULL,
  runs        INTEGER NOT NULL,
  spells      TEXT    NOT NULL,
  evidence    TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  acked_by    TEXT    NOT NULL,
  acked_at    TEXT    NOT NULL,
  resolved_at TEXT    NOT NULL,
  returns     TEXT    NOT NULL,
  reopened    TEXT    NOT NULL,
  closing     TEXT    NOT NULL,
  rev         INTEGER NOT NULL
) STRICT;

CREATE TABLE pages (
  incident    TEXT    NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  id          TEXT    NOT NULL, -- a page that tells of two incidents has a row under each
  incidents   TEXT    NOT NULL,
  purpose     TEXT    NOT NULL,
  channel     TEXT    NOT NULL,
  person      TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  result      TEXT    NOT NULL,
  why         TEXT    NOT NULL,
  sid         TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  tries       INTEGER NOT NULL,
  resent      INTEGER NOT NULL,
  planned_at  TEXT    NOT NULL,
  not_before  TEXT    NOT NULL,
  claimed_at  TEXT    NOT NULL,
  lease_until TEXT    NOT NULL,
  accepted_at TEXT    NOT NULL,
  ended_at    TEXT    NOT NULL,
  PRIMARY KEY (incident, position)
) STRICT, WITHOUT ROWID;
