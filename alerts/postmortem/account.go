package postmortem

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A Case is all that is known of an incident.
type Case struct {
	Record      incident.Record
	Runs        []journey.Run // of its journey, by slot; from long enough before it that each region has a good one
	Judged      Judged
	Mutes       []incident.Mute // in force now
	EvidenceURL string          // where people can open the evidence; empty: only its paths are known
	Now         time.Time
}

// Judged are the decisions about the journey as judging makes them again.
type Judged struct {
	Policy    string // the file whose policy they were made under; empty: they could not be made again
	Decisions []Decided
}

// A Decided is a decision, when it was made, and by a run from which region.
type Decided struct {
	At     time.Time
	Region string // empty: because of a run that did not come
	judge.Decision
}

// An Account is an incident whole. Its JSON form is a contract with scripts: that of `valkyrie incidents --format json`, and
// the keys below.
type Account struct {
	incident.Record
	Short     string    `json:"short"`     // the handle that people are given
	ToldAt    time.Time `json:"told_at"`   // what came later is not in it
	Windows   []Window  `json:"windows"`   // when customers may have been hit, by region
	Detection Detection `json:"detection"` // how long it took until somebody knew
	Timeline  []Entry   `json:"timeline"`  // every run, decision, page and key, oldest first
	Decisions string    `json:"decisions"` // where the decisions in the timeline are from, in a sentence

	evidenceURL string
}

// Of tells a case.
func Of(c Case) Account {
	a := Account{
		Record: c.Record, Short: c.Record.Short(), ToldAt: c.Now.UTC(), evidenceURL: c.EvidenceURL,
		Windows: windows(c), Detection: detection(c.Record), Decisions: provenance(c),
	}
	a.Timeline = timeline(c, a.Windows)
	return a
}

// provenance says where the decisions are from, and whether they are those that were made then.
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

// agrees reports whether judging again opens and closes the incident when it was.
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
