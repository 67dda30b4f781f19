package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
	"valkyrie/probes/journey"
)

// outcomeOf runs a command line, and returns its exit code and its whole output.
func outcomeOf(t *testing.T, env map[string]string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	p := &program{suite: lambdatest.Practice(), stdout: &out, stderr: &out, getenv: func(name string) string { return env[name] }}
	code := p.run(t.Context(), args)
	return code, out.String()
}

// awsSettings replaces this machine's AWS settings for a test.
func awsSettings(t *testing.T, set map[string]string) {
	t.Helper()
	for _, name := range []string{
		"AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_ENDPOINT_URL",
	} {
		t.Setenv(name, set[name])
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

var someCredentials = map[string]string{"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}

// TestTableForAStore: every command that takes a file as its store also takes a DynamoDB table.
func TestTableForAStore(t *testing.T) {
	awsSettings(t, someCredentials)
	cfg := local.For(t).Table(t)
	s, err := dynamo.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	recorder := judge.Recorder{Store: s, Policy: shippedPolicy(t)}
	for i := range 2 {
		run := journey.Run{Journey: "print-card", Region: "eu", Slot: time.Now().UTC().Add(time.Duration(i-5) * time.Minute), Outcome: journey.Failed, Error: "no PDF"}
		decisions, err := recorder.Record(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range decisions {
			if d.Incident.ID == "" {
				continue
			}
			if err := s.PutIncident(t.Context(), incident.Record{Incident: d.Incident}); err != nil {
				t.Fatal(err)
			}
		}
	}
	address := "dynamodb://" + cfg.Table + "?region=local-1&endpoint=" + cfg.Endpoint
	env := map[string]string{storeVariable: address}
	for want, args := range map[string][]string{
		"no PDF":                    {"history", "--store", address},
		"print-card is down: open":  {"incidents"},
		"rings: WOULD HAVE 1":       {"replay", "--policy", "../../alerts/example.yaml", "--since", "1h"},
		"print-card is muted until": {"mute", "print-card"},
		"then again after":          {"oncall"},
		"there is no Valkyrie data": {"history", "--db", t.TempDir() + "/none.db"}, // a flag takes precedence over the environment
	} {
		if _, out := outcomeOf(t, env, args...); !strings.Contains(out, want) {
			t.Errorf("%v: expected %q in\n%s", args, want, out)
		}
	}
	route, err := paging.LoadState(t.Context(), s)
	if err != nil || len(route.Mutes) != 1 {
		t.Errorf("%d mutes in the table, %v", len(route.Mutes), err)
	}
}

func shippedPolicy(t *testing.T) judge.Policy {
	t.Helper()
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Judge
}

// TestNoSuchTable: a faulty address, and a table that cannot be used, are usage errors with their cure.
func TestNoSuchTable(t *testing.T) {
	server := local.For(t)
	at := func(table string) string {
		return "dynamodb://" + table + "?region=local-1&endpoint=" + server.Endpoint
	}
	for _, c := range []struct {
		about, store string
		aws          map[string]string
		args         []string
		want         []string
	}{
		{"no such table", at("none"), someCredentials, nil, []string{`table "none" in local-1`, "does not exist; deploy first"}},
		{"no credentials", at("none"), nil, nil, []string{"no AWS credentials", "AWS_PROFILE", "aws sso login"}},
		{"no region", "dynamodb://valkyrie", someCredentials, nil, []string{"no region is named", "?region=eu-central-1"}},
		{"no server", "dynamodb://valkyrie?region=local-1&endpoint=http://127.0.0.1:1", someCredentials, nil, []string{"cannot be reached", "127.0.0.1:1"}},
		{"another scheme", "postgres://valkyrie", nil, nil, []string{`parse "postgres://valkyrie": does not begin with dynamodb://`}},
		{"no table", "dynamodb://?region=eu-central-1", nil, nil, []string{"names no table"}},
		{"a stray parameter", "dynamodb://valkyrie?regoin=eu-central-1", nil, nil, []string{`unknown parameter "regoin"`, `["endpoint" "region"]`}},
		{"a file as well", at("none"), nil, []string{"--db", "valkyrie.db"}, []string{"--db valkyrie.db and --store", "expected one of them"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			awsSettings(t, c.aws)
			code, out := outcomeOf(t, nil, append([]string{"history", "--store", c.store}, c.args...)...)
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("expected %q in\n%s", want, out)
				}
			}
			if code != cli.ExitUsage {
				t.Errorf("exit code %d", code)
			}
		})
	}
}
