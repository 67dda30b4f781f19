package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

const before = `# about this file
Parameters:
  Cadence: {Default: 1 minute}
  ProbeTimeout: {Default: 120}
Resources:
  Probe:
    Properties:
      Runtime: provided.al2023 # and why
      Events:
        # begin schedules: of the journeys
`

const after = `        # end schedules

  Pager:
    Properties: {Events: {EachMinute: {Type: ScheduleV2}}}
`

const signIn = `        # as often as all others
        SignIn:
          Type: ScheduleV2
          Properties:
            Name: sign-in # the console shows it
            GroupName: !Ref Group
            ScheduleExpression: !Sub "rate(${Cadence})"

            State: !Ref Schedules
            Input: '{"journey": "sign-in","slot":"<aws.scheduler.scheduled-time>"}'
            RoleArn: !GetAtt ScheduleRole.Arn
            RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3}
            DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}
`

const buyTicket = `        BuyTicket:
          Type: ScheduleV2
          Properties:
            Name: buy-ticket
            GroupName: !Ref Group
            ScheduleExpression: cron(0/1 * * * ? *)
            State: !Ref Schedules
            Input: '{"journey":"buy-ticket","slot":"<aws.scheduler.scheduled-time>","every":"1 minute"}'
            RoleArn: !GetAtt ScheduleRole.Arn
            RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3}
            DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}
`

func parse(t *testing.T, text string) *Template {
	t.Helper()
	template, err := ParseTemplate(text)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// TestEditTemplate: a schedule is added, renamed and removed between the marks, and every other line stays as it is.
func TestEditTemplate(t *testing.T) {
	type edit func(*Template) (*Template, error)
	for name, c := range map[string]struct {
		from string
		do   edit
		want string
	}{
		"add to none":    {before + after, func(t *Template) (*Template, error) { return t.Add("buy-ticket", time.Minute) }, before + buyTicket + after},
		"add to another": {before + signIn + after, func(t *Template) (*Template, error) { return t.Add("buy-ticket", time.Minute) }, before + signIn + buyTicket + after},
		"add at the default interval": {before + after, func(t *Template) (*Template, error) { return t.Add("sign-in", 0) }, before +
			strings.NewReplacer("        # as often as all others\n", "", " # the console shows it", "", "\n\n", "\n", `": "`, `":"`).Replace(signIn) + after},
		"remove the first": {before + signIn + buyTicket + after, func(t *Template) (*Template, error) { return t.Remove("sign-in") }, before + buyTicket + after},
		"remove the last":  {before + signIn + buyTicket + after, func(t *Template) (*Template, error) { return t.Remove("buy-ticket") }, before + signIn + after},
		"remove the only":  {before + signIn + after, func(t *Template) (*Template, error) { return t.Remove("sign-in") }, before + after},
		"rename": {before + signIn + buyTicket + after, func(t *Template) (*Template, error) { return t.Rename("sign-in", "log-in") }, before +
			strings.NewReplacer("SignIn:", "LogIn:", "sign-in", "log-in").Replace(signIn) + buyTicket + after},
		"rename one with a key of its own": {before + strings.Replace(signIn, "SignIn:", "Mine:", 1) + after, func(t *Template) (*Template, error) { return t.Rename("sign-in", "log-in") }, before +
			strings.NewReplacer("SignIn:", "Mine:", "sign-in", "log-in").Replace(signIn) + after},
		"all others": {before + signIn + after, func(t *Template) (*Template, error) { return t.SetBlock(buyTicket) }, before + buyTicket + after},
	} {
		got, err := c.do(parse(t, c.from))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.Text()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// TestMarks: without both marks around the schedules nothing is written, and the error names the lines to add by hand.
func TestMarks(t *testing.T) {
	for text, want := range map[string]string{
		strings.Replace(before, "        # begin schedules: of the journeys\n", "", 1) + signIn + strings.Replace(after, "        # end schedules\n", "", 1): `template.yaml:9: Probe: Events: expected the schedules between the lines "# begin schedules" and "# end schedules", got neither; add by hand, after line 10: "        # begin schedules", and after line 22: "        # end schedules"`,
		before + signIn + strings.Replace(after, "        # end schedules\n", "", 1):                                                                         `got only the first; add by hand`,
		before + "        # end schedules\n" + signIn:                                                                                                        `template.yaml:9: Probe: Events: expected the lines "# begin schedules" and "# end schedules" around the schedules, which are in the lines 13 to 24, got them in the lines 10 and 11; move them there by hand`,
		"Resources: {}\n": "template.yaml: Resources: Probe: Properties: expected Events with the schedules of the journeys, got none; add these lines there by hand:\n      Events:\n        # begin schedules\n        # end schedules",
		"":                "expected Events",
	} {
		for name, do := range map[string]func(*Template) (*Template, error){
			"add":    func(t *Template) (*Template, error) { return t.Add("x", 0) },
			"remove": func(t *Template) (*Template, error) { return t.Remove("sign-in") },
			"rename": func(t *Template) (*Template, error) { return t.Rename("sign-in", "x") },
		} {
			if _, err := do(parse(t, text)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s in\n%s\ngot %v\nwant %s", name, text, err, want)
			}
		}
	}
	if _, err := ParseTemplate("a: [b"); err == nil || !strings.HasPrefix(err.Error(), "template.yaml: expected YAML: ") {
		t.Errorf("no YAML: %v", err)
	}
}

// TestFaultsOfTemplate: each fault names the line of its schedule; the template's own defaults are read.
func TestFaultsOfTemplate(t *testing.T) {
	template := parse(t, before+signIn+buyTicket+after)
	if template.Cadence != "1 minute" || template.Timeout != 2*time.Minute {
		t.Errorf("got the cadence %q and the timeout %v, want 1 minute and 2m0s", template.Cadence, template.Timeout)
	}
	make := func(name string) func() journey.Journey {
		return func() journey.Journey { return journey.Journey{Name: name} }
	}
	if faults := Faults(template.Entries, []func() journey.Journey{make("sign-in"), make("buy-ticket")}, template.Cadence); len(faults) > 0 {
		t.Errorf("all is right, and it reports %q", faults)
	}
	got := Faults(template.Entries, []func() journey.Journey{make("sign-in"), make("log-in")}, template.Cadence)
	want := []string{
		`template.yaml:24: Probe: Events: BuyTicket: there is no journey "buy-ticket" in probes.All; there are: sign-in, log-in; remove its schedule, or list the journey`,
		`template.yaml: Probe: Events: the journey "log-in" has 0 schedules; expected 1: write one for it there`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestManyJourneys: journeys that are added one after the other get minutes of their own, so that none is crowded.
func TestManyJourneys(t *testing.T) {
	template := parse(t, before+after)
	var all []func() journey.Journey
	for n := range 12 {
		name, every := fmt.Sprintf("journey-%d", n), time.Duration(n%3)*5*time.Minute
		all = append(all, func() journey.Journey { return journey.Journey{Name: name, Every: every} })
		var err error
		if template, err = template.Add(name, every); err != nil {
			t.Fatal(err)
		}
	}
	if faults := Faults(template.Entries, all, template.Cadence); len(faults) > 0 {
		t.Errorf("got %q", faults)
	}
}
