package message

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// task stands in a headline's frame for the customer's task. It is no character that a region's name can hold.
const task = "\x00"

// headline returns the incident in one line.
func (v voice) headline(i incident.Incident) string {
	return strings.Replace(v.frame(i), task, taskOf(i), 1)
}

// frame returns an incident's headline with task in place of the customer's task. Incidents with the same frame can share
// one sentence.
func (v voice) frame(i incident.Incident) string {
	if i.Kind == incident.ProbeFault && i.Often {
		if phrase.IsTask(taskOf(i)) {
			return "Now and then " + headlines[i.Kind]
		}
		return "Now and then " + titleHeadlines[i.Kind]
	}
	only := i.Only && len(i.Regions) > 0
	if !phrase.IsTask(taskOf(i)) {
		said := titleHeadlines[i.Kind]
		if said == "" {
			said = titleHeadlines[incident.Down]
		}
		if only && (i.Kind == incident.Flapping || i.Kind == incident.Silent) {
			return fmt.Sprintf("From %s only: %s", v.fewRegions(i.Regions), lowerFirst(said))
		}
		return said
	}
	if only {
		switch i.Kind {
		case incident.Flapping:
			return fmt.Sprintf("From %s only, customers cannot %s", v.fewRegions(i.Regions), task)
		case incident.Silent:
			return fmt.Sprintf("No run comes from %s to see whether customers can %s", v.fewRegions(i.Regions), task)
		}
	}
	if isMoment(i) {
		return "Customers could not " + task
	}
	if said := headlines[i.Kind]; said != "" {
		return said
	}
	return "Customers cannot " + task
}

// isMoment reports whether a flapping incident has failed in one slot so far, from several regions: where runs are rare, that is
// evidence already.
func isMoment(i incident.Incident) bool {
	return i.Kind == incident.Flapping && !i.Only && len(i.Outages) == 0 && i.Last.Sub(i.Since) < time.Duration(i.EveryMS)*time.Millisecond
}

// fewRegions lists regions for a headline: two, or one and the number of the others, because the facts name more.
func (v voice) fewRegions(names []string) string { return v.regions(few(names, 1)) }

// few returns the first n names and the number of the others, if these are two or more.
func few(names []string, n int) []string {
	if more := len(names) - n; more > 1 {
		return append(slices.Clone(names[:n]), fmt.Sprintf("%d others", more))
	}
	return names
}

// headlines are the headlines of the kinds other than down.
var headlines = map[incident.Kind]string{
	incident.Flapping:     "Again and again customers cannot " + task,
	incident.Silent:       "Nobody is watching whether customers can " + task,
	incident.LatencyTrend: "It gets slower from week to week to " + task,
	incident.Counts:       "The numbers do not fit when customers " + task,
	incident.Heartbeat:    "The batch that should " + task + " is in trouble",
	incident.Slower:       "It takes several times as long to " + task,
	incident.Degraded:     "It is slow to " + task,
	incident.ProbeFault:   "Valkyrie cannot tell whether customers can " + task,
	incident.Certificate:  "A certificate or domain expires soon that customers need to " + task,
	incident.Cleanup:      "Test data piles up: what the test to " + task + " leaves behind is not removed",
}

// titleHeadlines are the headlines of journeys whose title is no task that customers can do, such as "Checkout".
var titleHeadlines = map[incident.Kind]string{
	incident.Down:         "This fails for customers: " + task,
	incident.Flapping:     "This fails again and again: " + task,
	incident.Silent:       "Nobody is watching this: " + task,
	incident.Degraded:     "This is slow: " + task,
	incident.LatencyTrend: "This gets slower from week to week: " + task,
	incident.Slower:       "This takes several times as long: " + task,
	incident.Counts:       "The numbers do not fit: " + task,
	incident.Heartbeat:    "This batch is in trouble: " + task,
	incident.Certificate:  "A certificate or domain expires soon: " + task,
	incident.Cleanup:      "Test data piles up, as the test does not remove it: " + task,
	incident.ProbeFault:   "Valkyrie cannot check this: " + task,
}

// plurals are the frames of several tasks, where the frame of one cannot hold them.
var plurals = strings.NewReplacer(
	"The batch that should "+task+" is in trouble", "The batches that should "+task+" are in trouble",
	"what the test to "+task+" leaves behind", "what the tests to "+task+" leave behind",
	"This fails", "These fail", "this fails", "these fail",
	"This is slow", "These are slow", "This gets slower", "These get slower", "This takes", "These take",
	"This batch is in trouble", "These batches are in trouble",
	"watching this:", "watching these:", "check this:", "check these:", "the test does not", "the tests do not",
)

// A headlineGroup is the incidents of one frame, which share one sentence of a call.
type headlineGroup struct {
	frame string
	tasks []string // without repetitions
	count []int    // incidents of each task
	named int      // tasks that the sentence names
}

// groupHeadlines groups incidents by their frames, in the order of the first of each.
func (v voice) groupHeadlines(about []incident.Incident) []headlineGroup {
	var groups []headlineGroup
	for _, i := range about {
		of, title := v.frame(i), taskOf(i)
		g := slices.IndexFunc(groups, func(g headlineGroup) bool { return g.frame == of })
		if g < 0 {
			g = len(groups)
			groups = append(groups, headlineGroup{frame: of})
		}
		n := slices.Index(groups[g].tasks, title)
		if n < 0 {
			n = len(groups[g].tasks)
			groups[g].tasks, groups[g].count = append(groups[g].tasks, title), append(groups[g].count, 0)
		}
		groups[g].count[n]++
	}
	return groups
}

// incidents returns the number of incidents of the tasks from n on.
func (g headlineGroup) incidents(n int) int {
	sum := 0
	for _, c := range g.count[n:] {
		sum += c
	}
	return sum
}

// sentences returns the sentence that names the first tasks of a group and counts its other incidents.
func (g headlineGroup) sentences() []string {
	list := slices.Clone(g.tasks[:g.named])
	said, last := g.frame, " and "
	if len(g.tasks) > 1 {
		said = plurals.Replace(said)
	}
	if more := g.incidents(g.named); more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	} else if strings.Contains(said, "ustomers can") {
		last = " or "
	}
	if n := len(list); n > 1 {
		list = []string{strings.Join(list[:n-1], ", ") + last + list[n-1]}
	}
	return brief(sentence(strings.Replace(said, task, list[0], 1)))
}

// sayHeadlines returns the headlines of incidents in at most the given words, as countHeads counts them: every kind of trouble
// once, then as many tasks of each as fit. The first is always said.
func (v voice) sayHeadlines(about []incident.Incident, words int) []string {
	const enough = 4 // tasks of one sentence that a listener can keep
	groups := v.groupHeadlines(about)
	said := func() []string {
		var all []string
		more := 0
		for _, g := range groups {
			if g.named == 0 {
				more += g.incidents(0)
				continue
			}
			all = append(all, g.sentences()...)
		}
		if more > 0 {
			all = append(all, fmt.Sprintf("And %d more.", more))
		}
		return all
	}
	if len(groups) > 0 {
		groups[0].named = 1
	}
	for added := true; added; {
		added = false
		for n := range groups {
			if groups[n].named == min(enough, len(groups[n].tasks)) {
				continue
			}
			groups[n].named++
			if countHeads(said()) > words {
				groups[n].named--
				continue
			}
			added = true
		}
	}
	return said()
}

// countHeads counts the words before the keys; the pause after a sentence takes as long as a word.
func countHeads(sentences []string) int { return countWords(sentences) + len(sentences) }
