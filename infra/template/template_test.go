package template_test

import (
	"regexp"
	"strings"
	"testing"
)

// checks lists the template's checks, by name. Each returns its faults.
var checks = map[string]func(document) []string{
	"permissions": permissions,
	"dashboards":  dashboards,
	"queries":     queries,
	"alarms":      alarms,
	"schedules":   schedules,
	"environment": environment,
	"declared":    declared,
	"contained":   contained,
}

func TestTemplate(t *testing.T) {
	d := read(t)
	for name, check := range checks {
		for _, fault := range check(d) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// TestPlanted plants one fault at a time, and requires the corresponding check to report it: a check must be able to fail.
func TestPlanted(t *testing.T) {
	whole := practiceTemplate(t)
	for name, c := range map[string]struct {
		check, old, planted string // the first match of old, a regular expression
		want                string // in the check's report
	}{
		"any table":                    {"permissions", `Resource: !GetAtt DeadLetters.Arn`, `Resource: "*"`, `Resource "*" has a wildcard`},
		"any action":                   {"permissions", `Action: s3:PutObject`, `Action: "s3:*"`, `Action "s3:*" has a wildcard`},
		"an explanation lost":          {"permissions", ` # any file in the evidence bucket[^\n]*`, "", "${Evidence.Arn}/*"},
		"a managed policy":             {"permissions", `Properties:\n      AssumeRolePolicyDocument:`, "Properties:\n      ManagedPolicyArns: [x]\n      AssumeRolePolicyDocument:", "managed policies"},
		"a role that SAM would make":   {"permissions", `      Role: !GetAtt ProbeRole.Arn\n`, "", "Probe: it needs a role of its own"},
		"all but an action":            {"permissions", `Action: s3:PutObject`, "NotAction: s3:DeleteObject", "allow all the rest"},
		"an open address, unexplained": {"permissions", `(?s)      # Public, since Twilio.*?anything\.\n`, "", "open to everybody"},
		"a comma too much":             {"dashboards", `("PagesSent", "Deployment", "\$\{Name\}", \{"stat": "Sum"\}\],)`, `${1},`, "not JSON"},
		"a comma too little, with more regions": {
			"dashboards", `', \[\{"expression": "SEARCH\(''\{Valkyrie,Deployment,Journey\}`, `' [{"expression": "SEARCH(''{Valkyrie,Deployment,Journey}`, "with 2 regions: it is not JSON",
		},
		"a metric that nobody writes":   {"dashboards", `MetricName=\\"SuccessPercent\\"`, `MetricName=\"SuccessRate\"`, "nobody writes the metric Valkyrie SuccessRate"},
		"a dimension that it has not":   {"dashboards", `\{Valkyrie,Deployment,Journey\}( Deployment=\\"\$\{Name\}\\" MetricName=\\"Failed)`, `{Valkyrie,Deployment,Region}${1}`, "Failed by [Deployment Region]"},
		"no such statistic":             {"dashboards", `("OpenIncidents", "Deployment", "\$\{Name\}", \{"stat": "Max)imum"`, `${1}"`, `"Max" is no statistic`},
		"a field that no line has":      {"dashboards", `step, error, evidence_url`, `step, reason, evidence_url`, `the field "reason"`},
		"a step's field that it lacks":  {"queries", `pct\(s.duration_ms, 50\)`, `pct(s.millis, 50)`, `the field "s.millis"`},
		"a log group that is not there": {"dashboards", `SOURCE '\$\{ProbeLog\}'`, `SOURCE '/aws/lambda/probe'`, "there is no log group"},
		"an alarm that is not there":    {"dashboards", `"\$\{PagerSilent.Arn\}", `, `"${PagerQuiet.Arn}", `, "PagerQuiet"},
		"a region that is not shown":    {"dashboards", `\$\{Success5\}|\$\{Duration5\}`, ``, "nothing is shown of ap-southeast-2"},
		"a query for other lines":       {"queries", `filter event = "run" and problems > 0`, `filter event = "tick" and problems > 0`, "ProblemsQuery"},
		"a query in the wrong log":      {"queries", `LogGroupNames: \[!Ref PagerLog\]`, `LogGroupNames: [!Ref ProbeLog]`, "lines about a tick are not in"},
		"no such event":                 {"queries", `filter event = "tick"`, `filter event = "round"`, `no line is about the event "round"`},
		"no such outcome":               {"queries", `outcome in \["failed", "broken"\]`, `outcome in ["fail", "broken"]`, `"fail" is no outcome`},
		"no EvaluationPeriods":          {"alarms", `      EvaluationPeriods: 3\n`, "", "PagerSilent: it lacks EvaluationPeriods"},
		"an alarm on nothing":           {"alarms", `MetricName: Throttles`, "MetricName: Throttled", "nobody writes the metric AWS/Lambda Throttled"},
		"an alarm that nobody hears":    {"alarms", `TreatMissingData: breaching\n      AlarmActions: \[!Ref AlarmTopic\]`, "TreatMissingData: breaching", "it lacks AlarmActions"},
		"a silence that is well":        {"alarms", `TreatMissingData: breaching`, "TreatMissingData: notBreaching", "heartbeat is missing"},
		"a period of 50 seconds":        {"alarms", `Period: 60`, "Period: 50", "a period of 50 seconds"},
		"4 of 3 periods":                {"alarms", `DatapointsToAlarm: 3`, "DatapointsToAlarm: 4", "can never be bad"},
		"rate(1 minutes)":               {"schedules", `ScheduleExpression: rate\(1 minute\)`, "ScheduleExpression: rate(1 minutes)", "one minute, but two minutes"},
		"a journey without a schedule":  {"schedules", `(?s)        CreateOrder:.*?        OrderApi:`, "        OrderApi:", `"create-order" has 0 schedules`},
		"a cadence that is not its own": {"schedules", `rate\(1 hour\)`, "rate(2 hours)", "the journey says every 1h0m0s"},
		"a journey that is not there":   {"schedules", `"journey":"print-card"`, `"journey":"print-cards"`, `there is no journey "print-cards" in probes.All`},
		"no slot":                       {"schedules", `,"slot":"<aws.scheduler.scheduled-time>"`, "", "its slot is"},
		"two cadences":                  {"schedules", `ScheduleExpression: !Sub "rate\(\$\{Cadence\}\)"`, "ScheduleExpression: rate(7 minutes)", "but is told every"},
		"nowhere to go when undelivered": {
			"schedules", `            DeadLetterConfig: \{Arn: !GetAtt DeadLetters.Arn\}\n`, "", "it lacks DeadLetterConfig",
		},
		"a variable that nobody reads": {"environment", `VALKYRIE_PAGER: !Sub`, "VALKYRIE_PAGERS: !Sub", "nobody reads VALKYRIE_PAGERS"},
		"a variable that is missing":   {"environment", `          VALKYRIE_TABLE: [^\n]*\n`, "", "VALKYRIE_TABLE is not set"},
		"a secret in the open":         {"environment", `VALKYRIE_PING_URL: !Ref PingUrl`, "TWILIO_AUTH_TOKEN: !Ref PingUrl", "looks like a secret"},
		"a value that is refused":      {"environment", `VALKYRIE_EVERY: !Ref Cadence`, "VALKYRIE_EVERY: often", `VALKYRIE_EVERY is "often"`},
		"a parameter without use":      {"declared", `VALKYRIE_PING_URL: !Ref PingUrl`, "VALKYRIE_PING_URL: x", "PingUrl is not used"},
		"a default that is refused":    {"declared", `Default: 1 minute`, "Default: 1 minutes", "Cadence does not allow"},
		"a parameter for anything":     {"declared", `    AllowedPattern: "\(https:[^\n]*\n`, "", "PingUrl takes anything"},
		"another deployment's metrics": {"dashboards", `Deployment=\\"\$\{Name\}\\" MetricName=\\"Broken`, `Deployment=\"valkyrie\" MetricName=\"Broken`, `the metrics of the deployment "valkyrie"`},
		"another's open incidents":     {"dashboards", `"OpenIncidents", "Deployment", "\$\{Name\}"`, `"OpenIncidents", "Deployment", "valkyrie"`, `the metrics of the deployment "valkyrie"`},
		"a number of all deployments":  {"dashboards", `"OpenIncidents", "Deployment", "\$\{Name\}"`, `"OpenIncidents"`, "OpenIncidents by []"},
		"another's heartbeat":          {"alarms", `(MetricName: Heartbeat\n      Dimensions: \[\{Name: Deployment, Value: )!Ref Name`, "${1}valkyrie", `the metrics of the deployment "valkyrie"`},
		"any heartbeat":                {"alarms", `(MetricName: Heartbeat\n)      Dimensions: [^\n]*\n`, "${1}", "Heartbeat by []"},
		"metrics under another name":   {"environment", `VALKYRIE_DEPLOYMENT: !Ref Name`, "VALKYRIE_DEPLOYMENT: valkyrie", "its metrics are those of valkyrie"},
		"nobody hears of the untold":   {"alarms", `MetricName: Untold`, "MetricName: PagesFailed", "others than those who are paged"},
		"a status page for the world":  {"contained", `\n              Condition: \{StringEquals: \{"aws:SourceArn": !Ref StatusReader\}\}`, "", "StatusBucketPolicy lets in anybody"},
		"a bucket for everybody":       {"contained", `BlockPublicPolicy: true`, "BlockPublicPolicy: false", "BlockPublicPolicy is not true"},
		"plain text":                   {"contained", `"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`, "encrypted on the way"},
		"a table that goes":            {"contained", `(?s)(Condition: MakesTable\n    DeletionPolicy): RetainExceptOnCreate`, "${1}: Delete", "Table would be deleted"},
		"a log for ever":               {"contained", `, RetentionInDays: !Ref LogRetention`, "", "ProbeLog is kept for ever"},
	} {
		t.Run(name, func(t *testing.T) {
			re := regexp.MustCompile(c.old)
			if strings.HasPrefix(name, "a region that") {
				whole := re.ReplaceAllString(whole, c.planted)
				wantFault(t, whole, c.check, c.want)
				return
			}
			place := re.FindStringSubmatchIndex(whole)
			if place == nil {
				t.Fatalf("%s is missing in the template; update this test", c.old)
			}
			planted := whole[:place[0]] + string(expand(re, c.planted, whole, place)) + whole[place[1]:]
			wantFault(t, planted, c.check, c.want)
		})
	}
}

// expand substitutes ${1}, and leaves the template's own ${Name} unchanged.
func expand(re *regexp.Regexp, planted, whole string, place []int) []byte {
	if !strings.Contains(planted, "${1}") {
		return []byte(planted)
	}
	return re.ExpandString(nil, planted, whole, place)
}

func wantFault(t *testing.T, planted, check, want string) {
	t.Helper()
	d, err := parse(planted)
	if err != nil {
		t.Fatal(err)
	}
	judge := checks[check]
	if check == "schedules" {
		judge = practiceSchedules
	}
	faults := strings.Join(judge(d), "\n")
	if !strings.Contains(faults, want) {
		t.Errorf("%s does not report %q; it reports:\n%s", check, want, faults)
	}
}
