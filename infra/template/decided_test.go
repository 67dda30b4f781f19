package template_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A decision is a value in the template that could be another: with the reason, so that it is changed on purpose. A star
// stands for any name, such as those of schedules.
type decision struct{ path, value, reason string }

var decisions = []decision{
	{"Probe/Properties/MemorySize", "1769", "one full virtual CPU: with less, a probe measures itself more than the site"},
	{"Probe/Properties/Timeout", "120", "the limits of all steps of a journey; TestTimeout compares it with the journeys"},
	{"*/Properties/EventInvokeConfig/MaximumRetryAttempts", "0", "a late run does not show the site at its slot, and the pager's next minute does its work"},
	{"*/Properties/EventInvokeConfig/MaximumEventAgeInSeconds", "60", "the same; Lambda's minimum"},
	{"Probe/Properties/Environment/Variables/VALKYRIE_TRIES", "1", "from three regions on, a quorum guards against chance failures"},
	{"Pager/Properties/MemorySize", "256", "the program takes 60 MB"},
	{"Pager/Properties/Timeout", "60", "the next round starts within a minute; functions/pager stays for 48 s of it"},
	{"Webhook/Properties/MemorySize", "256", "the program takes 60 MB"},
	{"Webhook/Properties/Timeout", "14", "Twilio hangs up after 15 s"},
	{"*/Properties/Events/*/Properties/RetryPolicy/MaximumRetryAttempts", "3", "an invocation that Lambda refused is worth a retry within the minute"},
	{"*/Properties/Events/*/Properties/RetryPolicy/MaximumEventAgeInSeconds", "60", "a later start does not show the site at its slot; the scheduler's minimum"},
	{"*/Properties/RetentionInDays", "90", "LogRetention"},
	{"Evidence/Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", "30", "EvidenceRetention"},
	{"Evidence/Properties/LifecycleConfiguration/Rules/0/AbortIncompleteMultipartUpload/DaysAfterInitiation", "1", "a cut off upload is of no use"},
	{"*/Properties/PublicAccessBlockConfiguration/*", "true", "evidence shows customers' data; the status page is shown by CloudFront"},
	{"DeadLetters/Properties/MessageRetentionPeriod", "1209600", "14 days, the maximum: the messages are read after a holiday"},
	{"DeadLetters/Properties/SqsManagedSseEnabled", "true", "the messages hold a journey's name"},
	{"SecretsInterface/Properties/PrivateDnsEnabled", "true", "the SDK's usual names lead to it"},
	{"PagerInterface/Properties/PrivateDnsEnabled", "true", "the same"},
	{"TracesInterface/Properties/PrivateDnsEnabled", "true", "the same"},
	{"InterfaceGroup/Properties/SecurityGroupIngress/0/FromPort", "443", "requests to AWS are HTTPS"},
	{"InterfaceGroup/Properties/SecurityGroupIngress/0/ToPort", "443", "the same"},
	{"Table/Properties/SSESpecification/SSEEnabled", "true", "KeyId"},
	{"Evidence/Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/BucketKeyEnabled", "true", "one request to KMS for many files"},
	{"Table/Properties/TimeToLiveSpecification/Enabled", "true", "old rows cost money"},
	{"Table/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", "true", "rows deleted by mistake can be restored"},
}

// words are the decisions whose values are not numbers.
var wordDecisions = []decision{
	{"Probe/Properties/Runtime", "provided.al2023", "the program implements the Runtime API itself"},
	{"Pager/Properties/Runtime", "provided.al2023", "the same"},
	{"Webhook/Properties/Runtime", "provided.al2023", "the same"},
	{"Probe/Properties/Architectures/0", "x86_64", "the pinned Chrome is built for it"},
	{"Pager/Properties/Architectures/0", "x86_64", "the Makefile builds for amd64"},
	{"Webhook/Properties/Architectures/0", "x86_64", "the same"},
	{"Chrome/Metadata/BuildArchitecture", "x86_64", "the same"},
	{"Chrome/Properties/RetentionPolicy", "Delete", "each version is 95 MB zipped, and is built again from its pin"},
	{"Probe/Properties/LoggingConfig/LogFormat", "Text", "CloudWatch extracts no metrics from lines that Lambda wraps in JSON"},
	{"Pager/Properties/LoggingConfig/LogFormat", "Text", "the same"},
	{"Webhook/Properties/LoggingConfig/LogFormat", "Text", "the same"},
	{"Pager/Properties/Events/EachMinute/Properties/Name", "pager", "valkyrie doctor looks for it"},
	{"Pager/Properties/Events/EachMinute/Properties/ScheduleExpression", "rate(1 minute)", "the alarm PagerSilent expects a heartbeat each minute"},
	{"Pager/Properties/Events/EachMinute/Properties/Input", "{}", "no poke"},
	{"Table/Properties/BillingMode", "PAY_PER_REQUEST", "an outage multiplies the requests"},
	{"Evidence/Properties/LifecycleConfiguration/Rules/0/Status", "Enabled", "evidence shows customers' data, and is deleted in time"},
	{"Evidence/DeletionPolicy", "RetainExceptOnCreate", "destroying the stack keeps the evidence"},
	{"StatusBucket/DeletionPolicy", "RetainExceptOnCreate", "customers may read the page"},
	{"Table/DeletionPolicy", "RetainExceptOnCreate", "destroying the stack keeps history and incidents"},
	{"Table/UpdateReplacePolicy", "Retain", "the same"},
	{"Evidence/UpdateReplacePolicy", "Retain", "the same"},
	{"StatusBucket/UpdateReplacePolicy", "Retain", "the same"},
	{"StatusBucket/Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm", "AES256", "CloudFront needs no key to show the page"},
	{"Evidence/Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm", "aws:kms", "KeyId"},
	{"*/Properties/OwnershipControls/Rules/0/ObjectOwnership", "BucketOwnerEnforced", "no access lists"},
	{"*Log/DeletionPolicy", "Delete", "a log group that is left would keep the next stack of this name from being made"},
	{"*Log/UpdateReplacePolicy", "Delete", "the same"},
	{"UntoldQuery/Properties/Name", "second/who could not be told", "the alarm OthersUntold and the guide name it"},
	{"DeadLetters/Properties/QueueName", "second-dead-letters", "begins with the deployment's name; the guide names it"},
	{"Dashboard/Properties/DashboardName", "second", "the deployment's name; the guide names it"},
	{"Group/Properties/Name", "second", "the deployment's name"},
	{"*Role/Properties/AssumeRolePolicyDocument/Version", "2012-10-17", "the language of policies; in the older one, what is meant as a variable is plain text"},
	{"*Role/Properties/Policies/0/PolicyDocument/Version", "2012-10-17", "the same"},
	{"*Policy/Properties/PolicyDocument/Version", "2012-10-17", "the same"},
	{"AlarmTopic/Properties/TopicName", "second-alarms", "begins with the deployment's name"},
	{"AlarmTopic/Properties/Subscription/0/Protocol", "email", "AlarmEmail"},
	{"AlarmTopic/Properties/Subscription/0/Endpoint", "ops@example.com", "AlarmEmail"},
}

// defaults are the parameters' defaults, which a new deployment has.
var defaults = map[string]string{
	"Name": "valkyrie", "StandbyRegion": "", "Cadence": "1 minute", "Schedules": "ENABLED", "Tries": "0", "ProbeMemory": "1769", "ProbeTimeout": "120",
	"ProbeConcurrency": "0", "WebhookConcurrency": "0", "MetricDetail": "journeys", "Traces": "DISABLED", "Objective": "99.9", "LogRetention": "90", "EvidenceRetention": "30",
	"SecretsIn": "ssm", "SecretsPath": "/valkyrie/", "AlarmEmail": "", "PingUrl": "", "StatusPage": "DISABLED", "StatusReader": "", "StatusMail": "DISABLED",
	"SubnetIds": "", "SecurityGroupIds": "", "VpcId": "", "RouteTableIds": "", "PrivateEndpoints": "DISABLED", "KeyId": "",
	"EventBusArn": "", "ExistingTable": "", "ChromeFlags": "",
}

// bounds are the least and the largest values of the parameters that are numbers. Lambda's are in
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
var bounds = map[string]struct {
	least, most any
	reason      string
}{
	"Tries":              {0, 3, "more would hide an outage"},
	"ProbeMemory":        {1024, 10240, "Chrome and PDFium need the one; Lambda has the other at most"},
	"ProbeTimeout":       {30, 900, "Chrome's start and one step; Lambda's most"},
	"ProbeConcurrency":   {0, 100, "an account has 1,000 functions at once, if not more"},
	"WebhookConcurrency": {0, 100, "the same"},
	"Objective":          {50, 99.999, "100 would divide by zero"},
	"EvidenceRetention":  {1, 3650, "0 days are no rule of S3"},
}

// logDays are the days that CloudWatch can keep log lines, up to two years.
// See https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html.
var logDays = []any{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}

// bounded compares the bounds of the parameters with these.
func bounded(d document) (faults []string) {
	for name, p := range d.section("Parameters") {
		least, most := at(p, "MinValue"), at(p, "MaxValue")
		want := bounds[name]
		if least != want.least || most != want.most {
			faults = append(faults, fmt.Sprintf("the parameter %s: expected from %v to %v (%s), got from %v to %v", name, want.least, want.most, want.reason, least, most))
		}
	}
	if days := list(at(d.section("Parameters")["LogRetention"], "AllowedValues")); !slices.Equal(days, logDays) {
		faults = append(faults, fmt.Sprintf("the parameter LogRetention: expected %v, got %v", logDays, days))
	}
	return faults
}

// decided compares the values of the template, in home with everything switched on, with the decisions. A number or a
// switch without a decision is a fault, so that a new one is listed with its reason.
func decided(d document) (faults []string) {
	s := newStack(d, home, everything())
	leaves := map[string]string{}
	for id, r := range s.resources() {
		if r["Type"] != "AWS::CloudWatch::Alarm" { // TestAlarms evaluates these
			flatten(id, map[string]any{"Properties": r["Properties"], "Metadata": r["Metadata"], "DeletionPolicy": r["DeletionPolicy"], "UpdateReplacePolicy": r["UpdateReplacePolicy"]}, leaves)
		}
	}
	for _, dec := range slices.Concat(decisions, wordDecisions) {
		matched := false
		for _, leaf := range slices.Sorted(maps.Keys(leaves)) {
			if ok, _ := path.Match(dec.path, leaf); !ok {
				continue
			}
			matched = true
			if got := strings.TrimPrefix(leaves[leaf], number); got != dec.value {
				faults = append(faults, fmt.Sprintf("%s: expected %s (%s), got %s", leaf, dec.value, dec.reason, got))
			}
		}
		if !matched {
			faults = append(faults, fmt.Sprintf("%s: expected %s (%s), got none", dec.path, dec.value, dec.reason))
		}
	}
	for leaf, value := range leaves {
		listed := func(dec decision) bool { ok, _ := path.Match(dec.path, leaf); return ok }
		if strings.HasPrefix(value, number) && !slices.ContainsFunc(decisions, listed) {
			faults = append(faults, fmt.Sprintf("%s is %s: list it in decided_test.go with its reason", leaf, strings.TrimPrefix(value, number)))
		}
	}
	for name, want := range defaults {
		if got := at(d.section("Parameters")[name], "Default"); got == nil || fmt.Sprint(got) != want {
			faults = append(faults, fmt.Sprintf("the parameter %s: expected the default %q, got %v", name, want, got))
		}
	}
	for name, p := range d.section("Parameters") {
		if _, known := defaults[name]; at(p, "Default") != nil && !known {
			faults = append(faults, fmt.Sprintf("the parameter %s has a default: list it in decided_test.go", name))
		}
	}
	return append(append(faults, bounded(d)...), s.faults...)
}

// number marks the leaves that are numbers or switches.
const number = "number "

// flatten lists the leaves of a value by their paths.
func flatten(at string, v any, leaves map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			flatten(at+"/"+key, inner, leaves)
		}
	case []any:
		for i, inner := range v {
			flatten(at+"/"+strconv.Itoa(i), inner, leaves)
		}
	case int, float64, bool:
		leaves[at] = number + fmt.Sprint(v)
	case string:
		leaves[at] = v
	}
}
