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
	var faults, journeys, expressions []string
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
				journeys, expressions = append(journeys, name), append(expressions, text(p["ScheduleExpression"]))
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
	faults = append(faults, crowded(expressions)...)
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

// cadence returns the interval of rate(...), or of a cron(...) that comes at a fixed one; 0 for another expression.
func cadence(expression string) time.Duration {
	if m := rate.FindStringSubmatch(expression); m != nil {
		d, _ := environ.Cadence(m[1] + " " + m[2])
		return d
	}
	every, _ := phased(expression)
	return every
}

// fixed matches the expressions of cron that come at a fixed interval: 2/5 * (each five minutes), 38 * (each hour), 38 1/6 (each six
// hours), 38 4 (each day).
var fixed = regexp.MustCompile(`^cron\(([0-9]+)(?:/([0-9]+))? (?:\*|([0-9]+)(?:/([0-9]+))?) \* \* \? \*\)$`)

// phased returns the interval of cron(...) and its phase, the time from a multiple of the interval to the next run; 0 and 0 for one
// without a fixed interval: 0/7 comes at minute 56, and four minutes later.
func phased(expression string) (every, phase time.Duration) {
	m := fixed.FindStringSubmatch(expression)
	if m == nil {
		return 0, 0
	}
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	minute, minutes, hour, hours := number(1), number(2), number(3), number(4)
	switch {
	case m[2] != "" && m[3] == "" && minutes > 0 && 60%minutes == 0 && minute < minutes:
		return time.Duration(minutes) * time.Minute, time.Duration(minute) * time.Minute
	case m[2] != "" || minute > 59:
		return 0, 0
	case m[3] == "":
		return time.Hour, time.Duration(minute) * time.Minute
	case m[4] == "" && hour < 24:
		hours = 24
	case hours == 0 || 24%hours != 0 || hour >= hours:
		return 0, 0
	}
	return time.Duration(hours) * time.Hour, time.Duration(60*hour+minute) * time.Minute
}

// crowded reports journeys of one interval that begin in the same minutes, where others are free.
func crowded(expressions []string) (faults []string) {
	type start struct{ every, phase time.Duration }
	begins, of := map[start][]string{}, map[time.Duration]int{}
	for _, e := range expressions {
		if every, phase := phased(e); every > 0 {
			begins[start{every, phase}] = append(begins[start{every, phase}], e)
			of[every]++
		}
	}
	for at, all := range begins {
		minutes := int(at.every / time.Minute)
		if most := (of[at.every] + minutes - 1) / minutes; len(all) > most {
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: %d journeys each %v begin at the same minute, by %s; others are free: give each a minute of its own", len(all), interval(at.every), all[0]))
		}
	}
	return faults
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

// TestPhases: the interval and the phase of a schedule by cron, if it has a fixed one.
func TestPhases(t *testing.T) {
	for e, want := range map[string][2]time.Duration{
		"cron(2/5 * * * ? *)": {5 * time.Minute, 2 * time.Minute}, "cron(0/1 * * * ? *)": {time.Minute, 0}, "cron(38 * * * ? *)": {time.Hour, 38 * time.Minute},
		"cron(38 1/6 * * ? *)": {6 * time.Hour, 98 * time.Minute}, "cron(0 0 * * ? *)": {24 * time.Hour, 0}, "cron(5 4 * * ? *)": {24 * time.Hour, 245 * time.Minute},
		"cron(0/7 * * * ? *)": {}, "cron(6/5 * * * ? *)": {}, "cron(60 * * * ? *)": {}, "cron(0 1/5 * * ? *)": {}, "cron(0 6/6 * * ? *)": {}, "cron(0 24 * * ? *)": {},
		"cron(0/5 3 * * ? *)": {}, "cron(0 4 ? * MON *)": {}, "rate(5 minutes)": {},
	} {
		if every, phase := phased(e); every != want[0] || phase != want[1] {
			t.Errorf("%s: every %v, phase %v, want %v", e, every, phase, want)
		}
	}
}

// TestCrowded: two journeys of one interval begin at different minutes, as long as there are enough of them.
func TestCrowded(t *testing.T) {
	for name, c := range map[string]struct {
		expressions []string
		faults      int
	}{
		"spread":               {[]string{"cron(0/5 * * * ? *)", "cron(1/5 * * * ? *)", "cron(1 * * * ? *)", "rate(5 minutes)", "rate(5 minutes)"}, 0},
		"two together":         {[]string{"cron(1/5 * * * ? *)", "cron(1/5 * * * ? *)"}, 1},
		"three in two minutes": {[]string{"cron(0/2 * * * ? *)", "cron(1/2 * * * ? *)", "cron(1/2 * * * ? *)"}, 0},
		"each minute":          {[]string{"cron(0/1 * * * ? *)", "cron(0/1 * * * ? *)", "cron(0/1 * * * ? *)"}, 0},
	} {
		if faults := crowded(c.expressions); len(faults) != c.faults {
			t.Errorf("%s: %q, want %d", name, faults, c.faults)
		}
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
