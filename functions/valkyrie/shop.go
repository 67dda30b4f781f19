package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/demoshop"
)

func shopCommand(p *program) cli.Command {
	return cli.Command{
		Name: "shop", Args: "[flags]", Summary: "serve the practice shop, with or without faults; until Ctrl-C",
		Examples: []string{
			"valkyrie shop",
			"valkyrie shop --addr 127.0.0.1:8080 --fault workers-down",
			"valkyrie shop --faults two-bad-days.yaml --speed 60",
			"curl -X POST 'http://127.0.0.1:8080/faults/workers-down?on=true'      # also by hand at /backstage",
		},
		Notes: []string{
			"The file of --faults is a list of outages, which may overlap. Times count from the opening, by the shop's clock; without \"for\", an " +
				"outage stays. Each beginning and end is printed on stderr:\n" +
				"  - {fault: workers-down, from: 2m, for: 5m}\n  - {fault: cache-down, from: 4m}\n  - {fault: intermittent, from: 1d, for: 2d}",
			"With --speed 60 the shop's clock shows an hour for each minute. What takes effort takes as long as ever: an order 200 ms.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			addr := fs.String("addr", "127.0.0.1:8080", "`ADDR` to serve on")
			var faults cli.Strings
			fs.Var(&faults, "fault", "`NAME` of an outage to play; may be given several times: "+faultNames())
			file := fs.String("faults", "", "`FILE` that says which outages come and go, and when")
			speed := fs.Float64("speed", 1, "`N` times as fast as real goes the shop's clock")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				plan, err := readPlan(*file)
				if err != nil {
					return err
				}
				if !(*speed >= 1 && *speed <= maxSpeed) {
					return cli.Usage("--speed %v: expected 1 to %d; 60 makes a day last 24 minutes", *speed, maxSpeed)
				}
				return p.serveShop(ctx, *addr, demoshop.Config{Faults: faults, Plan: plan, Clock: demoshop.NewWallClock(*speed)}, *speed)
			}
		},
	}
}

// maxSpeed is the highest --speed: a day in a second.
const maxSpeed = 86_400

// readPlan reads the file of --faults. No file is an empty plan.
func readPlan(file string) (demoshop.Plan, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, cli.Usage("the schedule of faults cannot be read: %w\nname it with --faults", err)
	}
	plan, err := demoshop.ParsePlan(file, text)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	return plan, nil
}

// serveShop serves the shop until ctx ends, and prints each fault that begins or ends.
func (p *program) serveShop(ctx context.Context, addr string, cfg demoshop.Config, speed float64) error {
	var isOpen atomic.Bool // false while the initial faults are switched on, which the first line lists
	cfg.Switched = func(at time.Time, fault string, on bool) {
		if isOpen.Load() {
			fmt.Fprintf(p.stderr, "%s  %-8s  %s\n", at.Format("Mon 2 Jan 15:04:05"), map[bool]string{true: "BROKEN", false: "REPAIRED"}[on], fault)
		}
	}
	shop, web, err := startShop(addr, cfg)
	if err != nil {
		return err
	}
	defer shop.Close()
	isOpen.Store(true) // before the address is printed, which lets a reader of it switch a fault at once
	fmt.Fprintf(p.stderr, "the practice shop is open at %s%s%s; Ctrl-C closes it\n", web.url, cli.Prefixed(", with ", strings.Join(cfg.Faults, ", ")), planSummary(cfg.Plan, speed))
	var follower sync.WaitGroup
	follower.Go(func() { shop.Follow(ctx) })
	<-ctx.Done()
	err = web.close()
	follower.Wait()
	return err
}

// planSummary summarises the plan and the speed for the first line.
func planSummary(plan demoshop.Plan, speed float64) string {
	summary := ""
	if n := len(plan); n > 0 {
		summary = fmt.Sprintf(", with %d outage%s to come", n, map[bool]string{true: "s"}[n > 1])
	}
	if speed > 1 {
		summary += fmt.Sprintf(", on a clock %v times as fast", speed)
	}
	return summary
}

// startShop opens a shop on addr. The caller closes both results.
func startShop(addr string, cfg demoshop.Config) (*demoshop.Shop, *server, error) {
	shop, err := demoshop.New(cfg)
	if err != nil {
		return nil, nil, cli.Exit(cli.ExitUsage, err)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		shop.Close()
		return nil, nil, cli.Usage("the shop cannot open: %w\nchoose another address with --addr", err)
	}
	return shop, serve(ln, shop), nil
}

func faultNames() string {
	var all []string
	for _, f := range demoshop.Faults() {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}
