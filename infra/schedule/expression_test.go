package schedule

import (
	"testing"
	"time"
)

// TestPhases: the interval and the phase of a schedule by cron, if it has a fixed one.
func TestPhases(t *testing.T) {
	for e, want := range map[string][2]time.Duration{
		"cron(2/5 * * * ? *)": {5 * time.Minute, 2 * time.Minute}, "cron(0/1 * * * ? *)": {time.Minute, 0}, "cron(38 * * * ? *)": {time.Hour, 38 * time.Minute},
		"cron(38 1/6 * * ? *)": {6 * time.Hour, 98 * time.Minute}, "cron(0 0 * * ? *)": {24 * time.Hour, 0}, "cron(5 4 * * ? *)": {24 * time.Hour, 245 * time.Minute},
		"cron(0/7 * * * ? *)": {}, "cron(6/5 * * * ? *)": {}, "cron(60 * * * ? *)": {}, "cron(0 1/5 * * ? *)": {}, "cron(0 6/6 * * ? *)": {}, "cron(0 24 * * ? *)": {},
		"cron(0/5 3 * * ? *)": {}, "cron(0 4 ? * MON *)": {}, "rate(5 minutes)": {},
	} {
		if every, phase := Phase(e); every != want[0] || phase != want[1] {
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
		if err := CheckExpression(e); (err == nil) != right {
			t.Errorf("%q: %v", e, err)
		}
	}
}

// TestExpression: a journey's own interval becomes a cron expression in minutes that are free, and an irregular one is refused.
func TestExpression(t *testing.T) {
	for _, c := range []struct {
		every time.Duration
		taken []string
		want  string
	}{
		{5 * time.Minute, []string{"cron(0/5 * * * ? *)", "cron(1/5 * * * ? *)", "cron(3/5 * * * ? *)", "cron(4/5 * * * ? *)"}, "cron(2/5 * * * ? *)"},
		{2 * time.Minute, []string{"cron(0/2 * * * ? *)", "cron(1/2 * * * ? *)", "cron(0/2 * * * ? *)"}, "cron(1/2 * * * ? *)"},
		{time.Minute, nil, "cron(0/1 * * * ? *)"},
	} {
		if got, err := Expression("sign-in", c.every, c.taken); got != c.want || err != nil {
			t.Errorf("%v beside %q: got %s, %v; want %s", c.every, c.taken, got, err, c.want)
		}
	}
	for _, every := range []time.Duration{15 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour} {
		got, err := Expression("sign-in", every, nil)
		if err != nil || CheckExpression(got) != nil || Cadence(got) != every {
			t.Errorf("%v: got %s, whose cadence is %v, %v", every, got, Cadence(got), err)
		}
	}
	for _, every := range []time.Duration{7 * time.Minute, 90 * time.Second, 90 * time.Minute, 5 * time.Hour, 48 * time.Hour, -time.Minute, 30 * time.Second} {
		if got, err := Expression("sign-in", every, nil); err == nil {
			t.Errorf("%v: got %s, want an error", every, got)
		}
	}
}
