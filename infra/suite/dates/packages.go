package main

// A suite is the tests of one package that are run on all dates.
type suite struct {
	folder string
	skip   string // tests that drive Chrome, or functions that were built without the overlay; empty: none
	rarely bool   // run on each eighth date only
	binary string
}

// watched are the packages whose tests, or whose code under test, read the clock.
var watched = []suite{
	{folder: "alerts/twilio"},
	{folder: "functions/valkyrie", skip: "^(TestScripts|TestKilled.*|TestCtrlC|TestGate|TestDeployed.*|TestDrillWithoutCalls|TestExamples)$"},
	{folder: "infra/bundle"},
	{folder: "infra/doctor"},
	{folder: "infra/secrets"},
	{folder: "probes/api"},
	{folder: "probes/journey"},
}

// pure lists packages whose tests pass a time, or simulate one. A sample of runs confirms it.
var pure = []suite{
	{folder: "alerts/cron", rarely: true},
	{folder: "alerts/incident", rarely: true},
	{folder: "alerts/judge", rarely: true},
	{folder: "alerts/message", rarely: true},
	{folder: "alerts/oncall", rarely: true},
	{folder: "alerts/paging", rarely: true},
	{folder: "alerts/postmortem", rarely: true},
	{folder: "infra/cloudwatch", rarely: true},
	{folder: "infra/events", rarely: true},
	{folder: "infra/evidence", rarely: true},
	{folder: "infra/evidence/link", rarely: true},
	{folder: "infra/regions", rarely: true},
	{folder: "infra/sqlite", rarely: true},
	{folder: "infra/status", rarely: true},
	{folder: "infra/webhook", rarely: true},
	{folder: "probes/demoshop", rarely: true},
}

// realDate are the packages whose tests read the clock and yet run on the real date only, with the reason.
var realDate = map[string]string{
	"functions/cloud":          "the functions run in processes of their own beside Chrome; slots are relative to the same clock",
	"functions/pager":          "the function runs in a process of its own; slots are relative to the same clock",
	"functions/probe":          "Chrome's clock is the machine's",
	"functions/webhook":        "the function runs in a process of its own; addresses of evidence expire by the same clock",
	"functions/samcheck":       "the emulator of AWS and the functions run in processes of their own; slots are relative to the same clock",
	"functions/valkyrie/slots": "slots are played in real time",
	"alerts/watchdog":          "a tick that never ends is waited for in real time",
	"probes/pdf":               "a read is timed",
	"infra/chrome":             "a download is timed",
	"probes/bench":             "durations are measured",
	"probes/browser":           "Chrome's clock is the machine's",
	"probes/browser/neterror":  "the certificates are compared with Chrome's clock",
	"probes/practice":          "Chrome's clock is the machine's",
}
