package bench

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// BenchmarkJourney runs the same journey with bare, hand-written chromedp and with this suite, alternately, each in a
// program of its own, and prints their measurements side by side. Run it by "make bench".
func BenchmarkJourney(b *testing.B) {
	bare, ours := variant{driver: "bare"}, variant{driver: "ours"}
	for _, c := range []comparison{
		{name: "idle", sides: []variant{bare, ours}},
		{name: "same window", sides: []variant{{driver: "bare", flags: []string{"window-size=1280,900"}}, ours}}, // the suite's default; bare's is 800x600
		{name: "loaded", sides: []variant{bare, ours}, burners: 2},
		{name: "film", sides: []variant{bare, {driver: "ours", film: true}}},
		{name: "film, both", sides: []variant{{driver: "bare", film: true}, {driver: "ours", film: true}}},
		{name: "single-process", sides: []variant{ours, {driver: "ours", flags: []string{"single-process"}}}},
	} {
		b.Run(c.name, func(b *testing.B) { c.run(b) })
	}
}

// A comparison runs two variants alternately. burners are processes that burn CPU meanwhile.
type comparison struct {
	name    string
	sides   []variant
	burners int
}

func (c comparison) run(b *testing.B) {
	shop, programs := openShop(b), build(b)
	results, failed := make([][]Result, len(c.sides)), make([]int, len(c.sides))
	for b.Loop() {
		stop := burn(b, c.burners)
		for i, s := range c.sides {
			p, err := shop.play(b, programs, s)
			for try := 1; err != nil; try++ {
				b.Logf("%s failed: %v", s, err)
				if failed[i]++; try == 3 {
					b.FailNow()
				}
				p, err = shop.play(b, programs, s)
			}
			results[i] = append(results[i], p)
		}
		stop()
	}
	b.ReportMetric(0, "ns/op")
	fmt.Println()
	c.print(results, failed)
}

// measures are the lines of the table. Bias is the driver's reported time less the page's.
var measures = []struct {
	name string
	of   func(Result) float64
	frac int // decimals
}{
	{"wall, ms", func(p Result) float64 { return ms(p.Wall) }, 0},
	{"CPU of everything, ms", func(p Result) float64 { return float64(p.CPU) }, 0},
	{"memory of everything (PSS), MB", func(p Result) float64 { return float64(p.Memory) / 1e6 }, 0},
	{"our process (RSS), MB", func(p Result) float64 { return float64(p.RSS) / 1e6 }, 1},
	{"our process (PSS), MB", func(p Result) float64 { return float64(p.PSS) / 1e6 }, 1},
	{"our process (not its program), MB", func(p Result) float64 { return float64(p.Heap) / 1e6 }, 1},
	{"our process (RSS at its peak), MB", func(p Result) float64 { return float64(p.Peak) / 1e6 }, 1},
	{"fresh Chrome to first page, ms", func(p Result) float64 { return ms(p.Start) }, 0},
	{"left on disk, bytes", func(p Result) float64 { return float64(p.Disk) }, 0},
	{"starved at most, as the run says, ms", func(p Result) float64 { return ms(p.Starve) }, 0},
	{"bias: order, ms", func(p Result) float64 { return ms(p.bias(OrderStep)) }, 1},
	{"bias: print, ms", func(p Result) float64 { return ms(p.bias(PrintStep)) }, 1},
	{"bias: download, ms", func(p Result) float64 { return ms(p.bias(DownloadStep)) }, 1},
	{"(truth: order, ms)", func(p Result) float64 { return ms(p.pageWait(OrderStep)) }, 0},
	{"(truth: print, ms)", func(p Result) float64 { return ms(p.pageWait(PrintStep)) }, 0},
	{"(truth: download, ms)", func(p Result) float64 { return ms(p.pageWait(DownloadStep)) }, 0},
	{"(order: paint after truth, ms)", func(p Result) float64 {
		return ms(p.Truth.between("Thank you for your order", "paint Thank you for your order"))
	}, 1},
}

// print prints the median and 90th percentile of each variant, and the median of the rounds' ratios: other load on the
// machine changes slowly, so both variants of a round are exposed to the same.
func (c comparison) print(results [][]Result, failed []int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s: %d rounds, %d burners\t%s\t90 %%\t%s\t90 %%\tratio\t\n", c.name, len(results[0]), c.burners, c.sides[0], c.sides[1])
	for _, m := range measures {
		fmt.Fprintf(w, "%s\t", m.name)
		for _, side := range results {
			var all []float64
			for _, p := range side {
				all = append(all, m.of(p))
			}
			slices.Sort(all)
			fmt.Fprintf(w, "%.*f\t%.*f\t", m.frac, rank(all, 0.5), m.frac, rank(all, 0.9))
		}
		var ratios []float64
		for i, first := range results[0] {
			if m.of(first) > 0 {
				ratios = append(ratios, m.of(results[1][i])/m.of(first))
			}
		}
		if len(ratios) > 0 {
			fmt.Fprintf(w, "%.2f", median(ratios))
		}
		fmt.Fprintln(w, "\t")
	}
	fmt.Fprintf(w, "runs that failed, and were played again\t%d\t\t%d\t\t\t\n", failed[0], failed[1])
	w.Flush()
}

func rank(sorted []float64, q float64) float64 {
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func median(all []float64) float64 {
	slices.Sort(all)
	return rank(all, 0.5)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
