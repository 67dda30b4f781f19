package oncall_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// two are two people with everything that a page is addressed to, and the ways in which a name is resolved.
func two() oncall.OnCall {
	return oncall.OnCall{
		People: []oncall.Person{
			{Name: "Ada", Phone: "+12025550143", Email: "ada@example.com", Awake: oncall.Hours{From: 480, To: 1320}},
			{Name: "Grace", Phone: "+12025550187", Awake: oncall.Hours{From: 1, To: 2}},
		},
		Rotations:  []oncall.Rotation{{Name: "day", People: []string{"Grace"}, Shifts: nil}, {Name: "nobody"}, {Name: "gone", People: []string{"Linus"}}},
		Escalation: []oncall.EscalationStep{{Call: "day"}, {Call: "nobody"}, {Call: "unknown"}, {Call: "gone"}, {Call: "ada", After: 7 * time.Minute}},
	}
}

// TestFind checks whom a name, a page and a rotation stand for, where two could.
func TestFind(t *testing.T) {
	o := two()
	for name, want := range map[string]string{"Ada": "Ada", "aDA": "Ada", "grace": "Grace", "": "", "Ad": "", "day": ""} {
		if got, ok := o.FindPerson(name); got.Name != want || ok != (want != "") {
			t.Errorf("the person %q is %q, %t", name, got.Name, ok)
		}
	}
	for name, c := range map[string]struct {
		page incident.Page
		want string
	}{
		"by name, though the number is another's": {incident.Page{Person: "ada", Channel: incident.Call, To: "+12025550187"}, "Ada"},
		"a call to one who was renamed":           {incident.Page{Person: "Augusta", Channel: incident.Call, To: "+12025550143"}, "Ada"},
		"a text to the second, renamed":           {incident.Page{Person: "Hopper", Channel: incident.Text, To: "+12025550187"}, "Grace"},
		"an e-mail to one who was renamed":        {incident.Page{Person: "Augusta", Channel: incident.Email, To: "ada@example.com"}, "Ada"},
		"an e-mail to a number":                   {incident.Page{Person: "Augusta", Channel: incident.Email, To: "+12025550143"}, ""},
		"a call to an address":                    {incident.Page{Person: "Augusta", Channel: incident.Call, To: "ada@example.com"}, ""},
		"one who has left":                        {incident.Page{Person: "Linus", Channel: incident.Text, To: "+12025550199"}, ""},
	} {
		if got, ok := o.FindAddressee(c.page); got.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %t; want %q", name, got.Name, ok, c.want)
		}
	}
	for name, want := range map[string]bool{"day": true, "nobody": true, "Day": false, "": false} {
		if got, ok := o.FindRotation(name); ok != want || (got.Name == name) != (want || name == "") {
			t.Errorf("the rotation %q is %q, %t", name, got.Name, ok)
		}
	}
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	if p, d, ok := o.Duty("ada", at); !ok || p.Name != "Ada" || d != (oncall.Duty{Who: "ada"}) {
		t.Errorf("a person's duty: %v, %v, %t", p, d, ok)
	}
	if _, _, ok := o.Duty("gone", at); ok {
		t.Error("a rotation of a person who has left has a duty")
	}
	var called []string
	for _, s := range o.EscalationAt(at) {
		called = append(called, s.Step.Call+" calls "+s.Person.Name+" after "+s.Step.After.String()+", duty of "+s.Duty.Who)
	}
	if want := []string{"day calls Grace after 0s, duty of Grace", "ada calls Ada after 7m0s, duty of ada"}; !slices.Equal(called, want) {
		t.Errorf("the escalation is %q; want %q", called, want)
	}
}

// TestOverrideOfAbsentPerson checks that an override for a former member changes nothing, nor does one of another rotation.
func TestOverrideOfAbsentPerson(t *testing.T) {
	exact := func(hour int) oncall.WallTime {
		return oncall.ExactTime(time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC))
	}
	o := two()
	o.Overrides = []oncall.Override{
		{Rotation: "day", Who: "Linus", From: exact(1), To: exact(9)},
		{Rotation: "gone", Who: "Ada", From: exact(1), To: exact(9)},
		{Rotation: "day", Who: "Ada", From: exact(10), To: exact(12)},
		{Rotation: "day", Who: "Ada", From: exact(2), To: exact(3)},
		{Rotation: "day", Who: "Ada", From: exact(14), To: exact(15)},
	}
	for at, want := range map[int]string{
		1: "Grace from 09:00 to 02:00", 2: "Ada from 02:00 to 03:00", 4: "Grace from 03:00 to 10:00", 9: "Grace from 03:00 to 10:00", 10: "Ada from 10:00 to 12:00",
		13: "Grace from 12:00 to 14:00", 15: "Grace from 15:00 to 09:00",
	} {
		p, d, ok := o.Duty("day", exact(at).In(time.UTC))
		if got := p.Name + " from " + d.From.Format("15:04") + " to " + d.Until.Format("15:04"); !ok || got != want {
			t.Errorf("at %d: %s, %t; want %s", at, got, ok, want)
		}
	}
}

// TestWays checks by which way a person can be reached, with each part of the failover channel left out.
func TestWays(t *testing.T) {
	ada, grace := two().People[0], two().People[1]
	for name, c := range map[string]struct {
		failover         *oncall.FailoverChannel
		emails, isWriten bool
	}{
		"no failover":    {nil, false, true},
		"no topic":       {&oncall.FailoverChannel{Voice: "+12025550100"}, false, false},
		"no voice":       {&oncall.FailoverChannel{Topic: "arn"}, true, true},
		"topic and call": {&oncall.FailoverChannel{Topic: "arn", Voice: "+12025550100"}, true, false},
	} {
		o := oncall.OnCall{Failover: c.failover}
		if got := o.CanEmail(ada); got != c.emails || o.CanEmail(grace) {
			t.Errorf("%s: e-mail to Ada %t, to Grace without an address %t", name, got, o.CanEmail(grace))
		}
		if got := o.IsWritten(incident.Page{Channel: incident.Call, Via: incident.Failover}); got != c.isWriten {
			t.Errorf("%s: a call by the failover channel is written: %t", name, got)
		}
		if o.IsWritten(incident.Page{Channel: incident.Call}) || !o.IsWritten(incident.Page{Channel: incident.Text}) || !o.IsWritten(incident.Page{Channel: incident.Email, Via: incident.Failover}) {
			t.Errorf("%s: calls are written, or texts are not", name)
		}
	}
}

// TestAckExpiry checks each setting of the validity of an acknowledgement: left out, 0 and set, for all journeys and for one.
func TestAckExpiry(t *testing.T) {
	for _, c := range []struct{ all, one, want time.Duration }{
		{0, 0, 0}, {30 * time.Minute, 0, 30 * time.Minute}, {0, time.Hour, time.Hour}, {30 * time.Minute, time.Minute, time.Minute}, {time.Minute, 1, 1},
	} {
		o := oncall.OnCall{AckExpires: c.all, Journeys: map[string]oncall.JourneyNotes{"card": {AckExpires: c.one}}}
		if got, other := o.AckExpiryFor("card"), o.AckExpiryFor("login"); got != c.want || other != c.all {
			t.Errorf("%v for all, %v for one: %v, and %v for another", c.all, c.one, got, other)
		}
	}
	for _, c := range []struct {
		repeat, after, want time.Duration
	}{{5 * time.Minute, 2 * time.Minute, 5 * time.Minute}, {5 * time.Minute, 9 * time.Minute, 9 * time.Minute}, {0, 0, 0}} {
		o := oncall.OnCall{RepeatAfter: c.repeat, Escalation: []oncall.EscalationStep{{Call: "Ada"}, {Call: "Grace", After: c.after}, {Call: "Ada", After: c.after / 2}}}
		if got := o.LongestPause(); got != c.want {
			t.Errorf("the longest pause of %v and %v is %v", c.repeat, c.after, got)
		}
	}
}

// TestSeverity checks which setting of a severity counts where several are set, and the defaults.
func TestSeverity(t *testing.T) {
	o := oncall.OnCall{
		Severities: map[incident.Kind]oncall.Severity{incident.Down: oncall.Notify, incident.Degraded: oncall.Wake},
		Journeys:   map[string]oncall.JourneyNotes{"card": {Severity: map[incident.Kind]oncall.Severity{incident.Down: oncall.Keep}}, "login": {}},
	}
	for _, c := range []struct {
		given    oncall.OnCall
		incident incident.Incident
		want     oncall.Severity
	}{
		{o, incident.Incident{Journey: "card", Kind: incident.Down}, "log"},
		{o, incident.Incident{Journey: "login", Kind: incident.Down}, "notify"},
		{o, incident.Incident{Journey: "other", Kind: incident.Down}, "notify"},
		{o, incident.Incident{Journey: "card", Kind: incident.Degraded}, "page"},
		{o, incident.Incident{Journey: "card", Kind: incident.Silent}, "page"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Down}, "page"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Silent}, "page"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Flapping}, "notify"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Flapping, PagesNow: true}, "page"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Flapping, PagesNow: true, Calmed: true}, "notify"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Degraded}, "notify"},
		{oncall.OnCall{}, incident.Incident{Kind: incident.Drilled, PagesNow: true}, "log"},
	} {
		if got := c.given.Severity(c.incident); got != c.want {
			t.Errorf("%+v: %s, want %s", c.incident, got, c.want)
		}
	}
	want := []string{"certificate", "cleanup", "counts", "creeping", "degraded", "down", "flapping", "heartbeat", "ours", "silent", "slower"}
	if got := oncall.KindNames(); !slices.Equal(got, want) {
		t.Errorf("the kinds are %q, want %q", got, want)
	}
}

// TestAtAnyHour checks that a demonstration calls at night, and that the real settings stay as they are.
func TestAtAnyHour(t *testing.T) {
	o := two()
	o.Gather = time.Second
	o.Severities = map[incident.Kind]oncall.Severity{incident.Down: oncall.Keep}
	o.Maintenance = []oncall.Maintenance{{}}
	o.Journeys = map[string]oncall.JourneyNotes{"card": {Say: "Hello.", Severity: map[incident.Kind]oncall.Severity{incident.Down: oncall.Keep}}}
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	got := o.AtAnyHour()
	for _, p := range got.People {
		if !p.Reachable(at).Equal(at) {
			t.Errorf("%s sleeps", p.Name)
		}
	}
	if got.Severity(incident.Incident{Journey: "card", Kind: incident.Down}) != oncall.Wake || got.Gather != 0 || len(got.Maintenance) != 0 || got.Journeys["card"].Say != "Hello." {
		t.Errorf("%+v", got)
	}
	if o.Severity(incident.Incident{Journey: "card", Kind: incident.Down}) != oncall.Keep || o.People[0].Reachable(at).Equal(at) || o.Gather != time.Second {
		t.Errorf("the given settings have changed: %+v", o)
	}
}

// TestHours checks how hours and zones are read and written.
func TestHours(t *testing.T) {
	for text, want := range map[string]string{
		"08:00-22:00": "08:00-22:00", "22:30 - 06:05": "22:30-06:05", "08:00 -09:00": "08:00-09:00",
		"08:00-08:00": "", "8:00-22:00": "", "08:00-24:00": "", "24:00-08:00": "", "08:00": "", "": "", "08:00-22:00 ": "", "08:60-09:00": "",
	} {
		h, err := oncall.ParseHours(text)
		if (err == nil) != (want != "") || err == nil && h.String() != want {
			t.Errorf("%q: %v, %v; want %q", text, h, err, want)
		}
		if err != nil && err.Error() != `expected hours such as "08:00-22:00", got "`+text+`"` {
			t.Errorf("%q: %v", text, err)
		}
	}
	if got := (oncall.Hours{}).String(); got != "at any hour" {
		t.Errorf("the zero hours are %q", got)
	}
	for name, good := range map[string]bool{"Europe/Berlin": true, "UTC": true, "": false, "Local": false, "Berlin": false} {
		z, err := oncall.ParseZone(name)
		if (err == nil) != good || good && z.String() != name {
			t.Errorf("the zone %q: %v, %v", name, z, err)
		}
	}
	berlin, _ := oncall.ParseZone("Europe/Berlin")
	if utc, _ := oncall.ParseZone("UTC"); !utc.Equal(oncall.Zone{}) || berlin.Equal(utc) || !berlin.Equal(berlin) {
		t.Error("zones are compared wrongly")
	}
	// Hours that a day does not have are at the same time of the next day; without any, a text is sent at once.
	at := time.Date(2026, 11, 21, 4, 0, 30, 0, time.UTC)
	for h, want := range map[oncall.Hours]string{{From: 240, To: 241}: "21 04:00:30", {From: 241, To: 242}: "21 04:01:00", {From: 239, To: 240}: "22 03:59:00", {From: 2000, To: 2001}: "21 04:00:30"} {
		if got := (oncall.Person{Awake: h}).Reachable(at).Format("02 15:04:05"); got != want {
			t.Errorf("%v: %s, want %s", h, got, want)
		}
	}
}

// TestWallTime checks both forms of a time, in their text and in JSON, which the store and a command read back.
func TestWallTime(t *testing.T) {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for text, instant := range map[string]string{"2026-12-24 09:00": "2026-12-24T08:00:00Z", "2026-12-24T09:00:00-05:00": "2026-12-24T14:00:00Z"} {
		m, err := oncall.ParseWallTime(text)
		if err != nil || m.String() != text || m.In(berlin).UTC().Format(time.RFC3339) != instant || m.IsZero() {
			t.Errorf("%s: %v at %v, %v", text, m, m.In(berlin), err)
		}
		data, err := json.Marshal(m)
		if err != nil || string(data) != `"`+text+`"` {
			t.Errorf("%s in JSON is %s, %v", text, data, err)
		}
		var back oncall.WallTime
		if err := json.Unmarshal(data, &back); err != nil || !back.Equal(m) || !(oncall.Override{From: back, To: m}).Equal(oncall.Override{From: m, To: back}) {
			t.Errorf("%s is read back as %v, %v", text, back, err)
		}
	}
	var m oncall.WallTime
	if err := json.Unmarshal([]byte(`"tomorrow"`), &m); err == nil || !m.IsZero() {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := oncall.ParseWallTime("2026-12-24"); err == nil || err.Error() != `expected a time such as "2026-12-24 09:00" or "2026-12-24T09:00:00+01:00", got "2026-12-24"` {
		t.Error(err)
	}
	wall, _ := oncall.ParseWallTime("2026-12-24 09:00")
	exact := oncall.ExactTime(time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC))
	later, _ := oncall.ParseWallTime("2026-12-24 09:01")
	base := oncall.Override{Rotation: "a", Who: "Ada", From: wall, To: later}
	for name, other := range map[string]oncall.Override{
		"another rotation": {Rotation: "b", Who: "Ada", From: wall, To: later}, "another person": {Rotation: "a", Who: "Grace", From: wall, To: later},
		"an exact start": {Rotation: "a", Who: "Ada", From: exact, To: later}, "another start": {Rotation: "a", Who: "Ada", From: later, To: later},
		"another end": {Rotation: "a", Who: "Ada", From: wall, To: wall},
	} {
		if base.Equal(other) || !base.Equal(base) {
			t.Errorf("%s: they are equal", name)
		}
	}
	if wall.Equal(exact) || !wall.Equal(wall) {
		t.Error("a time by the wall clock equals an exact one")
	}
}
