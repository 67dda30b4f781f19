package doctor

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts/config"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
	"valkyrie/infra/secrets"
)

// A Deployment is one to be examined, with what it ought to have.
type Deployment struct {
	AWS      aws.Config
	Home     string        // region
	Stack    string        // name, the same in each region
	Journeys []string      // that have schedules
	Secrets  []string      // that the journeys ask for
	Alerts   config.Config // who is called; the file that was built in
	PhoneAPI string        // another server that speaks Twilio's API; empty: Twilio
	Client   *http.Client
	TimeNow  func() time.Time
}

// Examine looks at the stacks of all regions, home first, and tells each finding as it comes. Where there is no stack in
// home, there is nothing more to look at.
func (d Deployment) Examine(ctx context.Context, tell func(Finding)) {
	home, err := find(ctx, d.AWS, d.Home, d.Stack)
	if err != nil {
		tell(ill("stack in "+d.Home, "are you signed in (aws sts get-caller-identity), and is this the home region? If it is not deployed yet: make deploy", "%v", err))
		return
	}
	if region := home.parameters["HomeRegion"]; region != d.Home {
		tell(ill("stack in "+d.Home, "valkyrie doctor --deployment "+region, "is not home: that is %s", region))
		return
	}
	for region := range strings.SplitSeq(home.parameters["ProbeRegions"], ",") {
		s := home
		if region != d.Home {
			if s, err = find(ctx, d.AWS, region, d.Stack); err != nil {
				tell(ill("stack in "+region, "make deploy, or take the region out of ProbeRegions", "%v", err))
				continue
			}
		}
		d.region(ctx, s, tell)
	}
	d.phone(ctx, home, tell)
}

// region examines all that one region has.
func (d Deployment) region(ctx context.Context, s stack, tell func(Finding)) {
	tell(s.settled())
	if s.parameters["Schedules"] == "DISABLED" {
		tell(note("schedules in "+s.region, "when it is time: Schedules=ENABLED in samconfig.toml, and make deploy", "are paused: nobody watches from here"))
	} else {
		tell(d.schedules(ctx, s))
	}
	tell(d.bucket(ctx, s))
	tell(d.vault(ctx, s, "probe", d.Secrets))
	if s.outputs["TableName"] != "" {
		tell(d.table(ctx, s))
		tell(d.vault(ctx, s, "phone", []string{environ.TwilioToken}))
		f := Webhook(ctx, d.Client, s.outputs["WebhookUrl"])
		f.What += " in " + s.region
		tell(f)
	}
	tell(d.alarms(ctx, s))
}

// source is where a stack's functions find their secrets, as the template tells them.
func source(s stack, whose string) string {
	if s.parameters["SecretsIn"] == "secretsmanager" {
		return "secretsmanager:" + s.parameters["SecretsPath"] + whose
	}
	return "ssm:" + s.parameters["SecretsPath"] + whose + "/"
}

// vault examines whether the secrets are there; what they are is not told.
func (d Deployment) vault(ctx context.Context, s stack, whose string, names []string) Finding {
	what := "secrets in " + s.region + ", " + whose
	if len(names) == 0 {
		return well(what, "none is needed")
	}
	from := source(s, whose)
	v, err := d.open(ctx, s, whose)
	if err != nil {
		return ill(what, "may you read them? Put them there: infra/README.md", "%v", err)
	}
	var missing []string
	for _, name := range names {
		if _, err := v.Find(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return ill(what, "put them there, in each region: infra/README.md", "%s lacks %s", from, strings.Join(missing, ", "))
	}
	return well(what, "%s has %d that are needed", from, len(names))
}

func (d Deployment) open(ctx context.Context, s stack, whose string) (*secrets.Vault, error) {
	cfg := d.AWS.Copy()
	cfg.Region = s.region
	v, err := secrets.NewVault(cfg, source(s, whose))
	if err != nil {
		return nil, err
	}
	return v, v.Refresh(ctx)
}

// phone examines the account with the token that home's pager has.
func (d Deployment) phone(ctx context.Context, home stack, tell func(Finding)) {
	for _, f := range People(d.Alerts) {
		tell(f)
	}
	v, err := d.open(ctx, home, "phone")
	if err != nil {
		return // told before
	}
	token, err := v.Find(environ.TwilioToken)
	if err != nil {
		return // told before
	}
	first, _, _ := strings.Cut(strings.TrimSpace(token), " ") // two, while they are rotated
	p, err := twilio.New(twilio.ClientConfig{
		AccountSID: home.parameters["TwilioAccountSid"], AuthToken: first, From: d.Alerts.Phone.From, BaseURL: d.PhoneAPI,
	})
	if err != nil {
		tell(ill("Twilio", "put it right in samconfig.toml, alerts.yaml or the secret", "%v", err))
		return
	}
	for _, f := range Phone(ctx, p, d.Alerts, home.outputs["WebhookUrl"]) {
		tell(f)
	}
}
