package environ_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/environ"
)

func probe() map[string]string {
	return map[string]string{
		"AWS_REGION": "us-east-1", environ.Name: "valkyrie", environ.Site: "https://shop.example.com/", environ.HomeRegion: "eu-west-1", environ.StandbyRegion: "us-east-1", environ.ProbeRegions: "eu-west-1,us-east-1",
		environ.Table: "valkyrie", environ.Bucket: "evidence", environ.Secrets: "ssm:/valkyrie/journeys/", environ.Every: "5 minutes",
		environ.ChromeFlags: "--single-process  use-gl=swiftshader",
	}
}

func TestRead(t *testing.T) {
	env := probe()
	env[environ.Account] = "AC1" // not read by the probe
	d, err := environ.Read(environ.FunctionProbe, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if d.Site.String() != "https://shop.example.com" {
		t.Error(d.Site)
	}
	d.Site = nil
	want := environ.Variables{
		Function: "probe", Deployment: "valkyrie", Region: "us-east-1", Every: 5 * time.Minute, HomeRegion: "eu-west-1", StandbyRegion: "us-east-1", ProbeRegions: []string{"eu-west-1", "us-east-1"}, Table: "valkyrie",
		Bucket: "evidence", Secrets: "ssm:/valkyrie/journeys/", Detail: cloudwatch.Journeys, Tries: 1, ChromeFlags: []string{"single-process", "use-gl=swiftshader"},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReadReportsAllFaults checks that each fault names the variable, its value and the expected form.
func TestReadReportsAllFaults(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"nothing at all": {
			map[string]string{"AWS_REGION": "", environ.Name: "", environ.Site: "", environ.HomeRegion: "", environ.Table: "", environ.Bucket: "", environ.Secrets: ""},
			[]string{"AWS_REGION", "VALKYRIE_DEPLOYMENT is not set", "VALKYRIE_SITE is not set", "VALKYRIE_HOME_REGION is not set", "VALKYRIE_TABLE", "VALKYRIE_EVIDENCE_BUCKET", "VALKYRIE_SECRETS"},
		},
		"a site without a scheme": {map[string]string{environ.Site: "shop.example.com"}, []string{`VALKYRIE_SITE is "shop.example.com"; expected an address such as`}},
		"an invalid cadence":      {map[string]string{environ.Every: "often"}, []string{`VALKYRIE_EVERY is "often"; expected a time between slots`}},
		"a standby at home":       {map[string]string{environ.StandbyRegion: "eu-west-1"}, []string{`VALKYRIE_STANDBY_REGION is "eu-west-1"; expected a region other than`}},
		"unknown detail":          {map[string]string{environ.Detail: "all"}, []string{`VALKYRIE_METRIC_DETAIL is "all"; expected "journeys" or "steps"`}},
		"too many tries":          {map[string]string{environ.Tries: "9"}, []string{`VALKYRIE_TRIES is "9"; expected a number from 1 to 3`}},
	} {
		t.Run(name, func(t *testing.T) {
			env := probe()
			maps.Copy(env, c.change)
			_, err := environ.Read(environ.FunctionProbe, func(name string) string { return env[name] })
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%v", want, err)
				}
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(c.want) {
				t.Errorf("%d faults, want %d:\n%v", n, len(c.want), err)
			}
		})
	}
}

func TestCadence(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1 minute": time.Minute, "5 minutes": 5 * time.Minute, "1 hour": time.Hour, "1 day": 24 * time.Hour, "90s": 90 * time.Second,
		"": 0, "0 minutes": 0, "-1 minutes": 0, "2 weeks": 0, "1 minute ago": 0, "x minutes": 0, "48h": 0, "10ms": 0,
	} {
		if got, err := environ.Cadence(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

// TestReadEverything checks every variable of each function, all of which are set, and that it ignores those of the others.
func TestReadEverything(t *testing.T) {
	env := map[string]string{
		"AWS_REGION": "eu-west-1", "VALKYRIE_DEPLOYMENT": "d", "VALKYRIE_SITE": "http://shop.example.com", "VALKYRIE_EVERY": "1m", "VALKYRIE_HOME_REGION": "eu-west-1", "VALKYRIE_PROBE_REGIONS": "a", "VALKYRIE_STANDBY_REGION": "us-east-1",
		"VALKYRIE_TABLE": "t", "VALKYRIE_EVIDENCE_BUCKET": "b", "VALKYRIE_PAGER": "p", "VALKYRIE_METRIC_DETAIL": "steps", "VALKYRIE_SECRETS": "ssm:/s/", "VALKYRIE_EVIDENCE_PREFIX": "e-", "VALKYRIE_CALLBACK_URL": "https://hooks.example.com/a/",
		"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_URL": "http://localhost:1", "VALKYRIE_ALERTS": "alerts.yaml", "VALKYRIE_CHROME_FLAGS": "-a --b c", "VALKYRIE_TRIES": "3", "VALKYRIE_TRACES": "ENABLED", "VALKYRIE_PING_URL": "https://hc-ping.com/a",
		"VALKYRIE_STATUS_BUCKET": "s", "VALKYRIE_STATUS_TOPIC": "arn:aws:sns:eu-west-1:1:t", "VALKYRIE_EVENT_BUS": "arn:aws:events:eu-west-1:1:event-bus/b", "VALKYRIE_TELL_SECRETS": "ssm:/t/",
	}
	site := func(v environ.Variables) string {
		if v.Site == nil {
			return ""
		}
		return v.Site.String()
	}
	for function, want := range map[string]environ.Variables{
		"probe": {Deployment: "d", Every: time.Minute, HomeRegion: "eu-west-1", StandbyRegion: "us-east-1", ProbeRegions: []string{"a"}, Table: "t", Bucket: "b", Pager: "p", Detail: cloudwatch.Steps, Secrets: "ssm:/s/", Alerts: "alerts.yaml", ChromeFlags: []string{"a", "b", "c"}, Tries: 3, Traces: true},
		"pager": {
			Deployment: "d", HomeRegion: "eu-west-1", StandbyRegion: "us-east-1", ProbeRegions: []string{"a"}, Table: "t", Evidence: "e-", Detail: cloudwatch.Journeys, Secrets: "ssm:/s/", CallbackURL: "https://hooks.example.com/a", Account: "AC1", PhoneAPI: "http://localhost:1", Alerts: "alerts.yaml", Tries: 1,
			Ping: "https://hc-ping.com/a", StatusBucket: "s", StatusTopic: "arn:aws:sns:eu-west-1:1:t", EventBus: "arn:aws:events:eu-west-1:1:event-bus/b", TellSecrets: "ssm:/t/",
		},
		"webhook": {HomeRegion: "eu-west-1", StandbyRegion: "us-east-1", Table: "t", Evidence: "e-", Pager: "p", Detail: cloudwatch.Journeys, Secrets: "ssm:/s/", CallbackURL: "https://hooks.example.com/a", Account: "AC1", PhoneAPI: "http://localhost:1", Alerts: "alerts.yaml", Tries: 1},
		"other":   {Detail: cloudwatch.Journeys, Tries: 1},
	} {
		got, err := environ.Read(function, func(name string) string { return env[name] })
		if err != nil {
			t.Errorf("%s: %v", function, err)
		}
		if address := site(got); address != map[string]string{"probe": "http://shop.example.com", "pager": "http://shop.example.com"}[function] {
			t.Errorf("%s: the site is %q", function, address)
		}
		got.Site, want.Function, want.Region = nil, function, "eu-west-1"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", function, diff)
		}
	}
}

// TestValues checks each form of a value by the fault of one that is malformed.
func TestValues(t *testing.T) {
	required := map[string]string{
		"AWS_REGION": "eu-west-1", environ.Name: "d", environ.HomeRegion: "eu-west-1", environ.Table: "t", environ.Secrets: "s", environ.Site: "https://shop.example.com", environ.Bucket: "b", environ.CallbackURL: "https://hooks.example.com", environ.Account: "AC1",
	}
	const topic, bus = "an ARN such as arn:aws:sns:eu-west-1:123456789012:valkyrie-status", "an ARN such as arn:aws:events:eu-west-1:123456789012:event-bus/default"
	for _, c := range []struct{ function, variable, value, expected string }{
		{"pager", environ.StatusTopic, "arn:aws:sns:eu-west-1:1:t", ""},
		{"pager", environ.StatusTopic, "arn:aws:sns::1:t", topic},
		{"pager", environ.StatusTopic, "arn:aws:sqs:eu-west-1:1:t", topic},
		{"pager", environ.StatusTopic, "urn:aws:sns:eu-west-1:1:t", topic},
		{"pager", environ.StatusTopic, "arn:aws:sns:eu-west-1:1", topic},
		{"pager", environ.StatusTopic, "arn:aws:sns:eu-west-1:1:t:x", topic},
		{"pager", environ.EventBus, "arn:aws:sns:eu-west-1:1:t", bus},
		{"pager", environ.EventBus, "arn:aws:events:eu-west-1:1:event-bus/b", ""},
		{"pager", environ.Ping, "hc-ping.com/a", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "https://", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "https://a/b?c", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "https://a/b#c", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "https://me@a/b", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "ftp://a/b", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.Ping, "https://a/%zz", "an address such as https://hc-ping.com/a-b-c"},
		{"pager", environ.PhoneAPI, "api", "an address such as https://api.twilio.com"},
		{"pager", environ.CallbackURL, "hooks", "an address such as https://abc.lambda-url.eu-west-1.on.aws"},
		{"probe", environ.Traces, "ENABLED", ""},
		{"probe", environ.Traces, "DISABLED", ""},
		{"probe", environ.Traces, "", ""},
		{"probe", environ.Traces, "yes", `"ENABLED" or "DISABLED"`},
		{"probe", environ.Tries, "1", ""},
		{"probe", environ.Tries, "3", ""},
		{"probe", environ.Tries, "0", "a number from 1 to 3"},
		{"probe", environ.Tries, "4", "a number from 1 to 3"},
		{"probe", environ.Tries, "two", "a number from 1 to 3"},
		{"probe", environ.Detail, "journeys", ""},
		{"probe", environ.Detail, "Steps", `"journeys" or "steps"`},
		{"probe", environ.Every, "1s", ""},
		{"probe", environ.Every, "24h", ""},
		{"probe", environ.Every, "999ms", `a time between slots from 1 second to 1 day, such as "1 minute", "5 minutes" or "1m"`},
		{"probe", environ.StandbyRegion, "us-east-1", ""},
		{"probe", environ.StandbyRegion, "eu-west-1", "a region other than VALKYRIE_HOME_REGION"},
		{"probe", "AWS_REGION", "", "the region that the function runs in, which Lambda sets"},
	} {
		env := maps.Clone(required)
		env[c.variable] = c.value
		_, err := environ.Read(c.function, func(name string) string { return env[name] })
		want := ""
		if c.expected != "" {
			want = "read environment of function " + c.function + ": " + c.variable + " is \"" + c.value + "\"; expected " + c.expected
		}
		if got := text(err); got != want {
			t.Errorf("%s=%q: %s; want %s", c.variable, c.value, got, want)
		}
	}
	empty := map[string]string{"AWS_REGION": "eu-west-1"}
	if _, err := environ.Read("probe", func(name string) string { return empty[name] }); err == nil || !strings.Contains(text(err), "VALKYRIE_TABLE is not set; template.yaml sets it") || strings.Contains(text(err), environ.StandbyRegion) {
		t.Error(err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
