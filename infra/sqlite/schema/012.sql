-- What the runs of a journey add up to by day, so that a page of many days need not read them. A day without a row is added up
-- when it is read. Whatever changes the runs of a day by other means removes its row.

CREATE TABLE days (
  journey TEXT NOT NULL,
  day     TEXT NOT NULL, -- of the runs' slots, such as 2026-11-21
  data    BLOB NOT NULL, -- see infra/days
  PRIMARY KEY (journey, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER run_added AFTER INSERT ON runs BEGIN
  DELETE FROM days WHERE journey = NEW.journey AND day = substr(NEW.slot, 1, 10);
END;

CREATE TRIGGER run_removed AFTER DELETE ON runs BEGIN
  DELETE FROM days WHERE journey = OLD.journey AND day = substr(OLD.slot, 1, 10);
END;

CREATE TRIGGER run_changed AFTER UPDATE ON runs BEGIN
  DELETE FROM days WHERE journey = OLD.journey AND day = substr(OLD.slot, 1, 10);
  DELETE FROM days WHERE journey = NEW.journey AND day = substr(NEW.slot, 1, 10);
END;
