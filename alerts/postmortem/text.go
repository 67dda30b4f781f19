package postmortem

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// Text writes the document for a terminal.
func (a Document) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "#%s  %s is %s: %s\n", a.Short, plain(a.Journey), a.Kind, a.State)
	a.textFacts(&b)
	a.textWindows(&b)
	a.textDetection(&b)
	a.textTimeline(&b)
	a.textEvidence(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (a Document) textFacts(b *strings.Builder) {
	fact := func(name, text string) {
		if text = plain(text); text != "" {
			fmt.Fprintf(b, "  %-13s %s\n", name, text)
		}
	}
	fact("id", a.ID)
	fact("what", headline(a.Record))
	fact("opened", formatTime(a.Opened, "")+": "+a.Reason)
	fact("step", a.Step)
	fact("error", a.Error)
	if !a.AckedAt.IsZero() {
		fact("acknowledged", formatTime(a.AckedAt, "")+" by "+a.AckedBy)
	}
	if a.State == incident.Resolved {
		fact("resolved", formatTime(a.ResolvedAt, "")+": "+a.Closing)
	}
}

func (a Document) textWindows(b *strings.Builder) {
	fmt.Fprintf(b, "\nWindow: %s, from the last good run before to the first good one after\n", impactLabel(a.Kind))
	if len(a.Windows) == 0 {
		fmt.Fprintln(b, "  not known: no runs of that time are kept")
		return
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  REGION\tLAST GOOD RUN BEGAN\tFIRST GOOD RUN HAD ENDED\tLASTED\tBAD RUNS")
	for _, w := range a.Windows {
		from, until := w.bounds()
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%d\n", plain(w.Region), from, until, w.lasted(a.GeneratedAt), w.BadRuns)
	}
	_ = t.Flush() // into memory
}

func (a Document) textDetection(b *strings.Builder) {
	fmt.Fprintln(b, "\nDetection")
	for _, line := range a.detectionLines() {
		fmt.Fprintln(b, "  "+line)
	}
}

// detectionLines describe the time until a person was notified.
func (a Document) detectionLines() []string {
	d := a.Detection
	lines := []string{
		fmt.Sprintf("first bad slot    %s", formatTime(d.FailedAt, "not known")),
		fmt.Sprintf("opened            %s%s", formatTime(d.OpenedAt, "not known"), elapsed(d.FailedAt, d.OpenedAt)),
		fmt.Sprintf("first alarm out   %s%s", formatTime(d.RangAt, "nobody was told"), elapsed(d.FailedAt, d.RangAt)),
		fmt.Sprintf("first answer      %s%s", formatTime(d.AnsweredAt, "nobody answered"), elapsed(d.FailedAt, d.AnsweredAt)),
	}
	for _, p := range d.Pages {
		lines = append(lines, plain(p.words()))
	}
	return lines
}

// elapsed formats the time from since to then.
func elapsed(since, then time.Time) string {
	if since.IsZero() || then.IsZero() {
		return ""
	}
	return ", " + formatDuration(then.Sub(since)) + " after it"
}

// words describes the times of an alarm: "call to Ada: 1 min 3 s from the failed slot to the ring, 24 s from the ring
// to the key 4".
func (p PageTimes) words() string {
	s := fmt.Sprintf("%s to %s: ", p.Channel, p.Person)
	if p.RangAt.IsZero() {
		return s + "it never got through to a carrier"
	}
	s += formatDuration(p.RangAt.Sub(p.FailedAt)) + " from the failed slot to the ring"
	if p.Channel != incident.Call {
		return strings.Replace(s, "to the ring", "until it was sent", 1)
	}
	if p.KeyAt.IsZero() {
		return s + ", no key"
	}
	return s + ", " + formatDuration(p.KeyAt.Sub(p.RangAt)) + " from the ring to the key " + p.Key
}

func (a Document) textTimeline(b *strings.Builder) {
	fmt.Fprintf(b, "\nTimeline (UTC); decisions are %s\n", plain(a.Decisions))
	day := ""
	for _, r := range rows(a.Timeline) {
		if d := r.At.UTC().Format(time.DateOnly); d != day {
			day = d
			fmt.Fprintln(b, "  "+day)
		}
		fmt.Fprintf(b, "  %s  %-11s  %s %s\n", r.At.UTC().Format(time.TimeOnly), r.who(), entryMark(r.Entry), r.words())
	}
}

// entryMark returns a character to find an entry by.
func entryMark(e Entry) string {
	switch {
	case e.What == Run:
		return map[journey.Outcome]string{journey.Passed: "✓", journey.Slow: "~", journey.Failed: "✗", journey.Broken: "!"}[e.Outcome]
	case e.What == Decision:
		return "="
	}
	return "☎"
}

func (a Document) textEvidence(b *strings.Builder) {
	kept := a.evidence()
	if len(kept) == 0 {
		return
	}
	fmt.Fprintln(b, "\nEvidence")
	for _, k := range kept {
		fmt.Fprintf(b, "  %s\n", plain(k.of))
		for _, e := range k.files {
			fmt.Fprintf(b, "    %-10s  %s\n", plain(e.Kind), plain(a.where(e)))
		}
	}
}
