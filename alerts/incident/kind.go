package incident

// A Kind is the kind of incident. It decides the default severity.
type Kind string

// The kinds of incident.
const (
	Down         Kind = "down"        // the journey fails: customers cannot do it. It calls.
	Flapping     Kind = "flapping"    // the journey fails repeatedly, with good runs in between. It calls once PagesNow is set.
	Silent       Kind = "silent"      // expected runs are missing. It calls.
	Degraded     Kind = "degraded"    // the journey is slow repeatedly. It texts.
	LatencyTrend Kind = "creeping"    // a step gets slower from week to week, and will exceed its limit. It texts.
	Counts       Kind = "counts"      // a count reported by the runs is wrong. It texts.
	Heartbeat    Kind = "heartbeat"   // a batch is late, incomplete or has failed. It texts.
	Slower       Kind = "slower"      // a step became several times slower all at once, under its budget. It texts.
	Certificate  Kind = "certificate" // a certificate or a domain of a host that the journey needs expires soon. It texts.
	Cleanup      Kind = "cleanup"     // what the probe creates is not removed, and piles up on the site. It texts.
	ProbeFault   Kind = "ours"        // the probe cannot run, so the state of the site is unknown. It texts.
)

// Drilled is the kind of a drill. It is no incident of a journey, and is stored with them for the history.
const Drilled Kind = "drill"

// Kinds returns all kinds of incident, the most urgent first.
func Kinds() []Kind {
	return []Kind{Down, Flapping, Silent, Heartbeat, Counts, Degraded, LatencyTrend, Slower, Certificate, Cleanup, ProbeFault}
}

// Rings reports whether incidents of this kind call people by default, as opposed to texting them.
func (k Kind) Rings() bool { return k == Down || k == Silent }

// Rings reports whether the incident calls people by default, as opposed to texting them. OnCall.Severity applies the
// severities of alerts.yaml.
func (i Incident) Rings() bool { return i.Kind.Rings() || i.PagesNow && !i.Calmed }

// IsFailing reports whether the journey fails. Down and flapping incidents continue each other.
func (i Incident) IsFailing() bool { return i.Kind == Down || i.Kind == Flapping }

// MayReopen reports whether a resolved incident of this kind reopens if it returns within ReturnWithin.
func (i Incident) MayReopen() bool {
	return i.IsFailing() || i.Kind == Degraded || i.Kind == Counts || i.Kind == LatencyTrend || i.Kind == ProbeFault || i.Kind == Silent
}
