package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/chrome"
	"valkyrie/infra/doctor"
	"valkyrie/probes"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// machine examines the one that this program runs on: a laptop, or wherever `valkyrie watch` is to run.
func (e *examination) machine(ctx context.Context) error {
	e.browser(ctx)
	e.journeys()
	e.secrets()
	people, path, err := readAlerts(e.alerts)
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "on call", Says: err.Error(), Cure: "put right what it says in " + path})
	} else {
		e.people(ctx, people, path)
	}
	if e.site != "" {
		e.visit(ctx)
	}
	return nil
}

// browser examines whether a Chrome is there, starts, and can see and click.
func (e *examination) browser(ctx context.Context) {
	const cure = "install Google Chrome, or set CHROME to one; without either, npm fetches the pinned one"
	c, err := chrome.Find(ctx, chrome.Config{Getenv: e.program.getenv, Progress: e.program.stderr})
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "Chrome", Says: err.Error(), Cure: cure})
		return
	}
	version, err := chrome.Version(ctx, c)
	if err == nil {
		err = tryOut(ctx, journey.Program{Path: c.Path, Env: c.Env})
	}
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "Chrome", Says: fmt.Sprintf("%s: %v", c.Path, err), Cure: cure})
		return
	}
	says := fmt.Sprintf("%s (%s) starts, shows a page and clicks", version, c.Source)
	if major, _, _ := strings.Cut(chrome.Pinned(), "."); !strings.HasPrefix(version, major+".") {
		e.tell(doctor.Finding{
			Verdict: doctor.Note, What: "Chrome", Says: says + "; a deployment runs " + chrome.Pinned(),
			Cure: "its times may be others; to have the same one here, give CHROME the path of chrome/chromium after: go run ./infra/chrome/layer DIR",
		})
		return
	}
	e.tell(doctor.Finding{Verdict: doctor.Well, What: "Chrome", Says: says})
}

// page is what the browser is tried out on. Text without a font has no size, so it could not be clicked.
const page = `<!doctype html><title>doctor</title><button onclick="this.replaceWith('It works')">Press me</button>`

// tryOut has the browser make a small journey to this very machine.
func tryOut(ctx context.Context, program journey.Program) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
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

// journeys examines what would be run.
func (e *examination) journeys() {
	var faults []error
	for _, make := range journey.Scheduled(probes.All) {
		faults = append(faults, make().Validate())
	}
	if err := errors.Join(faults...); err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "journeys", Says: err.Error(), Cure: "put it right in probes/"})
		return
	}
	e.tell(doctor.Finding{Verdict: doctor.Well, What: "journeys", Says: strings.Join(journey.Names(probes.All), ", ")})
}

// secrets examines whether those that the journeys ask for are there. For the practice shop they need not be.
func (e *examination) secrets() {
	site := e.site
	if site == "" {
		site = practiceSite
	}
	u, err := parseSite(site)
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "secrets", Says: err.Error()})
		return
	}
	find := e.program.secretsFor(u)
	var missing []error
	for _, name := range probes.Secrets {
		if _, err := find(name); err != nil {
			missing = append(missing, err)
		}
	}
	switch err := errors.Join(missing...); {
	case err == nil:
		e.tell(doctor.Finding{Verdict: doctor.Well, What: "secrets", Says: strings.Join(probes.Secrets, ", ") + " are there"})
	case e.site == "":
		e.tell(doctor.Finding{Verdict: doctor.Note, What: "secrets", Says: "none for a site of your own; the practice shop needs none", Cure: "to examine yours: --site URL"})
	default:
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "secrets", Says: err.Error(), Cure: "every journey that signs in would be broken"})
	}
}

// people examines who is called, and with what.
func (e *examination) people(ctx context.Context, cfg alerts.Config, path string) {
	var who []string
	for _, turn := range cfg.OnCall.Chain(e.program.now()) {
		who = append(who, turn.Person.Name)
	}
	e.tell(doctor.Finding{Verdict: doctor.Well, What: "on call", Says: fmt.Sprintf("%s, by %s", strings.Join(who, ", then "), path)})
	account, token, public := e.program.getenv("TWILIO_ACCOUNT_SID"), e.program.getenv("TWILIO_AUTH_TOKEN"), e.program.getenv("VALKYRIE_CALLBACK_URL")
	if account == "" && token == "" {
		e.tell(doctor.Finding{
			Verdict: doctor.Note, What: "Twilio", Says: "no account is set, so calls ring in the terminal and on nobody's phone",
			Cure: "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and VALKYRIE_CALLBACK_URL",
		})
		return
	}
	for _, f := range doctor.People(cfg) {
		e.tell(f)
	}
	phone, err := twilio.New(twilio.Config{AccountSID: account, AuthToken: token, From: cfg.Phone.From, BaseURL: e.program.getenv("TWILIO_API_URL"), CallbackURL: public})
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "Twilio", Says: err.Error(), Cure: "the console shows the account's SID and token"})
		return
	}
	for _, f := range doctor.Phone(ctx, phone, cfg, public) {
		e.tell(f)
	}
	if public == "" {
		e.tell(doctor.Finding{
			Verdict: doctor.Ill, What: "webhook", Says: "VALKYRIE_CALLBACK_URL is not set, so no key press would come back",
			Cure: "set it to the public https address that reaches the --listen of valkyrie watch",
		})
		return
	}
	e.tell(doctor.Webhook(ctx, e.client, public))
}

// visit examines whether the site is there, and whether the clocks agree.
func (e *examination) visit(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.site, nil)
	if err == nil {
		var res *http.Response
		if res, err = e.client.Do(req); err == nil {
			err = res.Body.Close()
			e.tell(doctor.Finding{Verdict: doctor.Well, What: "site", Says: e.site + " answers " + res.Status})
		}
	}
	if err != nil {
		e.tell(doctor.Finding{Verdict: doctor.Ill, What: "site", Says: err.Error(), Cure: "is the address right?"})
		return
	}
	e.clock(ctx, e.site)
}
