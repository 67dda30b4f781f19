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
		return fmt.Errorf("%q: expected rate(N minutes), hours or days, or cron(...)", e)
	}
	if n, _ := strconv.Atoi(m[1]); (n == 1) == (m[3] == "s") {
		return fmt.Errorf("%q: one minute, but two minutes", e)
	}
	return nil
}

// cron requires the six fields of AWS, one of the two days being a question mark.
func cron(fields string) error {
	f := strings.Fields(fields)
	if len(f) != 6 {
		return fmt.Errorf("cron(%s) has %d fields; AWS wants six: minutes hours day month weekday year", fields, len(f))
	}
	if (f[2] == "?") == (f[4] == "?") {
		return fmt.Errorf("cron(%s): either the day of the month or the day of the week must be ?", fields)
	}
	form := regexp.MustCompile(`^[0-9A-Z*,/?#LW-]+$`)
	for _, part := range f {
		if !form.MatchString(part) {
			return fmt.Errorf("cron(%s): %q", fields, part)
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
			where := id + "." + name
			p, _ := at(e, "Properties").(map[string]any)
			if at(e, "Type") != "ScheduleV2" {
				faults = append(faults, where+": not a ScheduleV2")
			}
			if err := expression(text(p["ScheduleExpression"])); err != nil {
				faults = append(faults, where+": "+err.Error())
			}
			for _, key := range []string{"Name", "GroupName", "RoleArn", "RetryPolicy", "DeadLetterConfig"} {
				if p[key] == nil {
					faults = append(faults, where+": it lacks "+key)
				}
			}
			if id == "Probe" {
				name, wrong := order(text(p["Input"]), text(p["ScheduleExpression"]), s.parameters)
				journeys = append(journeys, name)
				if own := cadences(all)[name]; own > 0 && cadence(text(p["ScheduleExpression"])) != own {
					wrong = append(wrong, fmt.Sprintf("it comes by %s, but the journey says every %v", p["ScheduleExpression"], own))
				}
				faults = append(faults, prefixed(where, wrong)...)
				if p["Name"] != name {
					faults = append(faults, fmt.Sprintf("%s: called %q, but runs %q", where, p["Name"], name))
				}
			}
		}
	}
	for _, name := range journey.Names(all) {
		if n := count(journeys, name); n != 1 {
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: the journey %q has %d schedules; expected 1: write one for it there", name, n))
		}
	}
	for _, name := range journeys {
		if !slices.Contains(journey.Names(all), name) {
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: there is no journey %q in probes.All; there are: %s; remove its schedule, or list the journey", name, strings.Join(journey.Names(all), ", ")))
		}
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
		return "", []string{fmt.Sprintf("the probe cannot parse its input: %v", err)}
	}
	if in.Slot != "<aws.scheduler.scheduled-time>" {
		faults = append(faults, fmt.Sprintf("its slot is %q; expected <aws.scheduler.scheduled-time>, which the scheduler replaces", in.Slot))
	}
	every := in.Every
	if every == "" {
		every = text(parameters["Cadence"])
	}
	want, err := environ.Cadence(every)
	if err != nil || want != cadence(expression) {
		faults = append(faults, fmt.Sprintf("it runs by %s, but its event has every %q", expression, every))
	}
	return in.Journey, faults
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
