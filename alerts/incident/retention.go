package incident

import "time"

const day = 24 * time.Hour

// How long each kind of history is kept. This is the only place to change it; the last two are defaults of parameters in
// template.yaml, and a test holds them against the template.
const (
	RetainRunsLocal  = 400 * day // runs in the SQLite store: 13 months, so that a month can be compared with the same one last year
	RetainRuns       = 90 * day  // runs in DynamoDB, where storage has a price
	RetainIncidents  = 396 * day // resolved incidents in DynamoDB; SQLite keeps all of them
	RetainDailyTimes = 397 * day // a step's daily times, in either store
	RetainLogs       = 90 * day  // log lines in CloudWatch: LogRetention in template.yaml
	RetainEvidence   = 30 * day  // screenshots and other evidence in S3: EvidenceRetention in template.yaml
)
