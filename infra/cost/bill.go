// Package cost estimates the monthly bill of a deployment in advance: the resources of template.yaml times their prices. It is
// pure; the prices are in one file, with their date.
//
// It leaves out costs below a cent or outside Valkyrie: traffic to the site, dead letters, e-mails about alarms, queries of the
// log lines.
package cost

import (
	"fmt"
)

// A Line is one item of a bill.
type Line struct {
	What string
	Of   string  // quantity
	USD  float64 // per month
	Free float64 // the part of USD that AWS's free tier covers
}

// A Bill is the estimated cost of a month.
type Bill struct {
	Lines []Line
	// Synthetics is the price of the same runs as CloudWatch Synthetics canaries, without their additional costs for Lambda, S3,
	// logs and alarms.
	Synthetics float64
}

// Total returns the sum of the lines.
func (b Bill) Total() (usd float64) {
	for _, l := range b.Lines {
		usd += l.USD
	}
	return usd
}

// Free returns the part of the total that AWS's free tier covers, if the account uses it for nothing else.
func (b Bill) Free() (usd float64) {
	for _, l := range b.Lines {
		usd += l.Free
	}
	return usd
}

// Of estimates the bill of a deployment. It returns the errors of Validate.
func Of(p Plan) (Bill, error) {
	if err := p.Validate(); err != nil {
		return Bill{}, err
	}
	return of(p), nil
}

// of estimates the bill of a plan that may exceed the template's limits.
func of(p Plan) Bill {
	lines := append(lambdaLines(p), tableLines(p)...)
	lines = append(lines, cloudWatchLines(p)...)
	lines = append(lines, secretsLine(p), evidenceLine(p), phoneLine(p))
	if p.Key {
		lines = append(lines, keyLine(p))
	}
	if p.Traces {
		lines = append(lines, metered("traces", thousands(p.Runs())+" runs to X-Ray", p.Runs(), traces, freeTraces))
	}
	if p.Subnets > 0 {
		lines = append(lines, networkLine(p))
	}
	return Bill{Lines: lines, Synthetics: p.Runs() * canaryRuns}
}

// metered returns a line for a number of units at a price each, of which some are free.
func metered(what, of string, units, price, free float64) Line {
	return Line{What: what, Of: of, USD: units * price, Free: min(units, free) * price}
}

// thousands formats a number with thousands separators.
func thousands(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
