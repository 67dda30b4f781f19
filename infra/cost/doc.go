// Package cost works out the monthly bill of a deployment before there is one: what template.yaml makes, times what it
// costs. It is arithmetic on values; the prices are in one place, with their date.
//
// What is not counted is below a cent or not ours: traffic to the site and between regions, secrets, dead letters, e-mails
// about alarms, queries of the log lines.
package cost
