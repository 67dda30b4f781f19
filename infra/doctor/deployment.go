package doctor

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts/config"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
	"valkyrie/infra/secrets"
)

// A Target is a deployment to check, with its expected contents.
type Target struct {
	AWS      aws.Config
	Home     string        // region
	Stack    string        // name, the same in each region
	Journeys []string      // the journeys that need a schedule
	Secrets  []string      // the secrets that the journeys declare
	Alerts   config.Config // the built-in alerts.yaml
	PhoneAPI string        // a different server for Twilio's API; "": Twilio
	Client   *http.Client
	TimeNow  func() time.Time
}

// Examine checks the stacks of all regions, home first, and reports each finding immediately. It stops if home has no stack.
func (t Target) Examine(ctx context.Context, report func(Finding)) {
	home, err := find(ctx, t.AWS, t.Home, t.Stack)
	if err != nil {
		report(problem("stack in "+t.Home, "check your login (aws sts get-caller-identity) and that this is the home region; if it is not deployed yet: make deploy", "%v", err))
		return
	}
	if region := home.parameters["HomeRegion"]; region != t.Home {
		report(problem("stack in "+t.Home, "valkyrie doctor --deployment "+region, "is not in the home region, which is %s", region))
		return
	}
	settings, err := t.settings(ctx, home)
	if err != nil {
		report(warning("pauses of regions", "", "could not be read: %v", err))
	}
	fallback := ""
	for region := range strings.SplitSeq(home.parameters["ProbeRegions"], ",") {
		s := home
		if region != t.Home {
			if s, err = find(ctx, t.AWS, region, t.Stack); err != nil {
				report(problem("stack in "+region, "make deploy, or remove the region from ProbeRegions; its stack must be called "+t.Stack+" like home's, as links to evidence go by that name", "%v", err))
				continue
			}
		}
		if region == home.parameters["StandbyRegion"] {
			fallback = s.outputs["WebhookUrl"]
		}
		t.region(ctx, s, settings, report)
	}
	t.phone(ctx, home, fallback, report)
}

// region checks the resources of one region.
func (t Target) region(ctx context.Context, s stack, settings paging.NotificationState, report func(Finding)) {
	report(s.settled())
	for _, f := range t.probing(ctx, s, settings) {
		report(f)
	}
	report(t.bucket(ctx, s))
	report(t.vault(ctx, s, "probe", t.Secrets))
	report(t.concurrency(ctx, s))
	if s.parameters["SubnetIds"] != "" {
		report(t.network(ctx, s))
	}
	if s.parameters["KeyId"] != "" {
		report(t.key(ctx, s))
	}
	if s.outputs["TableName"] != "" {
		report(t.table(ctx, s))
		report(t.vault(ctx, s, "phone", t.phoneSecrets()))
		if names := t.tellSecrets(); len(names) > 0 {
			report(t.vault(ctx, s, "tell", names))
		}
		report(t.pager(ctx, s))
		t.webhook(ctx, s, report)
	}
	report(t.deadLetters(ctx, s))
	report(t.alarms(ctx, s))
	report(t.alarmTopic(ctx, s))
}

// phoneSecrets returns the secrets that the pager and the webhook need: the token, and the key of the heartbeats' addresses if batches
// are awaited.
func (t Target) phoneSecrets() []string {
	all := []string{environ.TwilioToken}
	if len(t.Alerts.Judge.Heartbeats) > 0 {
		all = append(all, environ.BeatKey)
	}
	return all
}

// tellSecrets returns the secrets that sign the events for webhooks.
func (t Target) tellSecrets() []string {
	var all []string
	for _, hook := range t.Alerts.Subscribers.Webhooks {
		all = append(all, hook.Secret)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// webhook checks the webhook of a region with an unsigned request, and with a key press that is signed as Twilio signs one.
func (t Target) webhook(ctx context.Context, s stack, report func(Finding)) {
	address := s.outputs["WebhookUrl"]
	f := Webhook(ctx, t.Client, address)
	if f.Verdict == OK {
		if token, err := t.token(ctx, s); err == nil { // otherwise already reported by vault
			f = KeyPress(ctx, t.Client, address, token)
		}
	}
	f.What += " in " + s.region
	report(f)
}

// token returns the token that the region's functions use: the first of two during a rotation.
func (t Target) token(ctx context.Context, s stack) (string, error) {
	v, err := t.open(ctx, s, "phone")
	if err != nil {
		return "", err
	}
	token, err := v.Find(environ.TwilioToken)
	first, _, _ := strings.Cut(strings.TrimSpace(token), " ")
	return first, err
}

// now returns the time, which tests set.
func (t Target) now() time.Time {
	if t.TimeNow != nil {
		return t.TimeNow()
	}
	return time.Now()
}

// secretsPrefix returns the prefix of a function's secrets, in the form that the template passes to it.
func secretsPrefix(s stack, function string) string {
	if s.parameters["SecretsIn"] == "secretsmanager" {
		return "secretsmanager:" + s.parameters["SecretsPath"] + function
	}
	return "ssm:" + s.parameters["SecretsPath"] + function + "/"
}

// vault checks that the secrets exist. It does not report their values.
func (t Target) vault(ctx context.Context, s stack, function string, names []string) Finding {
	what := "secrets in " + s.region + ", " + function
	if len(names) == 0 {
		return passed(what, "none are needed")
	}
	prefix := secretsPrefix(s, function)
	v, err := t.open(ctx, s, function)
	if err != nil {
		return problem(what, "check your permission to read them, and create them: infra/README.md", "%v", err)
	}
	var missing []string
	for _, name := range names {
		if _, err := v.Find(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return problem(what, "create them, in each region: infra/README.md", "%s lacks %s", prefix, strings.Join(missing, ", "))
	}
	return passed(what, "%s has all %d", prefix, len(names))
}

func (t Target) open(ctx context.Context, s stack, function string) (*secrets.Vault, error) {
	cfg := t.AWS.Copy()
	cfg.Region = s.region
	v, err := secrets.NewVault(cfg, secretsPrefix(s, function))
	if err != nil {
		return nil, err
	}
	return v, v.Refresh(ctx)
}

// phone checks the Twilio account, with the token of home's pager.
func (t Target) phone(ctx context.Context, home stack, fallback string, report func(Finding)) {
	for _, f := range People(t.Alerts) {
		report(f)
	}
	token, err := t.token(ctx, home)
	if err != nil {
		return // already reported by vault
	}
	p, err := twilio.New(twilio.ClientConfig{
		AccountSID: home.parameters["TwilioAccountSid"], AuthToken: token, From: t.Alerts.Phone.From, BaseURL: t.PhoneAPI,
	})
	if err != nil {
		report(problem("Twilio", "correct it in samconfig.toml, alerts.yaml or the secret", "%v", err))
		return
	}
	for _, f := range Phone(ctx, p, t.Alerts, home.outputs["WebhookUrl"], fallback) {
		report(f)
	}
}
