package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/chrome"
	"valkyrie/infra/doctor"
	"valkyrie/infra/secrets"
	"valkyrie/probes/browser"
	browserprocess "valkyrie/probes/browser/process"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
)

// machine examines the machine that this program runs on, where `valkyrie watch` is to run.
func (e *examination) machine(ctx context.Context) error {
	e.browser(ctx)
	e.journeys()
	e.secrets()
	people, path, err := e.program.readAlerts(e.alerts)
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "on call", Says: err.Error(), Cure: "correct " + path})
	} else {
		e.people(ctx, people, path)
	}
	if e.site != "" {
		e.visit(ctx)
	}
	return nil
}

// browser checks that Chrome exists, starts, renders and clicks.
func (e *examination) browser(ctx context.Context) {
	const cure = "install Google Chrome, or set CHROME to one; without either, npm fetches the pinned one"
	c, err := chrome.Find(ctx, chrome.Config{Getenv: e.program.getenv, Progress: e.program.stderr})
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "Chrome", Says: err.Error(), Cure: cure})
		return
	}
	version, err := chrome.Version(ctx, c)
	if err == nil {
		err = tryOut(ctx, journey.Program{Path: c.Path, Env: c.Env})
	}
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "Chrome", Says: fmt.Sprintf("%s: %v", c.Path, err), Cure: cure})
		return
	}
	program, err := e.program.findChrome(ctx)
	if err == nil {
		e.sandbox(program)
	}
	says := fmt.Sprintf("%s (%s) starts, shows a page and clicks", version, c.Source)
	if major, _, _ := strings.Cut(chrome.Pinned(), "."); !strings.HasPrefix(version, major+".") {
		e.report(doctor.Finding{
			Verdict: doctor.Warning, What: "Chrome", Says: says + "; a deployment runs " + chrome.Pinned(),
			Cure: "its times may be others; to have the same one here, give CHROME the path of chrome/chromium after: go run ./infra/chrome/layer DIR",
		})
		return
	}
	e.report(doctor.Finding{Verdict: doctor.OK, What: "Chrome", Says: says})
}

// sandbox reports whether Chrome confines pages by its own sandbox here, as the one around a hostile page.
func (e *examination) sandbox(program journey.Program) {
	ok, why := browserprocess.Sandboxed(program)
	if ok {
		e.report(doctor.Finding{Verdict: doctor.OK, What: "sandbox", Says: "Chrome confines the pages of the site"})
		return
	}
	e.report(doctor.Finding{
		Verdict: doctor.Warning, What: "sandbox", Says: "a page that breaks out of Chrome's renderer could do what this program may do: " + why,
		Cure: "keep secrets of other systems off this machine, and give this program a user of its own",
	})
}

// testPage is the page of the trial. Without fonts its text has no size, and the click fails.
const testPage = `<!doctype html><title>doctor</title><button onclick="this.replaceWith('It works')">Press me</button>`

// tryOut runs a small journey in the browser, against a server in this program.
func tryOut(ctx context.Context, program journey.Program) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(testPage))
	}))
	site, err := parseSite(web.url)
	if err != nil {
		return errors.Join(err, web.close())
	}
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}, Region: "doctor"}
	run := r.Probe(ctx, func() journey.Journey {
		tab := browser.NewTab()
		return journey.Journey{Name: "doctor", Title: "try the browser out", Uses: tab, Steps: []journey.Step{
			{Name: "press a button", Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				tab.Click(browser.Button("Press me"))
				tab.See(browser.Text("It works"))
			}},
		}}
	}, time.Now())
	if !run.Outcome.Good() {
		return errors.Join(errors.New(run.Error), web.close())
	}
	return web.close()
}

// journeys validates the scheduled journeys.
func (e *examination) journeys() {
	faults := []error{journey.CheckNames(e.program.suite.Journeys)}
	for _, make := range e.program.suite.Scheduled() {
		faults = append(faults, make().Validate())
	}
	if err := errors.Join(faults...); err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "journeys", Says: err.Error(), Cure: "correct it in probes/"})
		return
	}
	e.report(doctor.Finding{Verdict: doctor.OK, What: "journeys", Says: strings.Join(e.program.suite.Names(), ", ")})
}

// secrets checks that the secrets of the journeys can be found. Without --site a missing one is only a note, because the runs
// may be made elsewhere, and the practice shop knows its own.
func (e *examination) secrets() {
	site := e.site
	if site == "" {
		site = practiceSite
	}
	u, err := parseSite(site)
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "secrets", Says: err.Error()})
		return
	}
	names, find := journey.Secrets(e.program.suite.Journeys), e.program.secretsFor(u)
	var missing, faults []error
	var absent []string
	for _, name := range names {
		switch _, err := find(name); {
		case errors.Is(err, journey.ErrNoSecret):
			missing, absent = append(missing, err), append(absent, name)
		case err != nil:
			faults = append(faults, err)
		}
	}
	switch {
	case len(names) == 0:
		e.report(doctor.Finding{Verdict: doctor.OK, What: "secrets", Says: "no journey declares any"})
	case len(faults) > 0:
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "secrets", Says: faults[0].Error(), Cure: brokenRuns})
	case len(missing) == 0:
		verb := " are there"
		if len(names) == 1 {
			verb = " is there"
		}
		e.report(doctor.Finding{Verdict: doctor.OK, What: "secrets", Says: strings.Join(names, ", ") + verb})
	case e.site == "":
		e.report(absentSecrets(absent))
	default:
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "secrets", Says: errors.Join(missing...).Error(), Cure: brokenRuns})
	}
}

const brokenRuns = "every journey that signs in would be broken"

// absentSecrets is the note on secrets that have no value here.
func absentSecrets(names []string) doctor.Finding {
	says := "no value here for " + strings.Join(names, ", ")
	if !slices.ContainsFunc(names, func(name string) bool { _, ok := demoshop.Secret(name); return !ok }) {
		says += "; a site of your own needs one for each, the practice shop none"
	} else {
		says += "; the journeys that read them would be broken"
	}
	var variables []string
	for _, name := range names {
		variables = append(variables, secrets.Variable(name))
	}
	return doctor.Finding{
		Verdict: doctor.Warning, What: "secrets", Says: says,
		Cure: fmt.Sprintf("set %s, or write them into %s; then examine your site: --site URL", strings.Join(variables, ", "), secrets.DefaultFile),
	}
}

// people checks the people on call, and the account and address with which they are called.
func (e *examination) people(ctx context.Context, cfg config.Config, path string) {
	who := escalationNames(cfg.OnCall, e.program.now())
	e.report(doctor.Finding{Verdict: doctor.OK, What: "on call", Says: fmt.Sprintf("%s, by %s", strings.Join(who, ", then "), path)})
	account, token, public := e.program.getenv("TWILIO_ACCOUNT_SID"), e.program.getenv("TWILIO_AUTH_TOKEN"), e.program.getenv("VALKYRIE_CALLBACK_URL")
	if account == "" && token == "" {
		e.report(doctor.Finding{
			Verdict: doctor.Warning, What: "Twilio", Says: "no account is set, so calls ring in the terminal and on nobody's phone",
			Cure: "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and VALKYRIE_CALLBACK_URL",
		})
		return
	}
	for _, f := range doctor.People(cfg) {
		e.report(f)
	}
	phone, err := twilio.New(twilio.ClientConfig{AccountSID: account, AuthToken: token, From: cfg.Phone.From, BaseURL: e.program.getenv("TWILIO_API_URL"), CallbackURL: public})
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "Twilio", Says: err.Error(), Cure: "the console shows the account's SID and token"})
		return
	}
	for _, f := range doctor.Phone(ctx, phone, cfg, public, "") {
		e.report(f)
	}
	if public == "" {
		e.report(doctor.Finding{
			Verdict: doctor.Problem, What: "webhook", Says: "VALKYRIE_CALLBACK_URL is not set, so no key press would come back",
			Cure: "set it to the public https address that reaches the --listen of valkyrie watch",
		})
		return
	}
	e.report(doctor.Webhook(ctx, e.client, public))
}

// visit checks that the site answers, and compares the clocks.
func (e *examination) visit(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.site, nil)
	if err == nil {
		var res *http.Response
		if res, err = e.client.Do(req); err == nil {
			err = res.Body.Close()
			e.report(doctor.Finding{Verdict: doctor.OK, What: "site", Says: e.site + " answers " + res.Status})
		}
	}
	if err != nil {
		e.report(doctor.Finding{Verdict: doctor.Problem, What: "site", Says: err.Error(), Cure: "is the address right?"})
		return
	}
	e.clock(ctx, e.site)
}
