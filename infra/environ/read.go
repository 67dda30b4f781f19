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

// A Deployment is what one function was told.
type Deployment struct {
	Function      string
	Deployment    string        // empty where the function does not read it
	Region        string        // where it runs
	Site          *url.URL      // nil where the function does not read it
	Every         time.Duration // from slot to slot; 0: not said
	HomeRegion    string
	StandbyRegion string // empty: there is none
	Table         string
	Bucket        string
	Pager         string // empty: nobody is poked
	Detail        cloudwatch.Detail
	Secrets       string
	CallbackURL   string // without a slash at the end; empty: not said
	Account       string
	PhoneAPI      string
	Alerts        string   // file; empty: the built-in one
	ChromeFlags   []string // without their leading hyphens
	Tries         int
	Ping          string
	StatusBucket  string // empty: there is no status page
	StatusTopic   string // ARN; empty: no customers have subscribed
	EventBus      string // ARN; empty: the one of the on-call file, if any
	TellSecrets   string
}

// Read reads what the function is told, and returns every fault at once. A variable that it does not read is not looked
// at.
func Read(function string, getenv func(string) string) (Deployment, error) {
	r := reader{function: function, getenv: getenv}
	d := Deployment{
		Function: function, Deployment: r.text(Name), Region: getenv("AWS_REGION"),
		Site: r.address(Site, "https://shop.example.com"), Every: r.cadence(Every),
		HomeRegion: r.text(HomeRegion), StandbyRegion: r.text(StandbyRegion), Table: r.text(Table), Bucket: r.text(Bucket), Pager: r.text(Pager),
		Detail: r.detail(), Secrets: r.text(Secrets), Account: r.text(Account), Alerts: r.text(Alerts), Tries: r.tries(),
		CallbackURL: spelled(r.address(CallbackURL, "https://abc.lambda-url.eu-west-1.on.aws")),
		PhoneAPI:    spelled(r.address(PhoneAPI, "https://api.twilio.com")), Ping: spelled(r.address(Ping, "https://hc-ping.com/a-b-c")),
	}
	d.StatusBucket, d.TellSecrets = r.text(StatusBucket), r.text(TellSecrets)
	d.StatusTopic = r.arn(StatusTopic, "arn:aws:sns:eu-west-1:123456789012:valkyrie-status")
	d.EventBus = r.arn(EventBus, "arn:aws:events:eu-west-1:123456789012:event-bus/default")
	for _, f := range strings.Fields(r.text(ChromeFlags)) {
		d.ChromeFlags = append(d.ChromeFlags, strings.TrimLeft(f, "-"))
	}
	if d.Region == "" {
		r.wrong("AWS_REGION", "", "the region that the function runs in; Lambda sets it")
	}
	if d.HomeRegion != "" && d.HomeRegion == d.StandbyRegion {
		r.wrong(StandbyRegion, d.StandbyRegion, "another region than "+HomeRegion)
	}
	return d, errors.Join(r.faults...)
}

// A reader collects faults.
type reader struct {
	function string
	getenv   func(string) string
	faults   []error
}

func (r *reader) wrong(variable, value, expected string) {
	r.faults = append(r.faults, fmt.Errorf("the function %s: %s is %q; expected %s", r.function, variable, value, expected))
}

// text is the variable's value. Without one that is required, there is a fault.
func (r *reader) text(variable string) string {
	if !Reads(r.function, variable) {
		return ""
	}
	value := strings.TrimSpace(r.getenv(variable))
	if value == "" && slices.Contains(Required(r.function), variable) {
		r.faults = append(r.faults, fmt.Errorf("the function %s: %s is not set; the template sets it", r.function, variable))
	}
	return value
}

func (r *reader) address(variable, example string) *url.URL {
	value := strings.TrimSuffix(r.text(variable), "/")
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		r.wrong(variable, value, "an address such as "+example)
		return nil
	}
	return u
}

// arn is a name of something at AWS, of the same service as the example; its region is in it.
func (r *reader) arn(variable, example string) string {
	const region, enough = 3, 6
	value := r.text(variable)
	parts, like := strings.Split(value, ":"), strings.Split(example, ":")
	if value != "" && (len(parts) != enough || parts[0] != "arn" || parts[2] != like[2] || parts[region] == "") {
		r.wrong(variable, value, "an ARN such as "+example)
		return ""
	}
	return value
}

func spelled(u *url.URL) string {
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
		r.wrong(variable, value, err.Error())
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
		r.wrong(Detail, value, fmt.Sprintf("%q or %q", cloudwatch.Journeys, cloudwatch.Steps))
		return ""
	}
}

func (r *reader) tries() int {
	value := r.text(Tries)
	if value == "" {
		return 1
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 3 {
		r.wrong(Tries, value, "a number from 1 to 3")
	}
	return n
}
