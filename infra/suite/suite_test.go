package suite

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	for name, c := range map[string]struct {
		tests, histories string
		want             int
	}{
		"short run":       {"", "", 10},
		"full run":        {"all", "", 1000},
		"set in a run":    {"", "7", 7},
		"set in all runs": {"all", "7", 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(allEnv, c.tests)
			t.Setenv(countEnv, c.histories)
			if got := Count(t, 10, 1000); got != c.want {
				t.Errorf("%d cases, want %d", got, c.want)
			}
		})
	}
}

func TestSeedIsTheDateUnlessSet(t *testing.T) {
	berlin := time.FixedZone("Berlin", 3600)
	if got := daily(time.Date(2026, 11, 30, 0, 30, 0, 0, berlin)); got != 20261129 {
		t.Errorf("the seed of 29 November, UTC, is %d", got)
	}
	t.Setenv(seedEnv, "42")
	if got := Seed(t); got != 42 {
		t.Errorf("seed %d, want the one that is set", got)
	}
}

func TestReplayCommandRepeatsTheRun(t *testing.T) {
	t.Setenv(allEnv, "all")
	t.Setenv(countEnv, "")
	want := "VALKYRIE_SEED=20261129 VALKYRIE_TESTS=all go test . -count=1 -run '^TestHistories$/^steady_clocks$' (in the folder of this test)"
	if got := replay("TestHistories/steady_clocks", 20261129); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPickReachesEachCase(t *testing.T) {
	cases := []string{"a", "b", "c", "d", "e"}
	t.Setenv(allEnv, "")
	seen := map[string]bool{}
	for day := 20261129; day < 20261134; day++ {
		t.Setenv(seedEnv, strconv.Itoa(day))
		picked := Pick(t, cases, 2)
		if len(picked) != 2 || picked[0] == picked[1] {
			t.Errorf("picked %v, want two of %v", picked, cases)
		}
		for _, c := range picked {
			seen[c] = true
		}
	}
	if len(seen) != len(cases) {
		t.Errorf("five days tried %v, want each of %v", seen, cases)
	}
	t.Setenv(allEnv, "all")
	if picked := Pick(t, cases, 2); !slices.Equal(picked, cases) {
		t.Errorf("a full run picked %v, want %v", picked, cases)
	}
}
