package postmortem

import (
	"fmt"
	"io"
	"strings"
	"time"

	"valkyrie/alerts/incident"
)

// Markdown writes the beginning of a post-mortem: known facts are filled in, and the rest is left blank and marked.
func (a Document) Markdown(w io.Writer) error {
	m := &markdownWriter{}
	m.line("# Post-mortem: %s, %s on %s", escape(headline(a.Record)), escape(string(a.Kind)), a.Since.UTC().Format("2 January 2006"))
	m.line("Written from `valkyrie incidents %s --format markdown` at %s. *Blanks are for people to fill in.*", a.Short, formatTime(a.GeneratedAt, ""))
	a.mdSummary(m)
	a.mdImpact(m)
	a.mdDetection(m)
	a.mdResponse(m)
	a.mdTimeline(m)
	a.mdEvidence(m)
	m.line("## Root cause")
	m.blank("why it happened, and why it could")
	m.line("## What went well")
	m.list(a.wentWell(), "what else")
	m.line("## What went badly")
	m.list(a.wentBadly(), "what else")
	m.line("## Action items")
	m.table([]string{"what", "who", "by when"}, [][]string{{blank, blank, blank}, {blank, blank, blank}})
	_, err := io.WriteString(w, strings.TrimRight(m.String(), "\n")+"\n")
	return err
}

func (a Document) mdSummary(m *markdownWriter) {
	m.line("## Summary")
	m.blank("what happened, in two sentences that a customer would understand")
	facts := [][]string{
		{"incident", escape(a.ID)},
		{"journey", escape(a.Journey) + " (" + escape(headline(a.Record)) + ")"},
		{"state", string(a.State)},
		{"opened", formatTime(a.Opened, "") + ": " + escape(a.Reason)},
	}
	for _, f := range [][]string{{"step", a.Step}, {"expected and seen", a.Error}, {"closed", a.Closing}} {
		if f[1] != "" {
			facts = append(facts, []string{f[0], escape(f[1])})
		}
	}
	m.table([]string{"", ""}, facts)
}

func (a Document) mdImpact(m *markdownWriter) {
	m.line("## Impact")
	m.line("By region, %s in this window: from when the last good run before began to when the first good run after had ended.", impactLabel(a.Kind))
	var cells [][]string
	for _, w := range a.Windows {
		from, until := w.bounds()
		cells = append(cells, []string{escape(w.Region), from, until, w.lasted(a.GeneratedAt), fmt.Sprint(w.BadRuns)})
	}
	if len(cells) == 0 {
		m.line("No runs of that time are kept, so the window is not known better than %s to %s.", formatTime(a.Since, "?"), formatTime(a.ResolvedAt, "now"))
	} else {
		m.table([]string{"region", "from", "until", "lasted", "bad runs"}, cells)
	}
	m.line("Customers affected: %s. Written to: %s.", blank, blank)
}

func (a Document) mdDetection(m *markdownWriter) {
	d := a.Detection
	m.line("## Detection")
	m.table([]string{"", "when", "after the first bad slot"}, [][]string{
		{"first bad slot", formatTime(d.FailedAt, "not known"), ""},
		{"opened", formatTime(d.OpenedAt, "not known"), lag(d.FailedAt, d.OpenedAt)},
		{"first alarm out", formatTime(d.RangAt, "nobody was told"), lag(d.FailedAt, d.RangAt)},
		{"first answer", formatTime(d.AnsweredAt, "nobody answered"), lag(d.FailedAt, d.AnsweredAt)},
	})
	m.line("Did anybody know before, such as a customer? %s", blank)
}

func lag(since, then time.Time) string {
	return strings.TrimSuffix(strings.TrimPrefix(elapsed(since, then), ", "), " after it")
}

func (a Document) mdResponse(m *markdownWriter) {
	m.line("## Response")
	var said []string
	for _, p := range a.Detection.Pages {
		said = append(said, escape(p.words()))
	}
	switch {
	case !a.AckedAt.IsZero():
		said = append(said, fmt.Sprintf("%s acknowledged at %s", escape(a.AckedBy), formatTime(a.AckedAt, "")))
	case len(a.Detection.Pages) > 0:
		said = append(said, "nobody acknowledged")
	}
	m.list(said, "what was done, and what of it helped")
}

func (a Document) mdTimeline(m *markdownWriter) {
	m.line("## Timeline")
	m.line("All times are UTC. Decisions are %s.", escape(a.Decisions))
	var cells [][]string
	for _, r := range rows(a.Timeline) {
		cells = append(cells, []string{r.At.UTC().Format(time.DateTime), string(r.What), escape(r.who()), escape(r.words())})
	}
	m.table([]string{"when", "what", "where or who", ""}, cells)
}

func (a Document) mdEvidence(m *markdownWriter) {
	kept := a.evidence()
	if len(kept) == 0 {
		return
	}
	m.line("## Evidence")
	var lines []string
	for _, k := range kept {
		for _, e := range k.files {
			where := escape(a.where(e))
			if a.evidenceURL != "" && e.Path != "" {
				where = "<" + plain(a.where(e)) + ">"
			}
			lines = append(lines, escape(k.of+": "+e.Kind)+": "+where)
		}
	}
	m.list(lines, "")
}

// wentWell returns the favourable facts.
func (a Document) wentWell() []string {
	var all []string
	d := a.Detection
	const soon = 150 * time.Second
	if !d.RangAt.IsZero() && d.RangAt.Sub(d.FailedAt) <= soon {
		all = append(all, fmt.Sprintf("the first alarm was out %s after the first bad slot", formatDuration(d.RangAt.Sub(d.FailedAt))))
	}
	if !d.AnsweredAt.IsZero() && !d.RangAt.IsZero() && d.AnsweredAt.Sub(d.RangAt) <= 2*soon {
		all = append(all, fmt.Sprintf("somebody answered %s after the first alarm", formatDuration(d.AnsweredAt.Sub(d.RangAt))))
	}
	return all
}

// wentBadly returns the unfavourable facts.
func (a Document) wentBadly() []string {
	var all []string
	d := a.Detection
	const late = 150 * time.Second
	switch {
	case d.RangAt.IsZero():
		all = append(all, "nobody was told")
	case d.RangAt.Sub(d.FailedAt) > late:
		all = append(all, fmt.Sprintf("the first alarm was out only %s after the first bad slot", formatDuration(d.RangAt.Sub(d.FailedAt))))
	}
	for _, p := range a.Pages {
		if p.Purpose == incident.Alarm && p.State == incident.Ended && p.Key == "" && p.Result != incident.Delivered && p.Result != incident.Human {
			all = append(all, escape(fmt.Sprintf("%s to %s: %s", p.Channel, p.Person, plain(outcome(p)))))
		}
	}
	if len(a.Outages) > 1 {
		all = append(all, fmt.Sprintf("it came back: %d outages in one incident", len(a.Outages)))
	}
	return all
}

// blank is a place to fill in.
const blank = "\\_\\_\\_\\_"

// A markdownWriter writes Markdown in the dialect of GitHub and GitLab: CommonMark with tables.
type markdownWriter struct{ strings.Builder }

// line writes a paragraph or a heading.
func (m *markdownWriter) line(format string, args ...any) { fmt.Fprintf(m, format+"\n\n", args...) }

// blank writes a paragraph to fill in.
func (m *markdownWriter) blank(what string) { m.line("%s *(%s)*", blank, what) }

// list writes items, and one to fill in if fill is given.
func (m *markdownWriter) list(items []string, fill string) {
	for _, i := range items {
		fmt.Fprintf(m, "- %s\n", i)
	}
	if fill != "" {
		fmt.Fprintf(m, "- %s *(%s)*\n", blank, fill)
	}
	m.WriteString("\n")
}

// table writes rows of cells, which are Markdown already.
func (m *markdownWriter) table(head []string, cells [][]string) {
	row := func(c []string) { fmt.Fprintf(m, "| %s |\n", strings.Join(c, " | ")) }
	row(head)
	row(strings.Split(strings.Repeat("---,", len(head)-1)+"---", ","))
	for _, c := range cells {
		row(c)
	}
	m.WriteString("\n")
}

var special = strings.NewReplacer(func() []string {
	var pairs []string
	for _, c := range "\\`*_{}[]<>#|!~&$@" {
		pairs = append(pairs, string(c), "\\"+string(c))
	}
	return append(pairs, "://", ":\\//", "www.", "www\\.") // no accidental links
}()...)

// escape turns any text into one line that Markdown renders literally, in a table too.
func escape(s string) string { return special.Replace(plain(s)) }
