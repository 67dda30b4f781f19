// Package cloudwatch words what CloudWatch reads: one line of JSON per run and per round of the pager, in the Embedded
// Metric Format, from which CloudWatch makes metrics, and in whose other fields Logs Insights searches. Nothing is called
// and nothing can fail: a line goes to the standard output, like any log.
//
// Custom metrics cost by their number (names times dimension values, per region), not by how often they are written. So
// a journey has four in each deployment, which are enough for alarms and the dashboard, and what is known of its steps stays in the fields of
// the same line, where it costs nothing more. Detail says whether steps have metrics too.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package cloudwatch
