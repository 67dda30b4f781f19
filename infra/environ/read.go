// Package environ reads the environment variables that configure a deployed function, and checks all of them when the function
// starts. None holds a secret; they name where secrets are stored.
package environ

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"valkyrie/infra/cloudwatch"
)

// Variables holds the values of a function's environment variables.
type Variables struct {
	Function      string
	Deployment    string        // "" if the function does not read it
	Region        string        // region that the function runs in
	Site          *url.URL      // nil if the function does not read it
	Every         time.Duration // time between slots; 0: not set
	HomeRegion    string
	StandbyRegion string   // "": none
	ProbeRegions  []string // nil: unknown
	Table         string
	Bucket        string
	Evidence      string // beginning of the names of the evidence buckets; "": not set
	Pager         string // "": the pager is not invoked
	Detail        cloudwatch.Detail
	Secrets       string
	CallbackURL   string // without a trailing slash; "": not set
	Account       string
	PhoneAPI      string
	Alerts        string   // file; "": the built-in one
	ChromeFlags   []string // without their leading hyphens
	Tries         int
	Traces        bool // report each run to X-Ray
	Ping          string
	StatusBucket  string // "": no status page
	StatusTopic   string // ARN; "": no topic for customers
	EventBus      string // ARN; "": the one in the on-call file, if any
	TellSecrets   string
}

// Read reads the variables of a function, and returns all faults at once. It ignores variables that the function does not read.
func Read(function string, getenv func(string) string) (Variables, error) {
	r := reader{function: function, getenv: getenv}
	v := Variables{
		Function: function, Deployment: r.text(Name), Region: getenv("AWS_REGION"),
		Site: r.address(Site, "https://shop.example.com"), Every: r.cadence(Every),
		HomeRegion: r.text(HomeRegion), StandbyRegion: r.text(StandbyRegion), Table: r.text(Table), Bucket: r.text(Bucket), Evidence: r.text(Evidence), Pager: r.text(Pager),
		Detail: r.detail(), Secrets: r.text(Secrets), Account: r.text(Account), Alerts: r.text(Alerts), Tries: r.tries(), Traces: r.enabled(Traces),
		CallbackURL: urlString(r.address(CallbackURL, "https://abc.lambda-url.eu-west-1.on.aws")),
		PhoneAPI:    urlString(r.address(PhoneAPI, "https://api.twilio.com")), Ping: urlString(r.address(Ping, "https://hc-ping.com/a-b-c")),
	}
	v.StatusBucket, v.TellSecrets = r.text(StatusBucket), r.text(TellSecrets)
	v.StatusTopic = r.arn(StatusTopic, "arn:aws:sns:eu-west-1:123456789012:valkyrie-status")
	v.EventBus = r.arn(EventBus, "arn:aws:events:eu-west-1:123456789012:event-bus/default")
	if all := r.text(ProbeRegions); all != "" {
		v.ProbeRegions = strings.Split(all, ",")
	}
	for _, f := range strings.Fields(r.text(ChromeFlags)) {
		v.ChromeFlags = append(v.ChromeFlags, strings.TrimLeft(f, "-"))
	}
	if v.Region == "" {
		r.fault("AWS_REGION", "", "the region that the function runs in, which Lambda sets")
	}
	if v.HomeRegion != "" && v.HomeRegion == v.StandbyRegion {
		r.fault(StandbyRegion, v.StandbyRegion, "a region other than "+HomeRegion)
	}
	return v, errors.Join(r.faults...)
}

// A reader collects faults.
type reader struct {
	function string
	getenv   func(string) string
	faults   []error
}

func (r *reader) fault(variable, value, expected string) {
	r.faults = append(r.faults, fmt.Errorf("read environment of function %s: %s is %q; expected %s", r.function, variable, value, expected))
}

// text returns the variable's value, and records a fault if a required one is not set.
func (r *reader) text(variable string) string {
	if !Reads(r.function, variable) {
		return ""
	}
	value := strings.TrimSpace(r.getenv(variable))
	if value == "" && slices.Contains(Required(r.function), variable) {
		r.faults = append(r.faults, fmt.Errorf("read environment of function %s: %s is not set; template.yaml sets it", r.function, variable))
	}
	return value
}

func (r *reader) address(variable, example string) *url.URL {
	given := r.text(variable)
	value := strings.TrimSuffix(given, "/")
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(value, "?#") {
		r.fault(variable, given, "an address such as "+example)
		return nil
	}
	return u
}

// arn reads an ARN that has a region and the same service as the example.
func (r *reader) arn(variable, example string) string {
	const region, fields = 3, 6
	value := r.text(variable)
	parts, like := strings.Split(value, ":"), strings.Split(example, ":")
	if value != "" && (len(parts) != fields || parts[0] != "arn" || parts[2] != like[2] || parts[region] == "") {
		r.fault(variable, value, "an ARN such as "+example)
		return ""
	}
	return value
}

func urlString(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}

func (r *reader) cadence(variable string) time.Duration {
	value := r.text(variable)
	if value == "" {
		return 0
	}
	d, err := Cadence(value)
	if err != nil {
		r.fault(variable, value, err.Error())
	}
	return d
}

func (r *reader) detail() cloudwatch.Detail {
	switch value := r.text(Detail); cloudwatch.Detail(value) {
	case "", cloudwatch.Journeys:
		return cloudwatch.Journeys
	case cloudwatch.Steps:
		return cloudwatch.Steps
	default:
		r.fault(Detail, value, fmt.Sprintf("%q or %q", cloudwatch.Journeys, cloudwatch.Steps))
		return ""
	}
}

// enabled reads a switch, ENABLED or DISABLED; off unless set.
func (r *reader) enabled(variable string) bool {
	value := r.text(variable)
	if value != "" && value != "ENABLED" && value != "DISABLED" {
		r.fault(variable, value, `"ENABLED" or "DISABLED"`)
	}
	return value == "ENABLED"
}

func (r *reader) tries() int {
	value := r.text(Tries)
	if value == "" {
		return 1
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 3 {
		r.fault(Tries, value, "a number from 1 to 3")
	}
	return n
}

var errCadence = errors.New(`a time between slots from 1 second to 1 day, such as "1 minute", "5 minutes" or "1m"`)

// Cadence parses the time between slots: the argument of rate(5 minutes), or a Go duration.
func Cadence(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if number, unit, ok := strings.Cut(text, " "); ok {
		n, bad := strconv.Atoi(number)
		units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
		d, err = time.Duration(n)*units[strings.TrimSuffix(unit, "s")], bad
	}
	if err != nil || d < time.Second || d > 24*time.Hour {
		return 0, errCadence
	}
	return d, nil
}
