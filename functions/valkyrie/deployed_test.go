package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
)

const deployedStore = "dynamodb://" + lambdatest.Table + "?region=" + lambdatest.Home

// signIn points the AWS settings of this process at the cloud of a test world.
func signIn(t *testing.T) *lambdatest.World {
	t.Helper()
	w := lambdatest.NewWorld(t)
	awsSettings(t, map[string]string{
		"AWS_ENDPOINT_URL": w.Cloud.URL, "AWS_ACCESS_KEY_ID": cloudtest.AccessKey, "AWS_SECRET_ACCESS_KEY": cloudtest.SecretKey,
	})
	return w
}

// deploy runs the built pager and webhook on the home table of a world.
func deploy(t *testing.T, w *lambdatest.World) {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	config := func(name string) lambdatest.Config {
		return lambdatest.Config{
			Folder: lambdatest.Build(t, name),
			Env:    w.Env(name, lambdatest.Home, environ.CallbackURL+"=http://"+web.Listener.Addr().String()),
		}
	}
	pager := lambdatest.New(t, config(environ.FunctionPager))
	web.Config.Handler = lambdatest.New(t, config(environ.FunctionWebhook))
	web.Start()
	t.Cleanup(web.Close)
	var pokes sync.WaitGroup
	t.Cleanup(pokes.Wait)
	w.Cloud.Function(lambdatest.Home, lambdatest.Pager, func(payload []byte) {
		pokes.Add(1)
		defer pokes.Done()
		if res := pager.Invoke(string(payload)); res.Err() != nil {
			t.Logf("the pager: %v\n%s", res.Err(), pager.Log())
		}
	})
}

// TestDeployedDrill: for a table the command wakes the deployed pager, waits for its calls, and prints the result.
func TestDeployedDrill(t *testing.T) {
	w := signIn(t)
	deploy(t, w)
	first, err := standin.ParseBehaviours("no-answer, press 4")
	if err != nil {
		t.Fatal(err)
	}
	w.Exchange.Behave("", first...)
	code, out := outcomeOf(t, nil, "drill", "--store", deployedStore)
	for _, want := range []string{
		"(?m)^the deployed pager makes the calls$", "(?m)^Ada: no-answer$",
		`(?m)^Grace acknowledged: the phone rang after \S+, and the key came \S+ later; not so Ada: no-answer$`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("expected %q in\n%s", want, out)
		}
	}
	if calls := w.Exchange.Calls(); code != cli.ExitOK || len(calls) != 2 {
		t.Errorf("exit code %d, %d calls", code, len(calls))
	}
	records, err := w.Tables[lambdatest.Home].Incidents(t.Context(), time.Now().Add(-time.Hour))
	if err != nil || len(records) != 1 || records[0].AckedBy != "Grace" || records[0].State != incident.Resolved {
		t.Errorf("in the history: %+v, %v", records, err)
	}
}

// TestDeployedReplies: ack and resolve change the incident in the table, and wake the pager.
func TestDeployedReplies(t *testing.T) {
	w := signIn(t)
	woken := make(chan string, 2)
	w.Cloud.Function(lambdatest.Home, "other-pager", func(payload []byte) { woken <- string(payload) })
	table := w.Tables[lambdatest.Home]
	now := time.Now().UTC()
	i := incident.Incident{ID: "print-card/down/1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Since: now, Opened: now, Runs: 1}
	if err := table.PutItem(t.Context(), incident.Item{Key: "ROUTE#default", Data: fmt.Appendf(nil, `{"incidents": [%s]}`, jsonOf(t, i))}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		verb string
		want incident.IncidentState
	}{{"ack", incident.Acknowledged}, {"resolve", incident.Resolved}} {
		code, out := outcomeOf(t, nil, c.verb, i.Short(), "--as", "Grace", "--store", deployedStore, "--pager", "other-pager")
		if code != cli.ExitOK || !strings.HasPrefix(out, "Thank you, Grace. ") || strings.Contains(out, "could not be woken") {
			t.Errorf("%s: exit code %d: %s", c.verb, code, out)
		}
		if got := <-woken; got != fmt.Sprintf(`{"poked":"valkyrie %s"}`, c.verb) {
			t.Errorf("%s: the pager got %s", c.verb, got)
		}
		route, err := paging.LoadState(t.Context(), table)
		if err != nil || len(route.Incidents) != 1 || route.Incidents[0].State != c.want {
			t.Errorf("%s: %+v, %v", c.verb, route.Incidents, err)
		}
	}
}

// TestDrillWithoutCalls: a drill that no pager begins ends with a hint where to look, and Ctrl-C ends a drill too and wakes the
// pager, which may have to hang up. Neither drill stays open.
func TestDrillWithoutCalls(t *testing.T) {
	w := signIn(t)
	cfg, _, err := (&program{suite: lambdatest.Practice()}).readAlerts(defaultAlerts)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		about  string
		within time.Duration
		stop   bool
		wakes  int // how often the pager is woken
		want   string
	}{
		{"no pager", 10 * time.Millisecond, false, 1, "the deployed pager has begun no call within 10ms\nsee its log, and valkyrie doctor"},
		{"Ctrl-C", 0, true, 2, "the drill was interrupted"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		output := &watchedOutput{want: "the deployed pager could not be woken, and looks by itself within a minute", then: func() {
			if c.stop {
				cancel()
			}
		}}
		p := &program{suite: lambdatest.Practice(), stdout: output, stderr: output, getenv: func(string) string { return "" }}
		woken := w.Cloud.Requests()["lambda POST"]
		fs := storeFrom(t, p, "--store", deployedStore)
		err := (&drill{program: p, timeout: c.within, printed: map[string]string{}}).run(ctx, cfg, fs, "")
		if code := p.app().Report(err); code != cli.ExitBroken || !strings.Contains(output.String(), c.want) || !output.seen {
			t.Errorf("%s: exit code %d:\n%s", c.about, code, output)
		}
		if n := w.Cloud.Requests()["lambda POST"] - woken; n != c.wakes {
			t.Errorf("%s: the pager was woken %d times, want %d", c.about, n, c.wakes)
		}
		route, err := paging.LoadState(t.Context(), w.Tables[lambdatest.Home])
		if err != nil || route.Drill.ID != "" {
			t.Errorf("%s: the drill goes on: %+v, %v", c.about, route.Drill, err)
		}
	}
}

// TestDeployedFaults: each fault is a usage error with its cure, and leaves no state in the table.
func TestDeployedFaults(t *testing.T) {
	w := signIn(t)
	none := "dynamodb://none?region=" + lambdatest.Home
	for _, c := range []struct {
		about string
		args  []string
		want  string
	}{
		{"no table", []string{"drill", "--store", none}, "does not exist; deploy first"},
		{"no table to acknowledge in", []string{"ack", "--store", none}, "does not exist; deploy first"},
		{"no table to resolve in", []string{"resolve", "--store", none}, "does not exist; deploy first"},
		{"a phone that is a stand-in", []string{"drill", "--store", deployedStore, "--answer", "busy"}, "--answer: expected no such flag with --store"},
		{"callbacks to here", []string{"drill", "--store", deployedStore, "--listen", "127.0.0.1:0"}, "--listen: expected no such flag with --store"},
		{"nobody", []string{"drill", "--store", deployedStore, "--to", "Bob"}, `no person "Bob" on call`},
		{"nobody to acknowledge", []string{"ack", "--store", deployedStore, "--as", "Bob"}, `no person "Bob" on call`},
		{"two stores", []string{"ack", "--store", deployedStore, "--db", "valkyrie.db"}, "expected one of them"},
	} {
		if code, out := outcomeOf(t, nil, c.args...); code != cli.ExitUsage || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d, expected %q in\n%s", c.about, code, c.want, out)
		}
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, verb := range []string{"drill", "ack", "resolve"} {
		if code, out := outcomeOf(t, nil, verb, "--store", deployedStore); code != cli.ExitUsage || !strings.Contains(out, "no AWS credentials") {
			t.Errorf("%s without credentials: exit code %d\n%s", verb, code, out)
		}
	}
	if r, err := paging.LoadState(t.Context(), w.Tables[lambdatest.Home]); err != nil || r.Drill.ID != "" || len(r.Incidents) > 0 {
		t.Errorf("left behind: %+v, %v", r, err)
	}
}
