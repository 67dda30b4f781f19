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
