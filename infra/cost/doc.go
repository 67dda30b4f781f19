// Package cost estimates the monthly bill of a deployment in advance: the resources of template.yaml times their prices. It is
// pure; the prices are in one file, with their date.
//
// It leaves out costs below a cent or outside Valkyrie: traffic to the site and between regions, secrets, dead letters, e-mails
// about alarms, queries of the log lines.
package cost
