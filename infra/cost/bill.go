package cost

import "fmt"

// A Line is one of the bill.
type Line struct {
	What string
	Of   string  // how much of it
	USD  float64 // a month
	Free float64 // of that, what an account has for nothing each month
}

// A Bill is what a month costs.
type Bill struct {
	Lines []Line
	// Synthetics is what the same runs cost as canaries of CloudWatch Synthetics, whose own Lambda, S3, logs and alarms
	// come on top.
	Synthetics float64
}

// Total is the sum of the lines.
func (b Bill) Total() (usd float64) {
	for _, l := range b.Lines {
		usd += l.USD
	}
	return usd
}

// Free is what of the total an account has for nothing, if nothing else in it uses that up.
func (b Bill) Free() (usd float64) {
	for _, l := range b.Lines {
		usd += l.Free
	}
	return usd
}

// Of works out the bill of a deployment. Its errors are those of Validate.
func Of(d Deployment) (Bill, error) {
	if err := d.Validate(); err != nil {
		return Bill{}, err
	}
	lines := append(computing(d), store(d)...)
	lines = append(lines, watching(d)...)
	lines = append(lines, evidence(d), phone(d))
	return Bill{Lines: lines, Synthetics: d.Runs() * canaryRuns}, nil
}

// metered is a line of so many units at a price each, of which some are free.
func metered(what, of string, units, price, free float64) Line {
	return Line{What: what, Of: of, USD: units * price, Free: min(units, free) * price}
}

// thousands is a number as people read it.
func thousands(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
