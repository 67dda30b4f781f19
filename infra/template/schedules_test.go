package template_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/environ"
	"valkyrie/probes"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

var rate = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)$`)

// expression reports faults of a schedule's expression.
// See https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
func expression(e string) error {
	if fields, ok := strings.CutPrefix(e, "cron("); ok {
		return cron(strings.TrimSuffix(fields, ")"))
	}
	m := rate.FindStringSubmatch(e)
	if m == nil {
		return fmt.Errorf("expected rate(N minutes), hours or days, or cron(...), got %q; correct it", e)
	}
	if n, _ := strconv.Atoi(m[1]); (n == 1) == (m[3] == "s") {
		right := m[2] + "s"
		if n == 1 {
			right = m[2]
		}
		return fmt.Errorf("expected rate(%d %s), got %q; correct it", n, right, e)
	}
	return nil
}

// cron requires the six fields of AWS, one of the two days being a question mark.
func cron(fields string) error {
	f := strings.Fields(fields)
	if len(f) != 6 {
		return fmt.Errorf("expected cron with six fields: minutes hours day month weekday year; got %d in cron(%s); correct it", len(f), fields)
	}
	if (f[2] == "?") == (f[4] == "?") {
		return fmt.Errorf("expected ? as either the day of the month or the day of the week, got cron(%s); correct it", fields)
	}
	form := regexp.MustCompile(`^[0-9A-Z*,/?#LW-]+$`)
	for _, part := range f {
		if !form.MatchString(part) {
			return fmt.Errorf("expected digits, capital letters and *,/?#LW- in the fields of cron, got %q in cron(%s); correct it", part, fields)
		}
	}
	return nil
}

// schedules checks the schedules of this deployment: one for each of its journeys, and for the pager.
func schedules(d document) []string { return schedulesFor(d, probes.All) }

// practiceSchedules checks those of the practice shop, to test the check itself.
func practiceSchedules(d document) []string { return schedulesFor(d, practice.All) }

// schedulesFor checks the schedules of the functions: one for each journey and for the pager, in the group, with a queue
// for undelivered events.
func schedulesFor(d document, all []func() journey.Journey) []string {
	var faults, journeys []string
	s := newStack(d, home, parameters())
	for id, r := range s.resources() {
		events, _ := at(r, "Properties", "Events").(map[string]any)
		for name, e := range events {
			where := fmt.Sprintf("template.yaml: %s: Events: %s", id, name)
			p, _ := at(e, "Properties").(map[string]any)
			if at(e, "Type") != "ScheduleV2" {
				faults = append(faults, fmt.Sprintf("%s: Type: expected ScheduleV2, got %v; correct it", where, at(e, "Type")))
			}
			if err := expression(text(p["ScheduleExpression"])); err != nil {
				faults = append(faults, fmt.Sprintf("%s: ScheduleExpression: %v", where, err))
			}
			for _, key := range []string{"Name", "GroupName", "RoleArn", "RetryPolicy", "DeadLetterConfig"} {
				if p[key] == nil {
					faults = append(faults, fmt.Sprintf("%s: it lacks %s; add it, as in the other schedules", where, key))
				}
			}
			if id == "Probe" {
				name, wrong := order(text(p["Input"]), text(p["ScheduleExpression"]), s.parameters)
				journeys = append(journeys, name)
				if own := cadences(all)[name]; own > 0 && cadence(text(p["ScheduleExpression"])) != own {
					wrong = append(wrong, fmt.Sprintf("ScheduleExpression: expected rate(%s), the Every of the journey %q in probes/, got %s; set both to the same", interval(own), name, p["ScheduleExpression"]))
				}
				faults = append(faults, prefixed(where, wrong)...)
				if p["Name"] != name {
					faults = append(faults, fmt.Sprintf("%s: Name: expected %q, the journey of its Input, got %q; set both to the same", where, name, p["Name"]))
				}
			}
		}
	}
	for _, name := range journey.Names(all) {
		if n := count(journeys, name); n != 1 {
			cure := "write one for it there"
			if n > 1 {
				cure = "remove the others there"
			}
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: the journey %q has %d schedules; expected 1: %s", name, n, cure))
		}
	}
	for _, name := range journeys {
		if !slices.Contains(journey.Names(all), name) {
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: there is no journey %q in probes.All; there are: %s; remove its schedule, or list the journey", name, strings.Join(journey.Names(all), ", ")))
		}
	}
	if err := journey.CheckNames(all); err != nil {
		faults = append(faults, fmt.Sprintf("probes/: %v", err))
	}
	return append(faults, s.faults...)
}

func count(all []string, name string) (n int) {
	for _, s := range all {
		if s == name {
			n++
		}
	}
	return n
}

// order checks the event for the probe: its journey, its slot, and its cadence if it differs from the default.
func order(input, expression string, parameters map[string]any) (journey string, faults []string) {
	var in struct{ Journey, Slot, Every string }
	dec := json.NewDecoder(strings.NewReader(input))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return "", []string{fmt.Sprintf("Input: expected {\"journey\", \"slot\", \"every\"}, which the probe parses, got %s: %v; correct it", input, err)}
	}
	if in.Slot != "<aws.scheduler.scheduled-time>" {
		faults = append(faults, fmt.Sprintf("Input: slot: expected \"<aws.scheduler.scheduled-time>\", which the scheduler replaces, got %q; correct it", in.Slot))
	}
	every, source := in.Every, "Input: every"
	if every == "" {
		every, source = text(parameters["Cadence"]), "Input: no every, so the default Cadence"
	}
	got, err := environ.Cadence(every)
	switch want := cadence(expression); {
	case want == 0:
		faults = append(faults, fmt.Sprintf("ScheduleExpression: expected rate(%s), which the event's every is, got %s; runs must come at a fixed interval", every, expression))
	case err != nil || got != want:
		faults = append(faults, fmt.Sprintf(`%s: expected %q, as ScheduleExpression is %s, got %q; set "every":%[2]q in Input, or correct the schedule`, source, interval(want), expression, every))
	}
	return in.Journey, faults
}

// interval formats a duration as in rate(...), such as "5 minutes".
func interval(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	if d%time.Hour == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// cadence returns the interval of rate(...); 0 for another expression.
func cadence(expression string) time.Duration {
	m := rate.FindStringSubmatch(expression)
	if m == nil {
		return 0
	}
	d, _ := environ.Cadence(m[1] + " " + m[2])
	return d
}

// cadences returns the journeys whose cadence differs from the default.
func cadences(all []func() journey.Journey) map[string]time.Duration {
	own := map[string]time.Duration{}
	for _, make := range journey.Scheduled(all) {
		j := make()
		own[j.Name] = j.Every
	}
	return own
}

// TestDuplicateJourney: two journeys with one name are reported with the functions that make them.
func TestDuplicateJourney(t *testing.T) {
	d, err := parse(practiceTemplate(t))
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`probes/: journey "print-card": .* from both PrintCard \(probes/practice/print_card.go:\d+\) and PrintCard \(`)
	faults := strings.Join(schedulesFor(d, append(slices.Clone(practice.All), practice.PrintCard)), "\n")
	if !want.MatchString(faults) {
		t.Errorf("got %s\nwant %v", faults, want)
	}
}

func TestExpressions(t *testing.T) {
	for e, right := range map[string]bool{
		"rate(1 minute)": true, "rate(5 minutes)": true, "rate(1 hour)": true, "cron(0 6 * * ? *)": true, "cron(0/5 8-17 ? * MON-FRI *)": true,
		"rate(1 minutes)": false, "rate(5 minute)": false, "rate(0 minutes)": false, "rate(1.5 hours)": false, "rate(30 seconds)": false,
		"cron(0 6 * * *)": false, "cron(0 6 * * * *)": false, "cron(0 6 ? * ? *)": false, "0 6 * * *": false, "": false,
	} {
		if err := expression(e); (err == nil) != right {
			t.Errorf("%q: %v", e, err)
		}
	}
}
