package environ

import "slices"

// The environment variables of the functions. Lambda itself sets AWS_REGION, the region recorded in runs.
const (
	Name          = "VALKYRIE_DEPLOYMENT"      // name of the deployment, a dimension of its metrics
	Site          = "VALKYRIE_SITE"            // URL of the site to probe, https://shop.example.com
	Every         = "VALKYRIE_EVERY"           // time between slots, "1 minute" as in rate(...), or "1m"; an event's "every" overrides it
	HomeRegion    = "VALKYRIE_HOME_REGION"     // region with the primary table, pager and webhook, such as eu-west-1
	ProbeRegions  = "VALKYRIE_PROBE_REGIONS"   // every region that probes, joined by commas; optional: those that report
	StandbyRegion = "VALKYRIE_STANDBY_REGION"  // takes over when home sends no heartbeat; optional
	Table         = "VALKYRIE_TABLE"           // name of the table, the same in home and standby
	Bucket        = "VALKYRIE_EVIDENCE_BUCKET" // name of the evidence bucket in this region
	Pager         = "VALKYRIE_PAGER"           // name of the pager function, the same in home and standby; optional: probes do not invoke it
	Detail        = "VALKYRIE_METRIC_DETAIL"   // "journeys" (default) or "steps": see infra/cloudwatch
	Secrets       = "VALKYRIE_SECRETS"         // prefix of the secrets: "ssm:/valkyrie/" or "secretsmanager:valkyrie/"; a secret's name follows
	Evidence      = "VALKYRIE_EVIDENCE_PREFIX" // beginning of the names of the evidence buckets of all regions; optional: texts link to the console only
	CallbackURL   = "VALKYRIE_CALLBACK_URL"    // URL of this region's webhook, for Twilio's callbacks; the webhook itself derives it from requests
	Account       = "TWILIO_ACCOUNT_SID"       // not a secret
	PhoneAPI      = "TWILIO_API_URL"           // a different server for Twilio's API; optional
	Alerts        = "VALKYRIE_ALERTS"          // an on-call file in the function's package; optional: the built-in alerts.yaml
	Chrome        = "CHROME"                   // the browser's executable: /opt/chrome/chromium, from the layer
	ChromeFlags   = "VALKYRIE_CHROME_FLAGS"    // additional flags, such as --single-process; optional
	Tries         = "VALKYRIE_TRIES"           // attempts per run, 1 (default) to 3
	Traces        = "VALKYRIE_TRACES"          // ENABLED: each run is reported to X-Ray; DISABLED (default)
	Ping          = "VALKYRIE_PING_URL"        // URL of an external monitor, requested after each good round of the pager; optional
)

// The pager's notifications to others than the people on call. All of them are optional.
const (
	StatusBucket = "VALKYRIE_STATUS_BUCKET" // name of the status page's bucket in this region
	StatusTopic  = "VALKYRIE_STATUS_TOPIC"  // ARN of the topic for customers
	EventBus     = "VALKYRIE_EVENT_BUS"     // ARN of an EventBridge bus; overrides the one in the on-call file
	TellSecrets  = "VALKYRIE_TELL_SECRETS"  // prefix of the secrets of the on-call file's webhooks, as in VALKYRIE_SECRETS
)

// Names of the secrets that no journey declares.
const (
	TwilioToken = "twilio-auth-token" // the account's token; or two, separated by a space, during rotation: calls use the first
	BeatKey     = "beat-key"          // key from which the heartbeat URLs of batches are derived: any 16 or more characters
)

// The functions.
const (
	FunctionProbe   = "probe"
	FunctionPager   = "pager"
	FunctionWebhook = "webhook"
)

// Required lists the variables that the function needs to start.
func Required(function string) []string {
	switch function {
	case FunctionProbe:
		return []string{Name, Site, HomeRegion, Table, Bucket, Secrets}
	case FunctionPager:
		return []string{Name, HomeRegion, Table, Secrets, CallbackURL, Account}
	case FunctionWebhook:
		return []string{HomeRegion, Table, Secrets, Account}
	}
	return nil
}

// Optional lists the other variables that the function reads.
func Optional(function string) []string {
	switch function {
	case FunctionProbe:
		return []string{Every, StandbyRegion, ProbeRegions, Pager, Detail, Alerts, Chrome, ChromeFlags, Tries, Traces}
	case FunctionPager:
		return []string{StandbyRegion, ProbeRegions, Alerts, PhoneAPI, Evidence, Ping, Site, StatusBucket, StatusTopic, EventBus, TellSecrets}
	case FunctionWebhook:
		return []string{StandbyRegion, Pager, CallbackURL, Alerts, PhoneAPI, Evidence}
	}
	return nil
}

// Reads reports whether the function reads the variable.
func Reads(function, variable string) bool {
	return slices.Contains(Required(function), variable) || slices.Contains(Optional(function), variable)
}
