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
	"wiring":      wiring,
	"watching":    watching,
	"decided":     decided,
	"listed":      listed,
	"affected":    affected,
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
		"an unexplained wildcard":      {"permissions", ` # any file of any day in the evidence bucket[^\n]*`, "", "${Evidence.Arn}/????-??-??/*"},
		"a managed policy":             {"permissions", `Properties:\n      AssumeRolePolicyDocument:`, "Properties:\n      ManagedPolicyArns: [x]\n      AssumeRolePolicyDocument:", "managed policies"},
		"a role that SAM would create": {"permissions", `      Role: !GetAtt ProbeRole.Arn\n`, "", "Probe: expected an explicit role"},
		"all but an action":            {"permissions", `Action: s3:PutObject`, "NotAction: s3:DeleteObject", "allow everything else"},
		"an open address, unexplained": {"permissions", `(?s)      # Public, since Twilio.*?anything\.\n`, "", "its address is public"},
		"a comma too much":             {"dashboards", `("PagesSent", "Deployment", "\$\{Name\}", \{[^}]*\}\],)`, `${1},`, "expected JSON"},
		"a comma too little, with more regions": {
			"dashboards", `, (\[\{"expression": "SEARCH\('\{Valkyrie,Deployment,Journey\}[^\n]*"region": "\$\{R\}"\}\])`, ` ${1}`, "with 2 regions: expected JSON",
		},
		"an unwritten metric":                       {"dashboards", `MetricName=\\"SuccessPercent\\"`, `MetricName=\"SuccessRate\"`, "no code writes the metric Valkyrie SuccessRate"},
		"a wrong dimension":                         {"dashboards", `\{Valkyrie,Deployment,Journey\}( Deployment=\\"\$\{Name\}\\" Journey=\\"JOURNEY_SHOWN\\" MetricName=\\"Duration)`, `{Valkyrie,Deployment,Region}${1}`, "Duration by [Deployment Region]"},
		"no such statistic":                         {"dashboards", `("OpenIncidents", "Deployment", "\$\{Name\}", \{"stat": "Max)imum"`, `${1}"`, `"Max" is not a statistic`},
		"an unknown field":                          {"dashboards", `step, reason, duration_ms`, `step, cause, duration_ms`, `has the field "cause"`},
		"an unknown field of a step by its place":   {"dashboards", `steps.STEP_SHOWN.slow_ms`, `steps.STEP_SHOWN.budget_ms`, `has the field "steps.0.budget_ms"`},
		"another objective":                         {"dashboards", `/ \(100 - \$\{Objective\}\)`, `/ (100 - 99)`, "the objective is 99, expected the parameter's 99.9"},
		"an objective of one day":                   {"dashboards", `"start": "-P30D"`, `"start": "-P1D"`, "has a time of its own"},
		"an unknown function":                       {"dashboards", `coalesce\(`, `ifnull(`, `has the field "ifnull"`},
		"a choice that changes nothing":             {"dashboards", `"pattern": "STEP_SHOWN"`, `"pattern": "STEP_CHOSEN"`, `the variable "step"`},
		"the journeys of another deployment":        {"dashboards", `("search": "\{Valkyrie,Deployment,Journey\} Deployment=\\")\$\{Name\}`, `${1}valkyrie`, `the metrics of the deployment "valkyrie"`},
		"a region shown in another way":             {"dashboards", `(, \$\{R\}: runs that were )slow, failed`, `${1}failed`, "is not shown as eu-west-1"},
		"an unknown field of a step":                {"queries", `pct\(s.duration_ms, 50\)`, `pct(s.millis, 50)`, `has the field "s.millis"`},
		"a missing log group":                       {"dashboards", `SOURCE '/aws/lambda/\$\{Name\}-probe'`, `SOURCE '/aws/lambda/probe'`, "there is no log group"},
		"a missing alarm":                           {"dashboards", `"\$\{PagerSilent.Arn\}", `, `"${PagerQuiet.Arn}", `, "PagerQuiet"},
		"a region's missing alarm":                  {"dashboards", `alarm:\$\{Name\}-dead-letters`, "alarm:${Name}-dead-letter", "second-dead-letter"},
		"a dashboard in each region":                {"dashboards", `(Type: AWS::CloudWatch::Dashboard\n)    Condition: IsHome\n`, "${1}", "has a dashboard"},
		"a region not shown":                        {"dashboards", `\$\{(Success|Duration|Budget)5\}`, ``, "it does not show ap-southeast-2"},
		"a query for lines of another event":        {"queries", `filter event = "run" and problems > 0`, `filter event = "tick" and problems > 0`, "ProblemsQuery"},
		"a query in the wrong log":                  {"queries", `LogGroupNames: \[!Ref PagerLog\]`, `LogGroupNames: [!Ref ProbeLog]`, "lines about a tick are not in"},
		"no such event":                             {"queries", `filter event = "tick"`, `filter event = "round"`, `no line has the event "round"`},
		"no such outcome":                           {"queries", `outcome in \["failed", "broken"\]`, `outcome in ["fail", "broken"]`, `"fail" is not an outcome`},
		"no EvaluationPeriods":                      {"alarms", `      EvaluationPeriods: 3\n`, "", "PagerSilent: it lacks EvaluationPeriods"},
		"an alarm on nothing":                       {"alarms", `MetricName: Throttles`, "MetricName: Throttled", "no code writes the metric AWS/Lambda Throttled"},
		"an alarm without actions":                  {"alarms", `TreatMissingData: breaching\n      AlarmActions: \[!Ref AlarmTopic\]`, "TreatMissingData: breaching", "it lacks AlarmActions"},
		"missing data counted as good":              {"alarms", `TreatMissingData: breaching`, "TreatMissingData: notBreaching", "a missing pager heartbeat"},
		"a period of 50 seconds":                    {"alarms", `Period: 60`, "Period: 50", "a period of 50 seconds"},
		"4 of 3 periods":                            {"alarms", `DatapointsToAlarm: 3`, "DatapointsToAlarm: 4", "can never be bad"},
		"rate(1 minutes)":                           {"schedules", `ScheduleExpression: rate\(1 minute\)`, "ScheduleExpression: rate(1 minutes)", `template.yaml: Pager: Events: EachMinute: ScheduleExpression: expected rate(1 minute), got "rate(1 minutes)"`},
		"a journey without a schedule":              {"schedules", `(?s)        CreateOrder:.*?        OrderApi:`, "        OrderApi:", `"create-order" has 0 schedules`},
		"a cadence that differs from the journey's": {"schedules", `cron\(38 \*`, "cron(38 0/2", `template.yaml: Probe: Events: SiteSweep: ScheduleExpression: expected rate(1 hour), the Every of the journey "site-sweep" in probes/, got cron(38 0/2 * * ? *)`},
		"an interval that is none":                  {"schedules", `cron\(2/5`, "cron(2/7", `ScheduleExpression: expected rate(5 minutes), which the event's every is, got cron(2/7 * * * ? *); runs must come at a fixed interval`},
		"one minute for two":                        {"schedules", `rate\(\$\{Cadence\}\)`, "cron(2/5 * * * ? *)", "2 journeys each 5 minutes begin at the same minute"},
		"an unknown journey":                        {"schedules", `"journey":"print-card"`, `"journey":"print-cards"`, `there is no journey "print-cards" in probes.All`},
		"no slot":                                   {"schedules", `,"slot":"<aws.scheduler.scheduled-time>"`, "", `Input: slot: expected "<aws.scheduler.scheduled-time>"`},
		"two cadences":                              {"schedules", `ScheduleExpression: !Sub "rate\(\$\{Cadence\}\)"`, "ScheduleExpression: rate(7 minutes)", `Input: no every, so the default Cadence: expected "7 minutes", as ScheduleExpression is rate(7 minutes), got "1 minute"; set "every":"7 minutes" in Input`},
		"an interval that differs from the event's": {
			"schedules", `"every":"5 minutes"`, `"every":"4 minutes"`,
			`Input: every: expected "5 minutes", as ScheduleExpression is cron(2/5 * * * ? *), got "4 minutes"; set "every":"5 minutes" in Input`,
		},
		"an irregular schedule":               {"schedules", `cron\(38 \*`, "cron(0 6/5", "got cron(0 6/5 * * ? *); runs must come at a fixed interval"},
		"a schedule with the name of another": {"schedules", `Name: create-order`, "Name: print-card", `Name: expected "create-order", the journey of its Input, got "print-card"`},
		"two schedules":                       {"schedules", `"journey":"create-order"`, `"journey":"print-card"`, `"print-card" has 2 schedules; expected 1: remove the others there`},
		"no queue for undelivered events": {
			"schedules", `            DeadLetterConfig: \{Arn: !GetAtt DeadLetters.Arn\}\n`, "", "it lacks DeadLetterConfig",
		},
		"an unread variable":               {"environment", `VALKYRIE_PAGER: !Sub`, "VALKYRIE_PAGERS: !Sub", "no code reads VALKYRIE_PAGERS"},
		"a missing variable":               {"environment", `          VALKYRIE_TABLE: [^\n]*\n`, "", "VALKYRIE_TABLE is not set"},
		"a secret in a variable":           {"environment", `VALKYRIE_PING_URL: !Ref PingUrl`, "TWILIO_AUTH_TOKEN: !Ref PingUrl", "looks like a secret"},
		"an invalid value":                 {"environment", `VALKYRIE_EVERY: !Ref Cadence`, "VALKYRIE_EVERY: often", `VALKYRIE_EVERY is "often"`},
		"an unused parameter":              {"declared", `VALKYRIE_PING_URL: !Ref PingUrl`, "VALKYRIE_PING_URL: x", "PingUrl is not used"},
		"an invalid default":               {"declared", `Default: 1 minute`, "Default: 1 minutes", "Cadence does not allow"},
		"a parameter without a constraint": {"declared", `    AllowedPattern: "\(https:[^\n]*\n`, "", "PingUrl has no constraint"},
		"another deployment's metrics":     {"dashboards", `Deployment=\\"\$\{Name\}\\" Journey`, `Deployment=\"valkyrie\" Journey`, `the metrics of the deployment "valkyrie"`},
		"another's open incidents":         {"dashboards", `"OpenIncidents", "Deployment", "\$\{Name\}"`, `"OpenIncidents", "Deployment", "valkyrie"`, `the metrics of the deployment "valkyrie"`},
		"a number of all deployments":      {"dashboards", `"OpenIncidents", "Deployment", "\$\{Name\}"`, `"OpenIncidents"`, "OpenIncidents by []"},
		"another's heartbeat":              {"alarms", `(MetricName: Heartbeat\n      Dimensions: \[\{Name: Deployment, Value: )!Ref Name`, "${1}valkyrie", `the metrics of the deployment "valkyrie"`},
		"any heartbeat":                    {"alarms", `(MetricName: Heartbeat\n)      Dimensions: [^\n]*\n`, "${1}", "Heartbeat by []"},
		"metrics under another name":       {"environment", `VALKYRIE_DEPLOYMENT: !Ref Name`, "VALKYRIE_DEPLOYMENT: valkyrie", "its metrics are those of valkyrie"},
		"no alarm for subscribers":         {"alarms", `MetricName: Untold`, "MetricName: PagesFailed", "subscribers that cannot be notified"},
		"a public status page":             {"contained", `\n              Condition: \{StringEquals: \{"aws:SourceArn": !Ref StatusReader\}\}`, "", "StatusBucketPolicy admits any principal"},
		"a public bucket":                  {"contained", `BlockPublicPolicy: true`, "BlockPublicPolicy: false", "BlockPublicPolicy is not true"},
		"plain text":                       {"contained", `"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`, "without TLS"},
		"a table deleted with its stack":   {"contained", `(?s)(Condition: MakesTable\n    DeletionPolicy): RetainExceptOnCreate`, "${1}: Delete", "Table would be deleted"},
		"a log without retention":          {"contained", `\n      RetentionInDays: !Ref LogRetention`, "", "ProbeLog has no retention limit"},
	} {
		t.Run(name, func(t *testing.T) {
			re := regexp.MustCompile(c.old)
			if name == "a region not shown" { // remove it from each widget
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
