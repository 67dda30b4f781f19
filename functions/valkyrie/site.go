package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/chrome"
	"valkyrie/infra/secrets"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
)

// practiceSite is the address of `valkyrie shop`, and the default of --site.
const practiceSite = "http://127.0.0.1:8080"

// parseSite parses the address of a site. What no path can be added to, and ports that browsers refuse, are errors.
func parseSite(raw string) (*url.URL, error) {
	u, err := parseAddress("--site", strings.TrimSuffix(raw, "/"), "https://shop.example.com")
	if err != nil {
		return nil, err
	}
	if at := strings.IndexAny(raw, "?#"); at >= 0 {
		return nil, cli.Usage("--site %q: expected an address without a query or fragment, since journeys add their own paths; leave out %q", raw, raw[at:])
	}
	if port, err := strconv.Atoi(u.Port()); err == nil && slices.Contains(badPorts, port) {
		return nil, cli.Usage("--site %q: no browser opens port %d, as it belongs to another protocol; have the site listen on another one, such as 8080", raw, port)
	}
	return u, nil
}

// parseAddress parses an address of the web, which a flag or an argument gives. No error has a password.
func parseAddress(given, raw, example string) (*url.URL, error) {
	u, err := url.Parse(raw)
	wrong := err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == ""
	switch {
	case wrong && strings.Contains(raw, "@"), !wrong && u.User != nil: // what is before an @ may be a password
		return nil, cli.Usage("%s: expected an address without a user name or password, because it is logged; declare them as secrets of the journeys", given)
	case wrong:
		return nil, cli.Usage("%s %q: expected an address such as %s", given, raw, example)
	}
	return u, nil
}

// badPorts are the ports that browsers refuse: https://fetch.spec.whatwg.org/#port-blocking
var badPorts = []int{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
	119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989,
	990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// siteFor returns the site to probe. When the default address refuses connections, the practice shop was not started, which
// is a usage error rather than an outage. Any other address is probed as it is.
func (p *program) siteFor(ctx context.Context, raw string) (*url.URL, error) {
	u, err := parseSite(raw)
	if err != nil || raw != practiceSite {
		return u, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, cli.Usage("nothing answers at %s, where the practice shop would be: %w\nstart it with \"valkyrie shop\", or name your own site with --site", practiceSite, err)
	}
	return u, conn.Close()
}

// findChrome finds or fetches the browser. VALKYRIE_CHROME_FLAGS holds further switches, such as "--single-process".
func (p *program) findChrome(ctx context.Context) (journey.Program, error) {
	c, err := chrome.Find(ctx, chrome.Config{Getenv: p.getenv, Progress: p.stderr})
	if err != nil {
		return journey.Program{}, cli.Exit(cli.ExitBroken, err)
	}
	var flags []string
	for _, f := range strings.Fields(p.getenv("VALKYRIE_CHROME_FLAGS")) {
		flags = append(flags, strings.TrimLeft(f, "-"))
	}
	return journey.Program{Path: c.Path, Env: c.Env, Args: flags}, nil
}

// secretsFor returns the lookup of the secrets of journeys on a site: the environment, then the file of secrets. On a practice
// shop it falls back to the shop's public account.
func (p *program) secretsFor(site *url.URL) func(name string) (string, error) {
	practice := sync.OnceValue(func() bool { return isPractice(site) })
	return secrets.Sources{
		Getenv: p.getenv, File: p.getenv("VALKYRIE_SECRETS_FILE"),
		Otherwise: func(name string) (string, bool) {
			value, ok := demoshop.Secret(name)
			return value, ok && practice()
		},
	}.Find
}

// isPractice reports whether the site identifies itself as a practice shop.
func isPractice(site *url.URL) bool {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get(site.JoinPath("/healthz").String())
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return demoshop.IsShop(res)
}

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
