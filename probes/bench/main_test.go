package bench

import (
	"context"
	"fmt"
	"os"
	"testing"

	"valkyrie/infra/chrome"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
)

var program journey.Program

func TestMain(m *testing.M) {
	c, err := chrome.Find(context.Background(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = journey.Program{Path: c.Path, Env: c.Env}
	os.Exit(m.Run())
}

// secret is the practice shop's public account.
func secret(name string) (string, error) {
	value, ok := demoshop.Secret(name)
	if !ok {
		return "", journey.ErrNoSecret
	}
	return value, nil
}

// TestDrivers runs the journey once with each driver and checks that the reported times match the page's, within wide
// bounds. It does not judge speed.
func TestDrivers(t *testing.T) {
	shop, programs := openShop(t), build(t)
	for _, s := range []variant{{driver: "bare"}, {driver: "ours", film: true}} {
		p, err := shop.play(t, programs, s)
		for try := 1; err != nil && s.driver == "bare" && try < 6; try++ { // on a busy machine bare may evaluate in a page that is being replaced
			t.Log(err)
			p, err = shop.play(t, programs, s)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []string{OrderStep, PrintStep, DownloadStep} {
			if truth := p.pageWait(step).Seconds(); truth < 0.05 || truth > 10 || p.bias(step).Abs().Seconds() > 1 {
				t.Errorf("%s, step %q: it reports %v, the page saw %v", s, step, p.Waits[step], p.pageWait(step))
			}
		}
		for what, n := range map[string]int64{
			"wall": int64(p.Wall), "start": int64(p.Start), "memory": p.Memory, "CPU": p.CPU, "RSS": p.RSS, "PSS": p.PSS, "heap": p.Heap, "peak": p.Peak,
		} {
			if n <= 0 {
				t.Errorf("%s: %s was not measured: %d", s, what, n)
			}
		}
		if s.driver == "ours" && p.Disk != 0 {
			t.Errorf("%s left %d bytes behind", s, p.Disk)
		}
	}
}
