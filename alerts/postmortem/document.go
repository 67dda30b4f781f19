package postmortem

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A Case is the stored data about an incident.
type Case struct {
	Record      incident.Record
	Runs        []journey.Run // of its journey, by slot; from early enough that each region has a good one before it
	Judged      Judged
	Mutes       []incident.Mute // active ones
	EvidenceURL string          // base address of the evidence; empty: only its paths are known
	Now         time.Time
}

// Judged holds the decisions about the journey, made again by judging.
type Judged struct {
	Policy    string // the file whose policy was used; empty: judging could not be repeated
	Decisions []Decided
}

// A Decided is a decision with its time, and the region of the run that caused it.
type Decided struct {
	At     time.Time
	Region string // empty: caused by a missing run
	judge.Decision
}

// A Document is the complete history of an incident. Its JSON form is a contract with scripts: that of `valkyrie
// incidents --format json`, and the keys below.
type Document struct {
	incident.Record
	Short       string    `json:"short"`     // the handle used in messages
	GeneratedAt time.Time `json:"told_at"`   // time of the document; later events are missing
	Windows     []Window  `json:"windows"`   // periods in which customers may have been affected, by region
	Detection   Detection `json:"detection"` // time until a person was notified
	Timeline    []Entry   `json:"timeline"`  // every run, decision, page and key, oldest first
	Decisions   string    `json:"decisions"` // source of the decisions in the timeline, in a sentence

	evidenceURL string
}

// New builds the document of a case.
func New(c Case) Document {
	a := Document{
		Record: c.Record, Short: c.Record.Short(), GeneratedAt: c.Now.UTC(), evidenceURL: c.EvidenceURL,
		Windows: windows(c), Detection: detection(c.Record), Decisions: provenance(c),
	}
	a.Timeline = timeline(c, a.Windows)
	return a
}

// provenance says how the decisions were obtained, and whether they agree with the stored incident.
func provenance(c Case) string {
	const known = "what was decided then is known from the incident itself: why it was opened, and why it was closed"
	switch {
	case c.Record.Kind == incident.Heartbeat:
		return "what a batch says is not kept; " + known
	case len(c.Runs) == 0:
		return "no runs of that time are kept any more; " + known
	case c.Judged.Policy == "":
		return "they could not be judged again; " + known
	case !c.agrees():
		return "judged again from the stored runs under " + c.Judged.Policy + ", which would have it otherwise than it was: the policy has changed since; " + known
	}
	return "judged again from the stored runs under " + c.Judged.Policy + ", and the incident comes out as it was"
}

// agrees reports whether repeated judging opens and closes the incident at the stored times.
func (c Case) agrees() bool {
	r := c.Record
	decided := func(ok func(judge.Decision) bool) bool {
		return slices.ContainsFunc(c.Judged.Decisions, func(d Decided) bool { return d.Incident.ID == r.ID && ok(d.Decision) })
	}
	opened := decided(func(d judge.Decision) bool { return d.Verb == judge.Opens })
	closed := decided(func(d judge.Decision) bool {
		return d.Verb == judge.Resolves && d.Incident.ResolvedAt.Equal(r.ResolvedAt)
	})
	return opened && (r.State != incident.Resolved || closed)
}
