// Package cloudwatch formats log lines for CloudWatch: one line of JSON per run and per round of the pager, in the Embedded Metric
// Format. CloudWatch extracts metrics from it, and Logs Insights can query the other fields. It sends no request and cannot fail:
// the lines go to the standard output.
//
// Custom metrics are billed by their number (names times dimension values, per region), not by data points. A journey therefore
// has four per deployment, which suffice for alarms and the dashboard. Data about its steps is in other fields of the same line,
// at no further cost. Detail adds metrics for steps.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package cloudwatch
