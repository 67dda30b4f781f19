package message

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// taskOf returns the journey's title as it can be said in a sentence; without one, the words of its name.
func taskOf(i incident.Incident) string {
	if title := phrase.TitleOr(i.Title, i.Journey); title != "" {
		return title
	}
	return "a journey without a name"
}

// inARow returns " twice in a row"; a single time needs no words.
func inARow(n int) string {
	if n < 2 {
		return ""
	}
	return " " + phrase.Times(n) + " in a row"
}

// facts returns the step, count, start and regions of an incident.
func facts(i incident.Incident, v voice) string {
	if say := factsOf[i.Kind]; say != nil {
		return say(i, v)
	}
	what := "The probe broke"
	switch {
	case i.Kind == incident.Degraded:
		return fmt.Sprintf("The step %s was slow %s lately, since %s, seen from %s", quoted(i.Step), phrase.Times(i.Streak), v.clock(i.Since), v.regions(i.Regions)) + v.bouts(i)
	case i.Step == "":
	case i.Kind == incident.ProbeFault:
		what = fmt.Sprintf("The step %s could not be run", quoted(i.Step))
	default:
		what = fmt.Sprintf("The step %s failed", quoted(i.Step))
	}
	now, before := i, ""
	if i.Kind == incident.Down && len(i.Outages) > 1 {
		now.Since = i.Outages[len(i.Outages)-1].Since // the streak belongs to the present outage
		before = "; " + v.plain(summarizeOutages(i, v))
	}
	if i.Kind == incident.ProbeFault && i.Often {
		return fmt.Sprintf("%s now and then, %s, last at %s, seen from %s", what, v.since(i), v.clock(i.Last), v.regions(i.Regions))
	}
	if i.Mixed && i.Step != "" {
		return fmt.Sprintf("It failed%s, last at the step %s, %s, seen from %s", inARow(i.Streak), quoted(i.Step), v.since(now), v.regions(i.Regions)) + before
	}
	return fmt.Sprintf("%s%s, %s, seen from %s", what, inARow(i.Streak), v.since(now), v.regions(i.Regions)) + before
}

// bouts says how often an incident has begun again lately, if more than once.
func (v voice) bouts(i incident.Incident) string {
	if len(i.Bouts) < 2 {
		return ""
	}
	return fmt.Sprintf("; it comes and goes, %s since %s", phrase.Times(len(i.Bouts)), v.clock(i.Bouts[0]))
}

// summarizeOutages describes the outages without the step and the error, which other sentences state already.
func summarizeOutages(i incident.Incident, v voice) string {
	outages := slices.Clone(i.Outages)
	for n := range outages {
		outages[n].Step, outages[n].Error = "", ""
	}
	return incident.SummarizeOutages(outages, v.clock)
}

// quoted returns a step's name in quotation marks, without such marks and codes of its own.
func quoted(step string) string {
	return `"` + strings.ReplaceAll(phrase.Plain(step), `"`, "'") + `"`
}

// sentence turns a text into one sentence on one line; empty text stays empty.
func sentence(s string) string {
	s = strings.Join(strings.Fields(phrase.Uncoded(strings.ToValidUTF8(s, "?"))), " ")
	if s = strings.TrimRight(s, " ,;:"); s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if strings.ContainsAny(s[len(s)-1:], ".!?") || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "。") {
		return s
	}
	return s + "."
}

// factsOf are the facts of the kinds that are not about the latest run alone.
var factsOf = map[incident.Kind]func(i incident.Incident, v voice) string{
	incident.Flapping: func(i incident.Incident, v voice) string {
		what := fmt.Sprintf("The step %s fails", quoted(i.Step))
		switch {
		case i.Step == "":
			what = "It fails"
		case i.Mixed:
			what = fmt.Sprintf("It fails, last at the step %s,", quoted(i.Step))
		}
		if isMoment(i) {
			return fmt.Sprintf("%s at %s, seen from %s", strings.Replace(strings.TrimSuffix(what, ","), " fails", " failed", 1), v.clock(i.Last), v.regions(i.Regions))
		}
		said := fmt.Sprintf("%s now and then, %s, last at %s, seen from %s", what, v.since(i), v.clock(i.Last), v.regions(i.Regions))
		if i.Only {
			said = fmt.Sprintf("%s %s, last at %s, seen from %s only", what, v.since(i), v.clock(i.Last), v.regions(i.Regions))
		}
		if len(i.Outages) > 1 {
			said += "; " + v.plain(summarizeOutages(i, v))
		}
		return said
	},
	incident.Silent: func(i incident.Incident, v voice) string {
		return fmt.Sprintf("No run has come from %s %s", v.regions(i.Regions), v.since(i))
	},
	incident.LatencyTrend: func(i incident.Incident, v voice) string {
		return fmt.Sprintf("The step %s gets slower, seen from %s", quoted(i.Step), v.regions(i.Regions))
	},
	incident.Counts: func(i incident.Incident, v voice) string {
		return fmt.Sprintf("It has been so since %s%s, seen from %s", v.clock(i.Since), strings.Replace(inARow(i.Streak), " ", ", ", 1), v.regions(i.Regions)) + v.bouts(i)
	},
	incident.Slower: func(i incident.Incident, v voice) string {
		return fmt.Sprintf("The step %q became slower, %s, seen from %s", i.Step, v.since(i), v.regions(i.Regions))
	},
	incident.Certificate: func(i incident.Incident, v voice) string {
		return "It is seen from " + v.regions(i.Regions)
	},
	incident.Cleanup: func(i incident.Incident, v voice) string {
		return fmt.Sprintf("The cleanup step %s failed%s, %s, seen from %s", quoted(i.Step), inARow(i.Streak), v.since(i), v.regions(i.Regions))
	},
	incident.Heartbeat: func(i incident.Incident, v voice) string {
		return "It has been so " + v.since(i)
	},
}

// ackExpired returns the sentence about an expired acknowledgement.
func (v voice) ackExpired(i incident.Incident) string {
	if !i.AckExpired() {
		return ""
	}
	still := "it is not over"
	if i.IsFailing() {
		still = "it still fails"
	}
	return fmt.Sprintf("%s acknowledged it %s ago, and %s.", i.AckedBy, v.formatDuration(v.now.Sub(i.AckedAt)), still)
}

func (v voice) began(i incident.Incident, marks []incident.Release) string {
	m, ok := i.SuspectRelease(marks)
	if !ok {
		return ""
	}
	return fmt.Sprintf("began %s after %s", v.formatDuration(i.Since.Sub(m.At)), v.release(m.Name))
}

// Began says how long after a release an incident began, "began 4 min after v1.2.3"; empty without a suspect release.
func Began(i incident.Incident, marks []incident.Release) string { return voice{}.began(i, marks) }

// release returns a release's name; aloud, "v1.2.3" is version 1.2.3, and a commit hash is shortened to a few letters.
func (v voice) release(name string) string {
	if !v.aloud {
		return name
	}
	name = commitName.ReplaceAllStringFunc(name, func(hash string) string {
		const enough = 4
		if !strings.ContainsAny(hash, "abcdef") || !strings.ContainsAny(hash, "0123456789") {
			return hash // a date, or a word
		}
		return strings.Join(strings.Split(hash[:enough], ""), " ")
	})
	return strings.ReplaceAll(versionName.ReplaceAllString(name, "version $1"), "_", " ")
}

var (
	versionName = regexp.MustCompile(`\bv(\d)`)
	commitName  = regexp.MustCompile(`\b[0-9a-f]{7,40}\b`)
)

// A Round is the round of an escalation: how often each person has been called about the incidents before.
type Round struct {
	Before int      // completed rounds; 0: this is the first
	Called []string // names, in the order of the first call
}

// String returns a sentence for a later round: "This is the third round; Ada and Grace have not acknowledged." It is
// empty in the first.
func (r Round) String() string {
	switch {
	case r.Before == 0:
		return ""
	case len(r.Called) == 0:
		return fmt.Sprintf("This is the %s round.", ordinal(r.Before+1))
	case len(r.Called) == 1:
		return fmt.Sprintf("This is the %s round; %s has not acknowledged.", ordinal(r.Before+1), r.Called[0])
	}
	return fmt.Sprintf("This is the %s round; %s have not acknowledged.", ordinal(r.Before+1), phrase.List(few(r.Called, 3)))
}

// ordinal returns the ordinal of a number: third, 21st.
func ordinal(n int) string {
	words := []string{"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n < len(words) {
		return words[n]
	}
	end := "th"
	if teen := n%100 > 10 && n%100 < 14; !teen && n%10 > 0 && n%10 < 4 {
		end = []string{"st", "nd", "rd"}[n%10-1]
	}
	return fmt.Sprintf("%d%s", n, end)
}
