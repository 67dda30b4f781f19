package judge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/judge"
)

// A batchWatch watches a batch each minute, on the wall clock of the zone of its schedule.
type batchWatch struct {
	t      rapid.TB
	policy judge.HeartbeatPolicy
	state  judge.JourneyState
	now    time.Time
	step   time.Duration // between looks
	said   []string      // "late 26 06:10", "ends 26 06:30"
}

func (b *batchWatch) zone() *time.Location {
	zone, err := time.LoadLocation(b.policy.Zone)
	if err != nil {
		b.t.Fatal(err)
	}
	return zone
}

// parse parses "2026-11-26 06:30" on that clock, or a time with an offset.
func (b *batchWatch) parse(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, b.zone())
	if err != nil {
		if at, err = time.Parse(time.RFC3339, s); err != nil {
			b.t.Fatal(err)
		}
	}
	return at.UTC()
}

func (b *batchWatch) note(ds []judge.Decision) {
	for _, d := range ds {
		what := map[judge.Verb]string{judge.Opens: "late", judge.Continues: "late", judge.Resolves: "ends"}[d.Verb]
		if what != "" {
			b.said = append(b.said, what+" "+b.now.In(b.zone()).Format("2 15:04"))
		}
	}
}

func (b *batchWatch) watch(until time.Time) {
	for ; b.now.Before(until); b.now = b.now.Truncate(b.step).Add(b.step) {
		var ds []judge.Decision
		b.state, ds = b.state.WatchBatch(b.policy, b.now)
		b.note(ds)
	}
	b.now = until
}

func (b *batchWatch) beat(stage judge.Stage) {
	var ds []judge.Decision
	b.state, ds = b.state.Beat(b.policy, judge.Beat{Batch: b.policy.Name, Stage: stage, At: b.now, Done: 4, Expected: 4})
	b.note(ds)
}

// play plays a script: times at which the batch finishes, "start TIME", "until TIME", and "by SCHEDULE", "every DURATION" and
// "zone ZONE", which change the policy. The first time is the begin of watching.
func (b *batchWatch) play(script string) string {
	for n, line := range strings.Split(script, ", ") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case n == 0:
			b.now = b.parse(line)
		case word == "until":
			b.watch(b.parse(rest))
		case word == "start":
			b.watch(b.parse(rest))
			b.beat(judge.Starts)
		case word == "by":
			b.policy.By, b.policy.Every = rest, 0
		case word == "zone":
			b.policy.Zone = rest
		case word == "every":
			every, err := time.ParseDuration(rest)
			if err != nil {
				b.t.Fatal(err)
			}
			b.policy.Every, b.policy.By = every, ""
		default:
			b.watch(b.parse(line))
			b.beat(judge.Finishes)
		}
	}
	return strings.Join(b.said, ", ")
}

// TestFinishCountsForItsDeadline: a late finish, a rerun or a finish that is said twice never counts for the next deadline, and an
// early one does. 26 November 2026 is a Thursday.
func TestFinishCountsForItsDeadline(t *testing.T) {
	for name, c := range map[string]struct{ by, script, want string }{
		"Thursday late, Friday and Monday never":               {"0 6 * * 1-5", "2026-11-26 00:00, 2026-11-26 06:30, until 2026-12-01 00:00", "late 26 06:10, ends 26 06:30, late 27 06:10, late 30 06:10"},
		"Thursday's rerun, Friday and Monday never":            {"0 6 * * 1-5", "2026-11-26 00:00, 2026-11-26 05:50, 2026-11-26 14:00, until 2026-12-01 00:00", "late 27 06:10, late 30 06:10"},
		"Friday's rerun at the weekend, Monday never":          {"0 6 * * 1-5", "2026-11-26 00:00, 2026-11-26 05:50, 2026-11-27 05:40, 2026-11-28 14:00, until 2026-12-01 00:00", "late 30 06:10"},
		"Wednesday late, Thursday never":                       {"0 6 * * 1-5", "2026-11-25 00:00, 2026-11-25 06:30, until 2026-11-27 00:00", "late 25 06:10, ends 25 06:30, late 26 06:10"},
		"twice a day, Friday 06 late, 18 and Monday 06 never":  {"0 6,18 * * 1-5", "2026-11-27 00:00, 2026-11-27 06:30, until 2026-11-30 12:00", "late 27 06:10, ends 27 06:30, late 27 18:10, late 30 06:10"},
		"the 1st late, the 2nd never":                          {"0 6 1,2 * *", "2026-12-01 00:00, 2026-12-01 06:30, until 2026-12-31 00:00", "late 1 06:10, ends 1 06:30, late 2 06:10"},
		"12.5 hours late, the next day's never":                {"0 6 * * *", "2026-11-26 00:00, 2026-11-26 18:30, until 2026-11-28 00:00", "late 26 06:10, ends 26 18:30, late 27 06:10"},
		"06 and 07, each 40 minutes early":                     {"0 6,7 * * *", "2026-11-26 00:00, 2026-11-26 05:20, 2026-11-26 06:20, 2026-11-27 05:20, 2026-11-27 06:20, until 2026-11-27 08:00", ""},
		"hourly, the finish of 16:00 is said twice, 17 never":  {"0 9-17 * * *", "2026-11-26 14:30, 2026-11-26 14:55, 2026-11-26 15:55, 2026-11-26 15:58, until 2026-11-27 08:00", "late 26 17:10"},
		"weekly, a rerun on Friday, the next Monday never":     {"0 6 * * 1", "2026-11-23 00:00, 2026-11-23 05:50, 2026-11-27 14:00, until 2026-12-01 00:00", "late 30 06:10"},
		"weekly, always on Friday evening":                     {"0 6 * * 1", "2026-11-23 00:00, 2026-11-23 05:00, until 2026-11-27 00:00, 2026-11-30 05:00, until 2026-12-01 00:00", ""},
		"monthly, a rerun in the middle, the next never":       {"0 6 1 * *", "2026-11-30 00:00, 2026-12-01 05:50, 2026-12-20 05:50, until 2027-01-02 00:00", "late 1 06:10"},
		"at other hours each night":                            {"0 6 * * *", "2026-11-23 00:00, 2026-11-23 05:50, 2026-11-24 03:10, 2026-11-25 05:59, 2026-11-26 02:20, 2026-11-27 06:05, 2026-11-28 04:00, until 2026-11-28 12:00", ""},
		"moved to the evening: one false notice, and no other": {"0 6 * * *", "2026-11-23 00:00, 2026-11-23 05:50, 2026-11-23 20:00, 2026-11-24 20:05, 2026-11-25 20:00, 2026-11-26 20:00, until 2026-11-27 12:00", "late 24 06:10, ends 24 20:05"},
		"twice a day, started at 05, done at 18:30; 18 never":  {"0 6,18 * * *", "2026-11-26 00:00, start 2026-11-26 05:00, 2026-11-26 18:30, until 2026-11-26 19:00", "late 26 06:10, late 26 18:10"},
		"started late, done after the next deadline":           {"0 6 * * *", "2026-11-26 00:00, start 2026-11-26 07:00, 2026-11-27 05:50, until 2026-11-27 12:00", "late 26 06:10, ends 27 05:50, late 27 06:10"},
		"a missed night, and then as usual":                    {"0 6 * * *", "2026-11-25 00:00, 2026-11-25 05:50, 2026-11-27 05:50, until 2026-11-28 00:00", "late 26 06:10, ends 27 05:50"},
		"a missed night with starts, and then as usual":        {"0 6 * * *", "2026-11-25 00:00, start 2026-11-25 05:00, 2026-11-25 05:50, start 2026-11-27 05:01, 2026-11-27 05:50, until 2026-11-28 00:00", "late 26 06:10, ends 27 05:50"},
	} {
		b := batchWatch{t: t, step: time.Minute, policy: judge.HeartbeatPolicy{Name: "batch", By: c.by, Zone: "UTC", Grace: 10 * time.Minute}}
		if got := b.play(c.script); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestDeadlineOnClockChanges: in both nights, in several zones, a batch that finishes as usual is never late, and one that does not
// run is late once each night.
func TestDeadlineOnClockChanges(t *testing.T) {
	for name, c := range map[string]struct{ by, zone, script, want string }{
		"Berlin, 02:30 is skipped":             {"30 2 * * *", "Europe/Berlin", "2027-03-26 12:00, 2027-03-27 02:25, 2027-03-28T00:55:00Z, 2027-03-29 02:25, until 2027-03-29 12:00", ""},
		"Berlin, nothing runs":                 {"30 2 * * *", "Europe/Berlin", "2027-03-26 12:00, 2027-03-27 02:25, until 2027-03-29 12:00", "late 28 03:10, late 29 02:40"},
		"Berlin, 02:20 is twice":               {"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00, 2026-10-25T00:20:00Z, 2026-10-26 02:25, until 2026-10-26 12:00", ""},
		"Berlin, nothing runs when it is":      {"30 2 * * *", "Europe/Berlin", "2026-10-23 12:00, 2026-10-24 02:25, until 2026-10-26 12:00", "late 25 02:40, late 26 02:40"},
		"Berlin, always 55 minutes early":      {"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00, 2026-10-24T23:35:00Z, 2026-10-26 01:35, until 2026-10-26 12:00", ""},
		"New York, 02:00 is skipped":           {"0 2 * * *", "America/New_York", "2026-03-07 12:00, 2026-03-08T06:50:00Z, 2026-03-09 01:50, until 2026-03-09 12:00", ""},
		"New York, 01:00 is twice":             {"0 1 * * *", "America/New_York", "2026-10-31 12:00, 2026-11-01T04:50:00Z, 2026-11-02 00:50, until 2026-11-02 12:00", ""},
		"Havana, midnight is skipped":          {"0 0 * * *", "America/Havana", "2026-03-06 12:00, 2026-03-06 23:50, 2026-03-07 23:50, 2026-03-08 23:50, until 2026-03-09 12:00", ""},
		"Lord Howe, half an hour":              {"15 2 * * *", "Australia/Lord_Howe", "2026-10-02 12:00, 2026-10-03 02:10, 2026-10-04 01:55, 2026-10-05 02:10, until 2026-10-05 12:00", ""},
		"every hour in the night it is longer": {"0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z, 2026-10-24T23:50:00Z, 2026-10-25T00:50:00Z, 2026-10-25T01:50:00Z, until 2026-10-25T02:05:00Z", ""},
	} {
		b := batchWatch{t: t, step: time.Minute, policy: judge.HeartbeatPolicy{Name: "batch", By: c.by, Zone: c.zone, Grace: 10 * time.Minute}}
		if got := b.play(c.script); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	b := batchWatch{t: t, step: time.Minute, policy: judge.HeartbeatPolicy{Name: "batch", By: "*/15 * * * *", Zone: "America/New_York", Grace: 5 * time.Minute}}
	var script []string
	for at := b.parse("2026-11-01T04:14:30Z"); at.Before(b.parse("2026-11-01T09:00:00Z")); at = at.Add(15 * time.Minute) {
		script = append(script, at.Format(time.RFC3339))
	}
	if got := b.play("2026-11-01T04:00:00Z, " + strings.Join(script, ", ")); got != "" {
		t.Errorf("every 15 minutes: %s", got)
	}
}

// TestChangedSchedule: a schedule that is changed in the file holds from the change on.
func TestChangedSchedule(t *testing.T) {
	for name, c := range map[string]struct{ begins, script, want string }{
		"06:00 to 22:00 at noon": {"by 0 6 * * *", "2026-11-26 05:50, until 2026-11-26 12:00, by 0 22 * * *, 2026-11-26 21:55, 2026-11-27 21:55, until 2026-11-28 12:00", ""},
		"monthly to daily":       {"by 0 6 1 * *", "until 2026-11-26 12:00, by 0 6 * * *, 2026-11-27 05:55, 2026-11-28 05:55, until 2026-11-29 12:00", "late 29 06:10"},
		"1h to 24h":              {"every 1h", "2026-11-26 00:31, until 2026-11-26 00:40, every 24h, 2026-11-27 00:30, until 2026-11-27 12:00", ""},
		"7d to 1h, silent":       {"every 168h", "2026-11-26 00:31, every 1h, until 2026-11-26 02:00", "late 26 01:41"},
		"7d to 1h after days":    {"every 168h", "2026-11-26 00:31, until 2026-11-28 12:00, every 1h, until 2026-11-28 14:00", "late 28 13:10"},
		"UTC to Los Angeles":     {"by 0 6 * * *", "2026-11-26 05:50, zone America/Los_Angeles, 2026-11-27T13:50:00Z, until 2026-11-28T13:00:00Z", ""},
		"while it is late":       {"by 0 6 * * *", "until 2026-11-26 07:00, by 0 8 * * *, until 2026-11-26 09:00", "late 26 06:10, late 26 08:10"},
	} {
		b := batchWatch{t: t, step: time.Minute, policy: judge.HeartbeatPolicy{Name: "batch", Zone: "UTC", Grace: 10 * time.Minute}}
		b.play("2026-11-26 00:00, " + c.begins)
		if got := b.play("2026-11-26 00:00, " + c.script); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestEveryMissedDeadlineIsNoticed: whatever a daily batch did on the days before, with reruns by day, a night without a finish is
// late, and a night with one is not.
func TestEveryMissedDeadlineIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := batchWatch{t: t, step: 10 * time.Minute, policy: judge.HeartbeatPolicy{Name: "batch", By: "0 6 * * *", Zone: "UTC", Grace: 10 * time.Minute}}
		b.now = b.parse("2026-11-01 00:00")
		missed := ""
		for day := range 12 {
			midnight := b.parse("2026-11-01 00:00").AddDate(0, 0, day)
			if runs := day < 2 || rapid.Bool().Draw(t, "runs"); runs {
				b.watch(midnight.Add(time.Duration(rapid.IntRange(180, 360).Draw(t, "minute")) * time.Minute))
				b.beat(judge.Finishes)
			} else {
				missed += fmt.Sprintf(" late %d 06:10", day+1)
			}
			b.watch(midnight.Add(7 * time.Hour))
			for range rapid.IntRange(0, 3).Draw(t, "reruns") {
				b.watch(b.now.Add(time.Duration(rapid.IntRange(1, 150).Draw(t, "later")) * time.Minute))
				b.beat(judge.Finishes)
			}
		}
		got := ""
		for _, s := range b.said {
			if strings.HasPrefix(s, "late") {
				got += " " + s
			}
		}
		if got != missed {
			t.Fatalf("got %s, want%s", got, missed)
		}
	})
}
