// Package dynamo stores runs, incidents and pages in one DynamoDB table. It implements [valkyrie/alerts/incident.Store].
//
// The table has two generic keys and an attribute for the time to live. It needs no index, stream or transaction. Its rows, by
// partition key (pk) and sort key (sk):
//
//	ITEM#<key>          ITEM               a small state under optimistic locking by version, with the ids of its last writes
//	JOURNEYS            #<journey>         the journeys that have runs
//	RUN#<journey>       <slot>#<region>    a run: written once
//	INCIDENT#<id>       INCIDENT           the latest revision of an incident and its pages
//	INCIDENTS           <end>#<id>         list of incidents, sorted by end: "open" or a time
//
// Times in keys are RFC 3339 in UTC with nine decimals, so that they sort as text. Documents are JSON: in the attribute
// data, or gzip in the attribute gzip when that is shorter, because writes are billed by the kilobyte and JSON shrinks to a
// tenth. To read one:
//
//	aws dynamodb get-item --table-name valkyrie --key '{"pk":{"S":"ITEM#ROUTE#default"},"sk":{"S":"ITEM"}}' \
//	    --query Item.gzip.B --output text | base64 -d | gunzip
//
// Storing a run takes three requests, and one more for the first run of a journey in a process, independent of the length of the
// history.
//
// A request or its response may be lost. All requests are retried, with exponential backoff and jitter. Writes are idempotent:
// when the first attempt was applied, the retry recognises it by its write id, and does not report a conflict.
package dynamo
