package template_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"valkyrie/infra/environ"
)

// left lists the variables that the template leaves unset on purpose.
var left = map[string]string{
	environ.Alerts:      "the alerts.yaml that was built in is the one in use",
	environ.PhoneAPI:    "the calls go to Twilio itself",
	environ.CallbackURL: "of the webhook, which learns its own address from the requests: the template would go round in a circle",
}

// environment compares the variables that each function is given with those that it reads.
func environment(d document) []string {
	return append(environmentOf(d, parameters()), environmentOf(d, everything())...)
}

func environmentOf(d document, given map[string]any) []string {
	var faults []string
	s := newStack(d, home, given)
	all := s.resources()
	for id, function := range map[string]string{"Probe": environ.FunctionProbe, "Pager": environ.FunctionPager, "Webhook": environ.FunctionWebhook} {
		set, _ := at(all[id], "Properties", "Environment", "Variables").(map[string]any)
		variables := map[string]string{"AWS_REGION": s.region}
		for name, value := range set {
			variables[name] = fmt.Sprint(value)
			if !environ.Reads(function, name) {
				faults = append(faults, fmt.Sprintf("%s: no code reads %s", id, name))
			}
			if regexp.MustCompile(`(?i)token|password|secret`).MatchString(name) && name != environ.Secrets && name != environ.TellSecrets {
				faults = append(faults, fmt.Sprintf("%s: %s looks like a secret; set its source instead", id, name))
			}
		}
		for _, name := range slices.Concat(environ.Required(function), environ.Optional(function)) {
			if _, ok := set[name]; !ok && left[name] == "" {
				faults = append(faults, fmt.Sprintf("%s: %s is not set", id, name))
			}
		}
		if variables[environ.Name] != "" && variables[environ.Name] != s.parameters["Name"] {
			faults = append(faults, fmt.Sprintf("%s: its metrics are those of %s", id, variables[environ.Name]))
		}
		if _, err := environ.Read(function, func(name string) string { return variables[name] }); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", id, err))
		}
	}
	return append(faults, s.faults...)
}

// examples are values that the pattern of a parameter allows, and, after the bar, some that it refuses, with blanks between them.
var examples = map[string]string{
	"Name":             "valkyrie v2 a-team-in-berlin-with-its-shops | v Valkyrie 2nd a_b a-name-that-is-longer-than-thirty-one",
	"SiteUrl":          "https://shop.example.com http://127.0.0.1:8080 https://example.com/shop | https://shop.example.com/ shop.example.com https://example.com/?a=b",
	"HomeRegion":       "eu-west-1 us-gov-west-1 ap-southeast-2 | eu-west eu-west-1,eu-west-2 EU-WEST-1",
	"StandbyRegion":    "eu-west-1 | eu-west-1,eu-west-2 none",
	"ProbeRegions":     "eu-west-1 eu-west-1,us-east-1 " + times(10, "eu-west-1") + " | eu-west-1,,us-east-1 eu-west-1;us-east-1 " + times(11, "eu-west-1"),
	"SubnetIds":        "subnet-0a1b2c3d " + times(16, "subnet-0a1b2c3d") + " | sg-0a1b2c3d subnet-1 " + times(17, "subnet-0a1b2c3d"),
	"SecurityGroupIds": "sg-0a1b2c3d " + times(5, "sg-0a1b2c3d") + " | subnet-0a1b2c3d " + times(6, "sg-0a1b2c3d"),
	"VpcId":            "vpc-0a1b2c3d | vpc-0a1b2c3d,vpc-0a1b2c3e subnet-0a1b2c3d",
	"RouteTableIds":    "rtb-0a1b2c3d " + times(16, "rtb-0a1b2c3d") + " | vpc-0a1b2c3d " + times(17, "rtb-0a1b2c3d"),
	"KeyId":            "mrk-0123456789abcdef0123456789abcdef 01234567-89ab-cdef-0123-456789abcdef | alias/valkyrie mrk-0123 arn:aws:kms:eu-west-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef",
	"Cadence":          "1_minute 2_minutes 15_minutes | 1_minutes 16_minutes 20_minutes 1_hour 0_minutes",
	"TwilioAccountSid": "AC00000000000000000000000000000000 | AC0 SK00000000000000000000000000000000",
	"SecretsPath":      "/valkyrie/ /a/b/ | /valkyrie valkyrie/ / //",
	"AlarmEmail":       "ops@example.com | ops ops@example.com,dev@example.com@",
	"PingUrl":          "https://ping.example.com/1 | http://ping.example.com",
	"StatusReader":     "arn:aws:cloudfront::111122223333:distribution/E1A2B3 arn:aws-cn:cloudfront::111122223333:distribution/E1A2B3 | E1A2B3 arn:aws:s3:::bucket",
	"EventBusArn":      "arn:aws:events:eu-west-1:111122223333:event-bus/default | default arn:aws:sns:eu-west-1:111122223333:default",
	"ExistingTable":    "kept a.b-c_D | a a/b",
}

// times returns a value n times, joined by commas.
func times(n int, value string) string {
	return strings.Join(slices.Repeat([]string{value}, n), ",")
}

// patterns compares the patterns of the parameters with the examples. An underscore in an example is a blank where the pattern has blanks.
func patterns(d document) (faults []string) {
	for name, p := range d.section("Parameters") {
		if at(p, "AllowedPattern") == nil {
			continue
		}
		allowed, refused, ok := strings.Cut(examples[name], " | ")
		if !ok {
			faults = append(faults, fmt.Sprintf("the parameter %s has a pattern: list examples in settings_test.go", name))
		}
		for values, want := range map[string]bool{allowed: true, refused: false} {
			for value := range strings.FieldsSeq(values) {
				if name == "Cadence" {
					value = strings.ReplaceAll(value, "_", " ")
				}
				if allows(p, value) != want {
					faults = append(faults, fmt.Sprintf("the parameter %s allows %q: expected %v, got %v", name, value, want, !want))
				}
			}
		}
	}
	return faults
}

// declared compares the parameters with their uses, descriptions and defaults.
func declared(d document) []string {
	var faults []string
	used := map[string]bool{}
	for _, part := range []string{"Resources", "Conditions", "Outputs", "Rules", "Globals"} {
		walk(d.all[part], func(v any) {
			m, _ := v.(map[string]any)
			used[text(m["Ref"])] = true
			if sub := list(m["Fn::Sub"]); len(sub) > 0 {
				for _, found := range placeholder.FindAllStringSubmatch(text(sub[0]), -1) {
					used[found[1]] = true
				}
			}
		})
	}
	for name, p := range d.section("Parameters") {
		if !used[name] {
			faults = append(faults, fmt.Sprintf("the parameter %s is not used", name))
		}
		if text(at(p, "Description")) == "" {
			faults = append(faults, fmt.Sprintf("the parameter %s has no description", name))
		}
		bounded := at(p, "AllowedPattern") != nil || at(p, "AllowedValues") != nil || at(p, "MinValue") != nil
		if !bounded && name != "ChromeFlags" {
			faults = append(faults, fmt.Sprintf("the parameter %s has no constraint", name))
		}
		for _, value := range []any{at(p, "Default"), parameters()[name], everything()[name]} {
			if value != nil && !allows(p, value) {
				faults = append(faults, fmt.Sprintf("the parameter %s does not allow %q", name, value))
			}
		}
		if !grouped(d, name) {
			faults = append(faults, fmt.Sprintf("the parameter %s is in no group", name))
		}
	}
	for _, part := range []string{"Resources", "Outputs"} {
		walk(d.all[part], func(v any) {
			if strings.Contains(text(v), "arn:aws:") {
				faults = append(faults, fmt.Sprintf("%.80q: expected ${AWS::Partition} for aws, which differs in China and for governments", v))
			}
		})
	}
	return append(faults, patterns(d)...)
}

// allows reports whether a parameter allows a value.
func allows(p, value any) bool {
	if values := list(at(p, "AllowedValues")); len(values) > 0 {
		return slices.Contains(values, value)
	}
	if least, bounded := at(p, "MinValue").(int); bounded {
		n, err := strconv.ParseFloat(fmt.Sprint(value), 64)
		most, bad := strconv.ParseFloat(fmt.Sprint(at(p, "MaxValue")), 64)
		return err == nil && bad == nil && n >= float64(least) && n <= most
	}
	pattern := text(at(p, "AllowedPattern"))
	return pattern == "" || regexp.MustCompile("^(?:"+pattern+")$").MatchString(fmt.Sprint(value))
}

func grouped(d document, name string) bool {
	n := 0
	walk(at(d.section("Metadata"), "AWS::CloudFormation::Interface"), func(v any) {
		for _, p := range list(at(v, "Parameters")) {
			if p == name {
				n++
			}
		}
	})
	return n == 1
}

// contained checks the stored data: private, encrypted, kept when the stack is deleted, and with a retention limit.
func contained(d document) []string {
	var faults []string
	all := newStack(d, home, everything()).resources()
	for id, want := range map[string][]string{
		"Evidence":     {"PublicAccessBlockConfiguration", "BucketEncryption", "LifecycleConfiguration", "OwnershipControls"},
		"StatusBucket": {"PublicAccessBlockConfiguration", "BucketEncryption", "OwnershipControls"},
		"Table":        {"TimeToLiveSpecification", "PointInTimeRecoverySpecification"},
	} {
		for _, key := range want {
			if at(all[id], "Properties", key) == nil {
				faults = append(faults, fmt.Sprintf("%s lacks %s", id, key))
			}
		}
		if at(all[id], "DeletionPolicy") != "RetainExceptOnCreate" || at(all[id], "UpdateReplacePolicy") != "Retain" {
			faults = append(faults, id+" would be deleted with its stack")
		}
	}
	for bucket, policy := range map[string]string{"Evidence": "EvidencePolicy", "StatusBucket": "StatusBucketPolicy"} {
		for _, key := range strings.Fields("BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets") {
			if at(all[bucket], "Properties", "PublicAccessBlockConfiguration", key) != true {
				faults = append(faults, bucket+": "+key+" is not true")
			}
		}
		secure := false
		walk(at(all[policy], "Properties", "PolicyDocument"), func(v any) {
			secure = secure || at(v, "Effect") == "Deny" && at(v, "Condition", "Bool", "aws:SecureTransport") == "false"
			if at(v, "Effect") == "Allow" && at(v, "Condition", "StringEquals", "aws:SourceArn") == nil {
				faults = append(faults, policy+" admits any principal")
			}
		})
		if !secure {
			faults = append(faults, policy+" does not deny requests without TLS")
		}
	}
	for id, r := range all {
		if r["Type"] == "AWS::Logs::LogGroup" && at(r, "Properties", "RetentionInDays") == nil {
			faults = append(faults, id+" has no retention limit")
		}
	}
	return faults
}
