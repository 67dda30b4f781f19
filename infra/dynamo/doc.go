// Package dynamo keeps runs, incidents and pages in one DynamoDB table, in the cloud. It is an [valkyrie/alerts.Store].
//
// The table has two generic keys, an attribute with the time to live, and nothing else: no index, no stream, no
// transaction. What is in it, by its partition key (pk) and its sort key (sk):
//
//	ITEM#<key>          ITEM               a small state that changes under its version, with who wrote the last versions
//	JOURNEYS            #<journey>         the journeys of which there are runs
//	RUN#<journey>       <slot>#<region>    a run: put once, and never again
//	INCIDENT#<id>       INCIDENT           an incident and its pages, in its latest revision
//	INCIDENTS           <end>#<id>         the same in the order of their ends, to be listed: "open" or a time
//
// Times in keys are RFC 3339 in UTC with nine decimals, so that they sort as text. Documents are JSON: in the attribute
// data, or gzip in the attribute gzip when that is shorter. Writes are paid by the kilobyte, and JSON gets ten times smaller:
//
//	aws dynamodb get-item --table-name valkyrie --key '{"pk":{"S":"ITEM#ROUTE#default"},"sk":{"S":"ITEM"}}' \
//	    --query Item.gzip.B --output text | base64 -d | gunzip
//
// A run takes three requests, and one more in the first run of a journey in a process, however long the history is.
//
// Every request may be lost, or its answer. All are sent again, after a random pause that grows; a write that has arrived
// the first time is then recognised by its writer's mark and is not mistaken for somebody else's.
package dynamo
