package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"valkyrie/functions/lambdatest"
	"valkyrie/infra/environ"
	"valkyrie/infra/status"
)

// deployments are the sets of parameters that the wiring is followed with.
func deployments() map[string]map[string]any {
	with := func(given map[string]any, set map[string]any) map[string]any {
		given = maps.Clone(given)
		maps.Copy(given, set)
		return given
	}
	return map[string]map[string]any{
		"as shipped":                   parameters(),
		"everything":                   everything(),
		"ten regions, Secrets Manager": with(everything(), map[string]any{"SecretsIn": "secretsmanager", "SecretsPath": "/other/place/", "ProbeRegions": strings.Join(tenRegions, ",")}),
		"no standby":                   with(parameters(), map[string]any{"StandbyRegion": "", "ProbeRegions": home + "," + third, "StatusPage": "ENABLED"}),
		"existing endpoints":           with(parameters(), map[string]any{"SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d"}),
		"gateways only": with(parameters(), map[string]any{
			"SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d", "VpcId": "vpc-0a1b2c3d", "RouteTableIds": "rtb-0a1b2c3d,rtb-0a1b2c3e",
		}),
		"interfaces only":      with(everything(), map[string]any{"RouteTableIds": ""}),
		"endpoints, no traces": with(everything(), map[string]any{"Traces": "DISABLED"}),
		"a key, no standby":    with(parameters(), map[string]any{"KeyId": multiRegionKey, "StandbyRegion": "", "ProbeRegions": home + "," + third}),
		"an older table": with(parameters(), map[string]any{
			"ExistingTable": "kept", "Name": "later", "Schedules": "DISABLED", "EventBusArn": everything()["EventBusArn"],
		}),
	}
}

// wiring resolves the template in each kind of region, and follows the connections between its resources, and from the code
// to them.
func wiring(d document) []string {
	var faults []string
	for name, given := range deployments() {
		stacks := map[string]*stack{}
		for _, region := range []string{home, standby, third} {
			stacks[region] = newStack(d, region, given)
		}
		for region, s := range stacks {
			found := append(s.wiring(), between(s, stacks)...)
			faults = append(faults, prefixed(fmt.Sprintf("%s, in %s", name, region), append(found, s.faults...))...)
		}
	}
	faults = append(faults, missingOutputs(d)...)
	slices.Sort(faults)
	return slices.Compact(faults)
}

// wiring follows the connections within one stack.
func (s *stack) wiring() []string {
	all := s.resources()
	var faults []string
	for _, id := range []string{"Probe", "Pager", "Webhook"} {
		if all[id] == nil {
			continue
		}
		faults = append(faults, s.role(all, id)...)
		faults = append(faults, s.separate(all, id)...)
		faults = append(faults, s.runs(all, id)...)
	}
	faults = append(faults, s.scheduled(all)...)
	faults = append(faults, s.policies(all)...)
	faults = append(faults, s.address(all)...)
	faults = append(faults, s.outputs(all)...)
	faults = append(faults, s.private(all)...)
	faults = append(faults, s.encrypted(all)...)
	return append(faults, s.present(all)...)
}

// role follows a function to its role, and from each call of its code to the statement that allows it.
func (s *stack) role(all map[string]map[string]any, id string) []string {
	role := roleOf(all, at(all[id], "Properties", "Role"))
	if role == "" {
		return []string{fmt.Sprintf("%s: expected as Role the ARN of a role of this stack, got %v", id, at(all[id], "Properties", "Role"))}
	}
	if role != id+"Role" {
		return []string{fmt.Sprintf("%s: expected %sRole, a role of its own, got %s", id, id, role)}
	}
	return append(assumed(role, all[role], lambdaService), permitted(role, s.grants(role, all[role]), s.calls(id))...)
}

// separate reports calls that only another function makes, and a function's role allows.
func (s *stack) separate(all map[string]map[string]any, id string) (faults []string) {
	grants, calls := s.grants(id+"Role", all[id+"Role"]), s.calls(id)
	for _, other := range []string{"Probe", "Pager", "Webhook"} {
		if other == id || all[other] == nil {
			continue
		}
		for _, c := range s.calls(other) {
			ours := slices.ContainsFunc(calls, c.isPartOf) || c.action == "sns:Publish" && id != "Probe" // which the failover channel needs on any
			if !ours && slices.ContainsFunc(grants, func(g grant) bool { return g.allows(c) }) {
				faults = append(faults, fmt.Sprintf("%sRole allows %s on %s, which only %s calls", id, c.action, c.arn, other))
			}
		}
	}
	return append(faults, s.buckets(all, id, grants)...)
}

// buckets reports files of a bucket that a function has nothing to do with, and its role's pattern of names includes.
func (s *stack) buckets(all map[string]map[string]any, id string, grants []grant) (faults []string) {
	for bucket, r := range all {
		if r["Type"] != "AWS::S3::Bucket" || slices.ContainsFunc(s.calls(id), func(c call) bool { return strings.HasPrefix(c.arn, s.arn(bucket)+"/") }) {
			continue
		}
		for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
			file := call{action, s.arn(bucket) + "/index.html"}
			if slices.ContainsFunc(grants, func(g grant) bool { return g.allows(file) }) {
				faults = append(faults, fmt.Sprintf("%sRole allows %s on %s, which is not its bucket", id, action, file.arn))
			}
		}
	}
	return faults
}

// roleOf returns the logical name of the role with an ARN; "" if the stack has none.
func roleOf(all map[string]map[string]any, arn any) string {
	for id, r := range all {
		if r["Type"] == "AWS::IAM::Role" && arn == fmt.Sprintf("arn:aws:iam::%s:role/%s-1a2b3c", account, strings.ToLower(id)) {
			return id
		}
	}
	return ""
}

// variables returns a function's environment, as it reads it.
func (s *stack) variables(id string) environ.Variables {
	function := strings.ToLower(id)
	set, _ := at(s.resources()[id], "Properties", "Environment", "Variables").(map[string]any)
	v, err := environ.Read(function, func(name string) string {
		if name == "AWS_REGION" {
			return s.region
		}
		if set[name] == nil {
			return ""
		}
		return fmt.Sprint(set[name])
	})
	if err != nil {
		s.fault("%s: %v", id, err)
	}
	return v
}

// rowCalls lists the requests of each function for rows, with the keys as part of the action: "dynamodb:PutItem on RUN#*". The tests of the
// functions record them.
var rowCalls = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, n := range lambdatest.Needs() {
		all[n.Function] = append(all[n.Function], n.Action+onRows+n.Key)
	}
	return all
})

// onRows separates an action from the partition keys that it is allowed on, by the condition dynamodb:LeadingKeys.
const onRows = " on "

// calls lists the requests of a function's code with the resources that its environment leads to, and those that Lambda
// makes with its role.
func (s *stack) calls(id string) []call {
	v := s.variables(id)
	arn := func(service, region, resource string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, account, resource)
	}
	all := s.lambdasOwn(id)
	pagers := []string{v.HomeRegion}
	if v.StandbyRegion != "" {
		pagers = append(pagers, v.StandbyRegion)
	}
	for _, region := range pagers {
		for _, action := range rowCalls()[v.Function] {
			all = append(all, call{action, arn("dynamodb", region, "table/"+v.Table)})
		}
	}
	all = append(all, s.secretCalls(v.Secrets)...)
	switch v.Function {
	case environ.FunctionProbe:
		for _, region := range pagers {
			all = append(all, call{"lambda:InvokeFunction", arn("lambda", region, "function:"+v.Pager)})
		}
		all = append(all, call{"s3:PutObject", "arn:aws:s3:::" + v.Bucket + "/2026-11-30/print-card/run/screenshot.png"})
		if v.Traces {
			all = append(all, call{"xray:PutTraceSegments", "*"})
		}
	case environ.FunctionPager:
		all = append(all, failover...)
		all = append(all, s.secretCalls(v.TellSecrets)...)
		if v.StatusBucket != "" {
			files, _ := status.Page{}.Files() // its error leaves the permission unused, which is reported
			for _, file := range files {
				all = append(all, call{"s3:PutObject", "arn:aws:s3:::" + v.StatusBucket + "/" + file.Name})
			}
		}
		if v.StatusTopic != "" {
			all = append(all, call{"sns:Publish", v.StatusTopic})
		}
		if v.EventBus != "" {
			all = append(all, call{"events:PutEvents", v.EventBus})
		}
	case environ.FunctionWebhook:
		all = append(all, failover...)
		all = append(all, call{"lambda:InvokeFunction", arn("lambda", s.region, "function:"+v.Pager)})
		all = append(all, call{"s3:GetObject", "arn:aws:s3:::" + s.named("Evidence") + "/2026-11-30/print-card/run/screenshot.png"})
		all = append(all, call{"s3:GetObject", "arn:aws:s3:::" + v.Evidence + "another-region/2026-11-30/print-card/run/screenshot.png"})
	}
	return append(all, s.keyCalls(all)...)
}

// failover are the requests of infra/amazon: a text has no resource, and alerts.yaml names topic and number.
var failover = []call{
	{"sns:Publish", "*"},
	{"sns:Publish", "arn:aws:sns:eu-west-3:" + account + ":a-topic-of-alerts-yaml"},
	{"sms-voice:SendVoiceMessage", "arn:aws:sms-voice:eu-west-3:" + account + ":phone-number/phone-1"},
}

// lambdasOwn lists the requests that Lambda makes with a function's role: for its log, for events that failed, and for its VPC.
func (s *stack) lambdasOwn(id string) []call {
	p := at(s.resources()[id], "Properties")
	group := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s:log-stream:1", s.region, account, text(at(p, "LoggingConfig", "LogGroup")))
	all := []call{{"logs:CreateLogStream", group}, {"logs:PutLogEvents", group}}
	if queue := text(at(p, "EventInvokeConfig", "DestinationConfig", "OnFailure", "Destination")); queue != "" {
		all = append(all, call{"sqs:SendMessage", queue})
	}
	if at(p, "VpcConfig") != nil {
		for _, action := range networkCalls {
			all = append(all, call{action, "*"})
		}
	}
	return all
}

// secretCalls lists the requests for a source of secrets, as infra/secrets makes them.
func (s *stack) secretCalls(source string) []call {
	kind, name, _ := strings.Cut(source, ":")
	parameter := fmt.Sprintf("arn:aws:ssm:%s:%s:parameter%s", s.region, account, name)
	switch {
	case kind == "ssm" && strings.HasSuffix(name, "/"):
		return []call{{"ssm:GetParametersByPath", strings.TrimSuffix(parameter, "/")}, {"ssm:GetParametersByPath", parameter + "name"}}
	case kind == "ssm":
		return []call{{"ssm:GetParameter", parameter}}
	case kind == "secretsmanager":
		return []call{{"secretsmanager:GetSecretValue", fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s-Ab1Cd2", s.region, account, name)}}
	}
	s.fault("expected a source of secrets, ssm:... or secretsmanager:..., got %q", source)
	return nil
}
