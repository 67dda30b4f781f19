// Package sqlite stores runs, incidents and pages in one file, so that Valkyrie runs on a laptop with nothing to install.
// It implements [incident.Store], and its tables are also meant for queries by hand:
//
//	sqlite3 valkyrie.db "select slot, region, outcome, error from runs where outcome <> 'passed' order by slot"
//	sqlite3 valkyrie.db "select s.name, avg(s.duration_ms) from steps s join runs r on r.number = s.run
//	                     where r.journey = 'print-card' group by s.name"
//	sqlite3 valkyrie.db "select planned_at, person, channel, state, result from pages order by planned_at"
//
// Times are RFC 3339 in UTC with nine decimals, so that they sort as text; an empty text means no time. Durations are
// milliseconds. Lists, such as evidence, are JSON.
//
// Several processes may use one file at once. A write is on disk before it returns (write-ahead log, synchronous=FULL),
// because a decision to page must survive a power cut.
package sqlite
