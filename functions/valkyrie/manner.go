package main

import (
	"flag"

	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// A manner is how the runs are made, beyond where and which.
type manner struct {
	always, noTrace, noAgent *bool
}

func mannerFlags(fs *flag.FlagSet) manner {
	return manner{
		always:  fs.Bool("evidence-always", false, "keep evidence of good runs too"),
		noTrace: fs.Bool("no-trace", false, "send no traceparent header to the site"),
		noAgent: fs.Bool("no-agent", false, "do not add "+probes.Agent()+" to the user agent"),
	}
}

func (m manner) apply(r *journey.Runner) {
	r.Always, r.Stage.Trace = *m.always, !*m.noTrace
	if !*m.noAgent {
		r.Stage.Agent = probes.Agent()
	}
}
