package environ

import "slices"

// The environment variables of the functions. Lambda itself sets AWS_REGION, which is the region that runs are named by.
const (
	Name          = "VALKYRIE_DEPLOYMENT"      // its name, which its metrics are told apart by
	Site          = "VALKYRIE_SITE"            // address of the site to probe, https://shop.example.com
	Every         = "VALKYRIE_EVERY"           // from slot to slot, "1 minute" as in rate(...), or "1m"; an event's "every" goes before it
	HomeRegion    = "VALKYRIE_HOME_REGION"     // whose table, pager and webhook count, such as eu-west-1
	StandbyRegion = "VALKYRIE_STANDBY_REGION"  // takes over when home is silent; optional
	Table         = "VALKYRIE_TABLE"           // name of the table, the same in home and standby
	Bucket        = "VALKYRIE_EVIDENCE_BUCKET" // name of this region's bucket for evidence
	Pager         = "VALKYRIE_PAGER"           // name of the pager function, the same in home and standby; optional: nobody is poked
	Detail        = "VALKYRIE_METRIC_DETAIL"   // "journeys" (default) or "steps": see infra/cloudwatch
	Secrets       = "VALKYRIE_SECRETS"         // where the secrets are: "ssm:/valkyrie/" or "secretsmanager:valkyrie/", and their names follow
	CallbackURL   = "VALKYRIE_CALLBACK_URL"    // address of this region's webhook, that Twilio calls back; the webhook itself knows it from the requests
	Account       = "TWILIO_ACCOUNT_SID"       // the account's name, which is no secret
	PhoneAPI      = "TWILIO_API_URL"           // another server that speaks Twilio's API; optional
	Alerts        = "VALKYRIE_ALERTS"          // an on-call file beside the program; optional: the alerts.yaml that was built in
	Chrome        = "CHROME"                   // the browser's program: /opt/chrome/chromium, from the layer
	ChromeFlags   = "VALKYRIE_CHROME_FLAGS"    // switches to add, such as --single-process; optional
	Tries         = "VALKYRIE_TRIES"           // how many tries a run has, 1 (default) to 3
	Ping          = "VALKYRIE_PING_URL"        // fetched after each good round of the pager, by whoever watches the account from outside; optional
)

// What the pager tells to others than the people it pages. All of it is optional.
const (
	StatusBucket = "VALKYRIE_STATUS_BUCKET" // name of this region's bucket for the status page
	StatusTopic  = "VALKYRIE_STATUS_TOPIC"  // ARN of the topic whose subscribers hear what customers feel
	EventBus     = "VALKYRIE_EVENT_BUS"     // ARN of an EventBridge bus; goes before the one of the on-call file
	TellSecrets  = "VALKYRIE_TELL_SECRETS"  // where the secrets of the on-call file's webhooks are, as in VALKYRIE_SECRETS
)

// Names of the secrets that are not a journey's own.
const (
	TwilioToken = "twilio-auth-token" // the account's token; or two, separated by a space, while it is rotated: the first one is used to call
	BeatKey     = "beat-key"          // from which the addresses for the heartbeats of batches are made: any 16 or more characters
)

// The functions.
const (
	FunctionProbe   = "probe"
	FunctionPager   = "pager"
	FunctionWebhook = "webhook"
)

// Required lists the variables without which the function does not start.
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

// Optional lists those that it also reads.
func Optional(function string) []string {
	switch function {
	case FunctionProbe:
		return []string{Every, StandbyRegion, Pager, Detail, Alerts, Chrome, ChromeFlags, Tries}
	case FunctionPager:
		return []string{StandbyRegion, Alerts, PhoneAPI, Ping, Site, StatusBucket, StatusTopic, EventBus, TellSecrets}
	case FunctionWebhook:
		return []string{StandbyRegion, Pager, CallbackURL, Alerts, PhoneAPI}
	}
	return nil
}

// Reads reports whether the function reads the variable.
func Reads(function, variable string) bool {
	return slices.Contains(Required(function), variable) || slices.Contains(Optional(function), variable)
}
