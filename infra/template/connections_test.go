package template_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"valkyrie/infra/environ"
)

// runs follows a function to the resources that it runs on: its name, log group, build, layer and queue, and the names in its environment.
func (s *stack) runs(all map[string]map[string]any, id string) (faults []string) {
	p := at(all[id], "Properties")
	wrong := func(property string, got any, want string) {
		faults = append(faults, fmt.Sprintf("%s: %s: expected %s, got %v", id, property, want, got))
	}
	name := s.named(id)
	if want := fmt.Sprintf("%v-%s", s.parameters["Name"], strings.ToLower(id)); name != want {
		wrong("FunctionName", name, want+", by which the other functions and the commands invoke it")
	}
	if want := "/aws/lambda/" + name; at(p, "LoggingConfig", "LogGroup") != want || all[id+"Log"] == nil || s.named(id+"Log") != want {
		wrong("LoggingConfig", at(p, "LoggingConfig"), "the log group "+want+" of "+id+"Log")
	}
	if at(all[id], "Metadata", "BuildMethod") != "makefile" || at(p, "CodeUri") != "." || at(p, "Handler") != "bootstrap" {
		wrong("CodeUri", p, "the build by the Makefile, whose program is bootstrap")
	}
	if failed := at(p, "EventInvokeConfig", "DestinationConfig", "OnFailure"); id != "Webhook" && (at(failed, "Destination") != s.arn("DeadLetters") || at(failed, "Type") != "SQS") {
		wrong("EventInvokeConfig", at(p, "EventInvokeConfig"), "the queue DeadLetters for events that failed")
	}
	if layers := list(at(p, "Layers")); id != "Probe" && len(layers) > 0 {
		wrong("Layers", layers, "none: it would start later")
	}
	for _, layer := range list(at(p, "Layers")) {
		if all["Chrome"] == nil || layer != s.arn("Chrome") {
			wrong("Layers", layer, "the layer Chrome")
		}
		if layer := all["Chrome"]; at(layer, "Metadata", "BuildMethod") != "makefile" || at(layer, "Properties", "ContentUri") != "." {
			wrong("Layers", layer, "the build of the layer Chrome by the Makefile")
		}
		for property, of := range map[string]string{"CompatibleRuntimes": "Runtime", "CompatibleArchitectures": "Architectures"} {
			if used := list(at(p, of)); len(used) != 1 || !slices.Contains(list(at(all["Chrome"], "Properties", property)), used[0]) {
				wrong(of, used, "one that the layer Chrome is made for")
			}
		}
	}
	return append(faults, s.names(all, id)...)
}

// chromeInLayer is the path that infra/chrome/layer lays the program out at.
const chromeInLayer = "/opt/chrome/chromium"

// names follows the names in a function's environment to the resources that have them.
func (s *stack) names(all map[string]map[string]any, id string) (faults []string) {
	v := s.variables(id)
	variables := at(all[id], "Properties", "Environment", "Variables")
	same := func(variable, got, want string) {
		if got != want {
			faults = append(faults, fmt.Sprintf("%s: %s: expected %q, got %q", id, variable, want, got))
		}
	}
	p := s.parameters
	same(environ.HomeRegion, v.HomeRegion, text(p["HomeRegion"]))
	same(environ.StandbyRegion, v.StandbyRegion, text(p["StandbyRegion"]))
	if all["Table"] != nil {
		same(environ.Table, v.Table, s.named("Table"))
	}
	if existing := text(p["ExistingTable"]); existing != "" {
		same(environ.Table, v.Table, existing)
	}
	secrets := map[string]string{"Probe": "probe/", "Pager": "phone/" + environ.TwilioToken, "Webhook": "phone/"}[id]
	source := "ssm:" + text(p["SecretsPath"]) + secrets
	if p["SecretsIn"] == "secretsmanager" {
		kind, _, _ := strings.Cut(secrets, "/")
		source = "secretsmanager:" + text(p["SecretsPath"]) + kind
	}
	same(environ.Secrets, v.Secrets, source)
	if begins := v.Evidence; id != "Probe" && (!strings.HasPrefix(s.named("Evidence"), begins) || !strings.HasSuffix(begins, "-evidence-")) {
		faults = append(faults, fmt.Sprintf("%s: %s: expected the beginning of the bucket's name %s, got %q", id, environ.Evidence, s.named("Evidence"), begins))
	}
	switch id {
	case "Probe":
		same(environ.Bucket, v.Bucket, s.named("Evidence"))
		same(environ.ProbeRegions, strings.Join(v.ProbeRegions, ","), text(p["ProbeRegions"]))
		same(environ.Pager, v.Pager, text(p["Name"])+"-pager")
		same(environ.Site, v.Site.String(), text(p["SiteUrl"]))
		same(environ.Chrome, text(at(variables, environ.Chrome)), chromeInLayer)
		if len(list(at(all[id], "Properties", "Layers"))) != 1 {
			faults = append(faults, "Probe: expected the layer Chrome, whose program "+environ.Chrome+" names")
		}
	case "Pager":
		same(environ.Account, v.Account, text(p["TwilioAccountSid"]))
		same(environ.ProbeRegions, strings.Join(v.ProbeRegions, ","), text(p["ProbeRegions"]))
		same(environ.CallbackURL, v.CallbackURL, strings.TrimSuffix(text(s.attribute("WebhookUrl", "FunctionUrl")), "/"))
		tell := "ssm:" + text(p["SecretsPath"]) + "tell/"
		if p["SecretsIn"] == "secretsmanager" {
			tell = "secretsmanager:" + text(p["SecretsPath"]) + "tell"
		}
		same(environ.TellSecrets, v.TellSecrets, tell)
		same(environ.EventBus, v.EventBus, text(p["EventBusArn"]))
		if all["StatusBucket"] != nil {
			same(environ.StatusBucket, v.StatusBucket, s.named("StatusBucket"))
		}
	case "Webhook":
		same(environ.Account, v.Account, text(p["TwilioAccountSid"]))
		same(environ.Pager, v.Pager, s.named("Pager"))
	}
	return faults
}

// scheduled follows each schedule to its group, its role, its function and the queue of undelivered events.
func (s *stack) scheduled(all map[string]map[string]any) (faults []string) {
	var calls []call
	for _, id := range []string{"Probe", "Pager"} {
		events, _ := at(all[id], "Properties", "Events").(map[string]any)
		for name, e := range events {
			p := at(e, "Properties")
			where := id + ": " + name
			if all["Group"] == nil || at(p, "GroupName") != s.named("Group") {
				faults = append(faults, fmt.Sprintf("%s: GroupName: expected the group of the output ScheduleGroup, got %v", where, at(p, "GroupName")))
			}
			if roleOf(all, at(p, "RoleArn")) != "ScheduleRole" {
				faults = append(faults, fmt.Sprintf("%s: RoleArn: expected ScheduleRole, got %v", where, at(p, "RoleArn")))
			}
			queue := text(at(p, "DeadLetterConfig", "Arn"))
			if queue != s.arn("DeadLetters") {
				faults = append(faults, fmt.Sprintf("%s: DeadLetterConfig: expected the queue DeadLetters, which the alarm watches, got %q", where, queue))
			}
			state, want := at(p, "State"), s.parameters["Schedules"]
			if id == "Pager" {
				want = nil // a pause of the probes pauses no calls
			}
			if state != want {
				faults = append(faults, fmt.Sprintf("%s: State: expected %v, got %v", where, want, state))
			}
			calls = append(calls, call{"lambda:InvokeFunction", s.arn(id)}, call{"sqs:SendMessage", queue})
		}
	}
	if all["ScheduleRole"] == nil {
		return append(faults, "there is no ScheduleRole")
	}
	faults = append(faults, assumed("ScheduleRole", all["ScheduleRole"], schedulerService)...)
	return append(faults, permitted("ScheduleRole", s.grants("ScheduleRole", all["ScheduleRole"]), calls)...)
}

// policies follows each bucket's policy to the bucket, and an admitted reader to the files that are written there.
func (s *stack) policies(all map[string]map[string]any) (faults []string) {
	for bucket, policy := range map[string]string{"Evidence": "EvidencePolicy", "StatusBucket": "StatusBucketPolicy"} {
		if (all[bucket] == nil) != (all[policy] == nil) {
			faults = append(faults, fmt.Sprintf("expected %s and %s under the same condition", bucket, policy))
			continue
		}
		if all[bucket] == nil {
			continue
		}
		p := at(all[policy], "Properties")
		if at(p, "Bucket") != s.named(bucket) {
			faults = append(faults, fmt.Sprintf("%s: Bucket: expected %s, got %v", policy, bucket, at(p, "Bucket")))
		}
		for _, statement := range list(at(p, "PolicyDocument", "Statement")) {
			faults = append(faults, prefixed(policy, s.statement(bucket, statement))...)
		}
	}
	return faults
}

// statement checks a statement of a bucket's policy: a denial must cover the bucket and all its files; a permission only
// the files that the pager writes, for one distribution.
func (s *stack) statement(bucket string, statement any) (faults []string) {
	resources := slices.Clone(list(at(statement, "Resource")))
	if at(statement, "Effect") == "Deny" {
		if want := []any{s.arn(bucket), s.arn(bucket) + "/*"}; !slices.Equal(resources, want) || at(statement, "Principal") != "*" || at(statement, "Action") != "s3:*" {
			faults = append(faults, fmt.Sprintf("expected that it denies everything on %v, got %v", want, statement))
		}
		return faults
	}
	var want []any
	for _, c := range s.calls("Pager") {
		if strings.HasPrefix(c.arn, s.arn(bucket)+"/") {
			want = append(want, c.arn)
		}
	}
	for _, list := range [][]any{want, resources} {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(text(a), text(b)) })
	}
	if !slices.Equal(resources, want) || at(statement, "Action") != "s3:GetObject" || at(statement, "Principal", "Service") != "cloudfront.amazonaws.com" {
		faults = append(faults, fmt.Sprintf("expected that CloudFront may get %v, got %v", want, statement))
	}
	if at(statement, "Condition", "StringEquals", "aws:SourceArn") != s.parameters["StatusReader"] {
		faults = append(faults, "expected the condition that the distribution is StatusReader")
	}
	return faults
}

// address checks the public address: the callbacks of Twilio need no signature of AWS, and the whole answer at once. For
// AuthType NONE the transform adds the permissions lambda:InvokeFunctionUrl and lambda:InvokeFunction.
func (s *stack) address(all map[string]map[string]any) (faults []string) {
	for id, r := range all {
		if url := at(r, "Properties", "FunctionUrlConfig"); url != nil && id != "Webhook" {
			faults = append(faults, id+": expected no public address, got one")
		}
		if r["Type"] == "AWS::Lambda::Permission" {
			faults = append(faults, id+": expected no permission besides those that the transform adds")
		}
	}
	if all["Webhook"] == nil {
		return faults
	}
	if url := at(all["Webhook"], "Properties", "FunctionUrlConfig"); at(url, "AuthType") != "NONE" || at(url, "InvokeMode") != "BUFFERED" || at(url, "Cors") != nil {
		faults = append(faults, fmt.Sprintf("Webhook: FunctionUrlConfig: expected AuthType NONE and InvokeMode BUFFERED, got %v", url))
	}
	return faults
}

// readOutputs matches the names of outputs in infra/deploy.sh and infra/doctor.
var readOutputs = map[string]*regexp.Regexp{
	"../deploy.sh": regexp.MustCompile(`output "?[$a-z]+"? ([A-Za-z]+)`),
	"../doctor":    regexp.MustCompile(`outputs\["([A-Za-z]+)"\]`),
}

// outputs compares the outputs that deploy.sh and doctor read with the stack's, and their values with the resources.
func (s *stack) outputs(all map[string]map[string]any) (faults []string) {
	outputs := map[string]any{}
	for name, o := range s.doc.section("Outputs") {
		if condition := text(at(o, "Condition")); condition == "" || s.holds(condition) {
			outputs[name] = s.value(at(o, "Value"))
		}
	}
	pages, page, subscribers := all["Pager"] != nil, all["StatusBucket"] != nil, all["StatusTopic"] != nil
	for name, want := range map[string]struct {
		exists bool
		value  func() string
	}{
		"WebhookUrl": {pages, func() string { return strings.TrimSuffix(text(s.attribute("WebhookUrl", "FunctionUrl")), "/") }},
		"DashboardUrl": {all["Dashboard"] != nil, func() string {
			return fmt.Sprintf("https://%s.console.aws.amazon.com/cloudwatch/home?region=%s#dashboards/dashboard/%v", s.region, s.region, s.parameters["Name"])
		}},
		"TableName":      {pages, func() string { return s.variables("Pager").Table }},
		"PagerFunction":  {pages, func() string { return s.named("Pager") }},
		"ProbeFunction":  {true, func() string { return s.named("Probe") }},
		"EvidenceBucket": {true, func() string { return s.named("Evidence") }},
		"ScheduleGroup":  {true, func() string { return s.named("Group") }},
		"AlarmTopic":     {true, func() string { return s.arn("AlarmTopic") }},
		"StatusBucket":   {page, func() string { return s.named("StatusBucket") }},
		"StatusOrigin":   {page, func() string { return text(s.attribute("StatusBucket", "RegionalDomainName")) }},
		"StatusTopic":    {subscribers, func() string { return s.arn("StatusTopic") }},
	} {
		got, exists := outputs[name]
		switch {
		case exists != want.exists:
			faults = append(faults, fmt.Sprintf("the output %s: expected that it exists: %v, got %v", name, want.exists, exists))
		case exists && got != want.value():
			faults = append(faults, fmt.Sprintf("the output %s: expected %q, got %v", name, want.value(), got))
		}
	}
	return faults
}

// missingOutputs reports outputs that deploy.sh or doctor reads, and the template lacks.
func missingOutputs(d document) (faults []string) {
	for path, name := range readOutputs {
		files := []string{path}
		if entries, err := os.ReadDir(path); err == nil {
			files = nil
			for _, e := range entries {
				files = append(files, path+"/"+e.Name())
			}
		}
		found := 0
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				faults = append(faults, err.Error())
			}
			for _, m := range name.FindAllStringSubmatch(string(body), -1) {
				found++
				if d.section("Outputs")[m[1]] == nil {
					faults = append(faults, fmt.Sprintf("the output %s, which %s reads, is missing", m[1], file))
				}
			}
		}
		if found < 3 {
			faults = append(faults, fmt.Sprintf("only %d outputs were found in %s; update this test", found, path))
		}
	}
	return faults
}
