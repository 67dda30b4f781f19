package slots

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A trial is a schedule with a machine that can sleep. Time is that of a synctest bubble, which begins on a whole minute.
type trial struct {
	*testing.T
	schedule Schedule
	began    time.Time
	log      bytes.Buffer

	mu    sync.Mutex
	slept time.Duration
	runs  []string
}

func newTrial(t *testing.T, parallel int) *trial {
	k := &trial{T: t, began: time.Now()}
	k.schedule = Schedule{Parallel: parallel, Log: slog.New(slog.NewTextHandler(&k.log, nil)), Clock: Clock{
		Wall: func() time.Time {
			k.mu.Lock()
			defer k.mu.Unlock()
			return time.Now().UTC().Add(k.slept)
		},
		Awake: func() time.Duration { return time.Since(k.began) },
	}}
	return k
}

// sleep puts the machine to sleep: only the clock on the wall goes on.
func (k *trial) sleep(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.slept += d
}

// job is a job whose runs last for a while.
func (k *trial) job(name string, every, lasts time.Duration) Job {
	return Job{Name: name, Every: every, Run: func(_ context.Context, slot time.Time) {
		began := k.schedule.Clock.Wall()
		k.mu.Lock()
		k.runs = append(k.runs, fmt.Sprintf("%s %s+%v", name, slot.Format("04:05"), began.Sub(slot)))
		k.mu.Unlock()
		time.Sleep(lasts)
	}}
}

// play runs the jobs for a while.
func (k *trial) play(d time.Duration, jobs ...Job) string {
	ctx, cancel := context.WithTimeout(k.Context(), d)
	defer cancel()
	k.schedule.Run(ctx, jobs)
	return strings.Join(k.runs, ", ")
}

func (k *trial) want(got, want string, logged ...string) {
	k.Helper()
	if got != want {
		k.Errorf("runs:\n got %s\nwant %s", got, want)
	}
	for _, s := range logged {
		if !strings.Contains(k.log.String(), s) {
			k.Errorf("not reported: %s\n%s", s, &k.log)
		}
	}
	if len(logged) == 0 && k.log.Len() > 0 {
		k.Errorf("reported: %s", &k.log)
	}
}

// TestSlots checks when journeys run. The bubble begins at 00:00:00; a start at another time is a wait before it.
func TestSlots(t *testing.T) {
	const s = time.Second
	for name, play := range map[string]func(*trial){
		"at whole multiples": func(k *trial) {
			k.want(k.play(35*s, k.job("a", 10*s, s)), "a 00:00+0s, a 00:10+0s, a 00:20+0s, a 00:30+0s")
		},
		"not twice in quick succession": func(k *trial) {
			time.Sleep(57 * s)
			k.want(k.play(130*s, k.job("a", 60*s, s)), "a 00:57+0s, a 02:00+0s, a 03:00+0s")
		},
		"not twice over a restart": func(k *trial) {
			time.Sleep(57 * s)
			j := k.job("a", 60*s, s)
			j.Last = k.schedule.Clock.Wall().Add(-20 * s)
			k.want(k.play(130*s, j), "a 02:00+0s, a 03:00+0s")
		},
		"side by side": func(k *trial) {
			got := k.play(15*s, k.job("a", 10*s, 8*s), k.job("b", 10*s, 8*s))
			if strings.Count(got, "+0s") != 4 {
				k.Error(got)
			}
		},
		"a slow one delays no other": func(k *trial) {
			got := k.play(60*s, k.job("slow", 60*s, 55*s), k.job("b", 20*s, s))
			for _, want := range []string{"b 00:00+0s", "b 00:20+0s", "b 00:40+0s"} {
				if !strings.Contains(got, want) {
					k.Errorf("not %s in %s", want, got)
				}
			}
		},
		"one that is a little too slow keeps its cadence": func(k *trial) {
			k.want(k.play(35*s, k.job("a", 10*s, 11*s)), "a 00:00+0s, a 00:10+1s, a 00:20+2s, a 00:30+3s")
		},
		"one that is much too slow skips slots": func(k *trial) {
			k.want(k.play(55*s, k.job("a", 10*s, 26*s)), "a 00:00+0s, a 00:30+0s", "journey=a slots=2 first=00:00:10 next=00:00:30", `why="its run of 00:00:00 took 26s"`)
		},
		"too many for the machine": func(k *trial) {
			k.schedule.Parallel = 1
			got := k.play(30*s, k.job("a", 10*s, 8*s), k.job("b", 10*s, 8*s))
			if n := strings.Count(got, ","); n < 2 {
				k.Errorf("only %s", got)
			}
			k.want(got, got, "journey began late", "late=8s parallel=1", "slots skipped")
		},
		"one without a browser waits for none": func(k *trial) {
			k.schedule.Parallel = 1
			light := k.job("light", 10*s, s)
			light.Light = true
			got := k.play(25*s, k.job("a", 30*s, 20*s), light)
			if strings.Count(got, "light") != 3 || strings.Count(got, "+0s") != 4 {
				k.Error(got)
			}
		},
		"asleep between slots": func(k *trial) {
			time.AfterFunc(15*s, func() { k.sleep(time.Hour + 3*s) })
			k.want(k.play(40*s, k.job("a", 30*s, s)), "a 00:00+0s, a 00:30+0s", "slots=", "the machine slept for 1h0m3s")
		},
		"asleep during a run": func(k *trial) {
			time.AfterFunc(2*s, func() { k.sleep(time.Hour + 3*s) })
			k.want(k.play(40*s, k.job("a", 30*s, 5*s)), "a 00:00+0s, a 00:30+0s", "the machine slept for 1h0m3s")
		},
		"the clock is set back": func(k *trial) {
			time.AfterFunc(15*s, func() { k.sleep(-time.Hour) })
			k.want(k.play(80*s, k.job("a", 30*s, s)), "a 00:00+0s, a 00:30+0s, a 01:00+0s")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { play(newTrial(t, 4)) })
		})
	}
}

// TestParallel checks that no more jobs run at once than the machine carries.
func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTrial(t, 2)
		now, most := 0, 0
		var jobs []Job
		for i := range 7 {
			jobs = append(jobs, Job{Name: fmt.Sprint(i), Every: 10 * time.Second, Run: func(context.Context, time.Time) {
				k.mu.Lock()
				now++
				most = max(most, now)
				k.mu.Unlock()
				time.Sleep(3 * time.Second)
				k.mu.Lock()
				now--
				k.mu.Unlock()
			}})
		}
		k.play(time.Minute, jobs...)
		if most != 2 {
			t.Errorf("%d at once", most)
		}
	})
}

func TestCapacity(t *testing.T) {
	const gigabyte = 1 << 20 // in kB
	available := func(kb int) string { return fmt.Sprintf("MemTotal: 99999999 kB\nMemAvailable:   %d kB\n", kb) }
	for _, c := range []struct {
		cpus           int
		mem, container string
		want           int
	}{
		{4, "", "", 4},
		{4, available(8 * gigabyte), "max\n", 4},
		{4, available(gigabyte), "max\n", 2},
		{4, available(8 * gigabyte), "1073741824\n", 2},
		{4, available(gigabyte / 8), "", 1},
		{1, available(8 * gigabyte), "", 1},
	} {
		if got := capacity(c.cpus, c.mem, c.container); got != c.want {
			t.Errorf("%d CPUs, %q, %q: %d, want %d", c.cpus, c.mem, c.container, got, c.want)
		}
	}
	if Capacity() < 1 {
		t.Error(Capacity())
	}
}
