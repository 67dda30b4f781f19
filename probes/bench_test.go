package probes_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"valkyrie/probes/demoshop"
)

// BenchmarkJourney plays the same journey by bare hand-written chromedp and by ours, in turn, each in a process of its
// own, and prints them side by side. Run it by "make bench".
func BenchmarkJourney(b *testing.B) {
	for name, c := range map[string]contest{
		"idle":           {sides: []side{{driver: "bare"}, {driver: "ours"}}},
		"loaded":         {sides: []side{{driver: "bare"}, {driver: "ours"}}, burners: 2},
		"single-process": {sides: []side{{driver: "ours"}, {driver: "ours", flags: "single-process"}}},
	} {
		b.Run(name, func(b *testing.B) { c.run(b) })
	}
}

// A contest is two ways to play, in turn. burners are processes that only burn CPU meanwhile.
type contest struct {
	sides   []side
	burners int
}

type side struct{ driver, flags string }

func (s side) String() string { return strings.TrimSpace(s.driver + " " + s.flags) }

func (c contest) run(b *testing.B) {
	shop := openBenchShop(b)
	results := make([][]played, len(c.sides))
	for b.Loop() {
		stop := burn(b, c.burners)
		for i, s := range c.sides {
			results[i] = append(results[i], shop.play(b, s))
		}
		stop()
	}
	b.ReportMetric(0, "ns/op")
	fmt.Println()
	c.tell(results)
}

// measures are the lines of the table. Bias is what the driver reported less what the page saw.
var measures = []struct {
	name string
	of   func(played) float64
	frac int // decimals
}{
	{"wall, ms", func(p played) float64 { return ms(p.Wall) }, 0},
	{"CPU of everything, ms", func(p played) float64 { return float64(p.CPU) }, 0},
	{"memory of everything (PSS), MB", func(p played) float64 { return float64(p.Memory) / 1e6 }, 0},
	{"our process (RSS), MB", func(p played) float64 { return float64(p.Own) / 1e6 }, 1},
	{"fresh Chrome to first page, ms", func(p played) float64 { return ms(p.Start) }, 0},
	{"left on disk, bytes", func(p played) float64 { return float64(p.Disk) }, 0},
	{"starved at most, as the run says, ms", func(p played) float64 { return ms(p.Starve) }, 0},
	{"bias: order, ms", func(p played) float64 { return ms(p.bias(orderStep)) }, 1},
	{"bias: print, ms", func(p played) float64 { return ms(p.bias(printStep)) }, 1},
	{"bias: download, ms", func(p played) float64 { return ms(p.bias(downloadStep)) }, 1},
	{"(truth: order, ms)", func(p played) float64 { return ms(p.truly(orderStep)) }, 0},
	{"(truth: print, ms)", func(p played) float64 { return ms(p.truly(printStep)) }, 0},
	{"(truth: download, ms)", func(p played) float64 { return ms(p.truly(downloadStep)) }, 0},
	{"(order: paint after truth, ms)", func(p played) float64 {
		return ms(p.Truth.between("Thank you for your order", "paint Thank you for your order"))
	}, 1},
}

func (p played) bias(step string) time.Duration { return p.Waits[step] - p.truly(step) }

// truly is the customer's wait in a step as the page saw it; for the download, as the server did when it had sent all.
func (p played) truly(step string) time.Duration {
	switch step {
	case orderStep:
		return p.Truth.between("click Place order", "Thank you for your order")
	case printStep:
		return p.Truth.between("click Print", "Download PDF")
	}
	return p.Truth.between("click Download PDF", "sent")
}

// tell prints median and 90th percentile of each side, and the ratio of the second side's median to the first's.
func (c contest) tell(results [][]played) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d rounds, %d burners\t%s\t90 %%\t%s\t90 %%\tratio\t\n", len(results[0]), c.burners, c.sides[0], c.sides[1])
	for _, m := range measures {
		fmt.Fprintf(w, "%s\t", m.name)
		var medians []float64
		for _, side := range results {
			var all []float64
			for _, p := range side {
				all = append(all, m.of(p))
			}
			slices.SortFunc(all, cmp.Compare)
			medians = append(medians, rank(all, 0.5))
			fmt.Fprintf(w, "%.*f\t%.*f\t", m.frac, rank(all, 0.5), m.frac, rank(all, 0.9))
		}
		if medians[0] > 0 {
			fmt.Fprintf(w, "%.2f", medians[1]/medians[0])
		}
		fmt.Fprintln(w, "\t")
	}
	w.Flush()
}

func rank(sorted []float64, q float64) float64 {
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// A benchShop is the practice shop, and when it last had sent a PDF.
type benchShop struct {
	url string
	mu  sync.Mutex
	pdf time.Time
}

func openBenchShop(b *testing.B) *benchShop {
	inner, err := demoshop.New(demoshop.Config{})
	if err != nil {
		b.Fatal(err)
	}
	shop := &benchShop{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		if strings.HasSuffix(r.URL.Path, ".pdf") {
			shop.mu.Lock()
			shop.pdf = time.Now()
			shop.mu.Unlock()
		}
	}))
	b.Cleanup(func() { server.Close(); inner.Close() })
	shop.url = server.URL
	return shop
}

// play runs one driver in a process of its own.
func (shop *benchShop) play(b *testing.B, s side) played {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childKey+"="+s.driver, "BENCH_SITE="+shop.url, "BENCH_CHROME="+program.Path,
		"BENCH_ENV="+strings.Join(program.Env, "\n"), "BENCH_FLAGS="+s.flags, "TMPDIR="+b.TempDir())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v\n%s", s, err, errs.Bytes())
	}
	var p played
	if err := json.Unmarshal(out, &p); err != nil {
		b.Fatalf("%s: %v in %s", s, err, out)
	}
	shop.mu.Lock()
	defer shop.mu.Unlock()
	p.Truth["sent"] = float64(shop.pdf.UnixMicro()) / 1000
	return p
}

// burn starts n processes that burn CPU, for half a minute at most.
func burn(b *testing.B, n int) (stop func()) {
	var all []*exec.Cmd
	for range n {
		cmd := exec.Command("timeout", "30", "sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		all = append(all, cmd)
	}
	return func() {
		for _, cmd := range all {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		}
	}
}
