package config_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
	"valkyrie/alerts/oncall"
)

// TestExample: the example is valid as it is, and with every commented-out setting.
func TestExample(t *testing.T) {
	journeys := []string{"create-order", "print-card"}
	text := string(alerts.Example())
	if _, err := config.Parse("alerts.yaml", []byte(text), journeys); err != nil {
		t.Error(err)
	}
	text = everything()
	c, err := config.Parse("alerts.yaml", []byte(text), journeys)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	o := c.OnCall
	steps := o.EscalationAt(time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC))
	if len(steps) != 2 || steps[0].Person.Name != "Grace" || o.Play == "" || o.EvidenceURL == "" || len(o.Maintenance) != 2 ||
		o.Journeys["print-card"].Runbook == "" || o.People[0].Zone.String() != "Europe/Berlin" || o.Severities["flapping"] != oncall.Wake {
		t.Errorf("%+v", o)
	}
}

// everything returns the example with every commented-out setting.
func everything() string {
	text := strings.Replace(string(alerts.Example()), "  escalation: [Ada, Grace]", "  #", 1) // the example has it twice
	return regexp.MustCompile(`(?m)^( *)#(\S)`).ReplaceAllString(text, "$1$2")
}

// TestAcceptedFileCoversAllTimes: after random changes, a file is either rejected, or each step and rotation has a person at any
// time.
func TestAcceptedFileCoversAllTimes(t *testing.T) {
	words := []string{
		"Ada", "Grace", "primary", "Mon 09:00", "Fri 18:00", "Sun 00:00", "Monday 09:00", "09:00", "day", "3 days", "2m", "0s",
		"Europe/Berlin", "UTC", "2026-11-23", "2026-12-24 09:00", "[]", "{}", "", "null", "-1", "*x", "page",
	}
	token := regexp.MustCompile(`"[^"\n]*"|[A-Za-z0-9/_:+.-]+`)
	passed := 0
	rapid.Check(t, func(t *rapid.T) {
		text := everything()
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			all := token.FindAllStringIndex(text, -1)
			at := all[rapid.IntRange(0, len(all)-1).Draw(t, "at")]
			text = text[:at[0]] + rapid.SampledFrom(words).Draw(t, "word") + text[at[1]:]
		}
		c, err := config.Parse("alerts.yaml", []byte(text), []string{"create-order", "print-card"})
		if err != nil {
			return
		}
		passed++
		for range 20 {
			at := alertstest.Start.Add(time.Duration(rapid.IntRange(-600_000, 1_200_000).Draw(t, "minute")) * time.Minute)
			if steps := c.OnCall.EscalationAt(at); len(steps) != len(c.OnCall.Escalation) {
				t.Fatalf("at %v the escalation is %v\n%s", at, steps, text)
			}
			for _, r := range c.OnCall.Rotations {
				if _, d, ok := c.OnCall.Duty(r.Name, at); !ok || d.From.After(at) || !d.Until.After(at) {
					t.Fatalf("at %v %s is %+v\n%s", at, r.Name, d, text)
				}
			}
		}
	})
	if passed == 0 {
		t.Error("every file was refused")
	}
}
