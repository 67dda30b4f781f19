package template_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Regions of the tests, and the parameters of a deployment in them.
const (
	home, standby, third = "eu-west-1", "eu-central-1", "us-east-1"
	account              = "111122223333"
)

// tenRegions are as many as the template takes, home first.
var tenRegions = []string{home, standby, third, "us-west-2", "ap-southeast-2", "ap-northeast-1", "sa-east-1", "ca-central-1", "af-south-1", "me-south-1"}

func parameters() map[string]any {
	return map[string]any{
		"SiteUrl": "https://shop.example.com", "HomeRegion": home, "StandbyRegion": standby,
		"ProbeRegions": strings.Join([]string{home, standby, third}, ","), "TwilioAccountSid": "AC" + strings.Repeat("0", 32),
	}
}

// everything returns the parameters of a deployment with all subscribers, in a VPC, with a key, and with a name that differs from the default.
func everything() map[string]any {
	given := parameters()
	maps.Copy(given, vpc())
	given["KeyId"] = multiRegionKey
	for name, value := range map[string]any{
		"Name": "second", "StatusPage": "ENABLED", "StatusReader": "arn:aws:cloudfront::" + account + ":distribution/E1A2B3", "StatusMail": "ENABLED",
		"EventBusArn": "arn:aws:events:" + home + ":" + account + ":event-bus/default", "AlarmEmail": "ops@example.com", "Traces": "ENABLED",
	} {
		given[name] = value
	}
	return given
}

// A stack is the template as CloudFormation creates it in one region: with conditions and functions evaluated.
type stack struct {
	region     string
	parameters map[string]any
	doc        document
	faults     []string
	made       map[string]map[string]any // the resources, once they are evaluated
	watched    map[string]map[string]any // by region, its alarms' ARNs by their logical names, once they are evaluated
}

// newStack evaluates a template. Missing parameters have their defaults.
func newStack(d document, region string, given map[string]any) *stack {
	s := &stack{region: region, parameters: map[string]any{}, doc: d}
	for name, p := range d.section("Parameters") {
		value, ok := given[name]
		if !ok {
			value = at(p, "Default")
		}
		if value == nil {
			s.fault("the parameter %s has no value", name)
		}
		s.parameters[name] = value
	}
	return s
}

func (s *stack) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

// resources returns the region's resources, by their logical names, evaluated.
func (s *stack) resources() map[string]map[string]any {
	if s.made != nil {
		return s.made
	}
	all := map[string]map[string]any{}
	for id, r := range s.doc.section("Resources") {
		if s.exists(id) {
			all[id], _ = s.value(r).(map[string]any)
		}
	}
	s.made = all
	return all
}

// exists reports whether a resource's condition holds.
func (s *stack) exists(id string) bool {
	r, ok := s.doc.section("Resources")[id].(map[string]any)
	if !ok {
		return id == "WebhookUrl" && s.exists("Webhook") // SAM creates it from FunctionUrlConfig
	}
	name := text(r["Condition"])
	return name == "" || s.holds(name)
}

func (s *stack) holds(condition string) bool {
	c, ok := s.doc.section("Conditions")[condition]
	if !ok {
		s.fault("there is no condition %s", condition)
		return false
	}
	return s.truth(c)
}

// truth evaluates a condition.
func (s *stack) truth(v any) bool {
	m, _ := v.(map[string]any)
	for name, in := range m {
		args := list(in)
		switch name {
		case "Condition":
			return s.holds(text(in))
		case "Fn::Equals":
			return len(args) == 2 && fmt.Sprint(s.value(args[0])) == fmt.Sprint(s.value(args[1]))
		case "Fn::Not":
			return !s.truth(args[0])
		case "Fn::And":
			return !slices.ContainsFunc(args, func(a any) bool { return !s.truth(a) })
		case "Fn::Or":
			return slices.ContainsFunc(args, s.truth)
		}
	}
	s.fault("%v is not a condition", v)
	return false
}

// noValue stands for AWS::NoValue, which removes the property.
type noValue struct{}

// value evaluates a value.
func (s *stack) value(v any) any {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, item := range v {
			if got := s.value(item); got != (noValue{}) {
				out = append(out, got)
			}
		}
		return out
	case map[string]any:
		if len(v) == 1 {
			for name, in := range v {
				if got, is := s.function(name, in); is {
					return got
				}
			}
		}
		out := map[string]any{}
		for key, item := range v {
			if got := s.value(item); got != (noValue{}) {
				out[key] = got
			}
		}
		return out
	}
	return v
}

// function evaluates one of CloudFormation's functions.
func (s *stack) function(name string, in any) (any, bool) {
	args := list(in)
	switch name {
	case "Ref":
		return s.ref(text(in)), true
	case "Fn::GetAtt":
		return s.attribute(text(args[0]), text(args[1])), true
	case "Fn::If":
		if s.holds(text(args[0])) {
			return s.value(args[1]), true
		}
		return s.value(args[2]), true
	case "Fn::Sub":
		return s.sub(args), true
	case "Fn::Join":
		parts := []string{}
		for _, p := range list(s.value(args[1])) {
			parts = append(parts, text(p))
		}
		return strings.Join(parts, text(args[0])), true
	case "Fn::Split":
		parts := []any{}
		for _, p := range strings.Split(text(s.value(args[1])), text(args[0])) {
			parts = append(parts, p)
		}
		return parts, true
	case "Fn::Select":
		from, i := list(s.value(args[1])), args[0].(int)
		if i >= len(from) {
			s.fault("Select %d of %v", i, from)
			return "", true
		}
		return from[i], true
	}
	if strings.HasPrefix(name, "Fn::") {
		s.fault("the function %s is unknown to this test; add it", name)
	}
	return nil, false
}

// ref evaluates !Ref: a parameter's value, or a resource's own name.
func (s *stack) ref(name string) any {
	switch name {
	case "AWS::Region":
		return s.region
	case "AWS::AccountId":
		return account
	case "AWS::StackName":
		return stackName
	case "AWS::Partition":
		return "aws"
	case "AWS::NoValue":
		return noValue{}
	}
	if value, ok := s.parameters[name]; ok {
		return value
	}
	if !s.exists(name) {
		s.fault("%s is referenced, but missing in %s", name, s.region)
		return ""
	}
	switch at(s.doc.section("Resources")[name], "Type") {
	case "AWS::SNS::Topic", "AWS::Serverless::LayerVersion":
		return s.arn(name)
	}
	return s.named(name)
}

// attribute evaluates !GetAtt.
func (s *stack) attribute(id, attribute string) any {
	if !s.exists(id) {
		s.fault("%s.%s is referenced, but missing in %s", id, attribute, s.region)
	}
	switch attribute {
	case "FunctionUrl":
		return "https://abc." + "lambda-url." + s.region + ".on.aws/"
	case "QueueName":
		return s.named(id)
	case "RegionalDomainName":
		return strings.ToLower(id) + "-1a2b3c.s3." + s.region + ".amazonaws.com"
	case "Arn":
		return s.arn(id)
	}
	s.fault("%s.%s: the attribute is unknown to this test; add it", id, attribute)
	return ""
}

var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

func (s *stack) sub(args []any) any {
	var own map[string]any
	if len(args) == 2 {
		own, _ = args[1].(map[string]any)
	}
	evaluated := placeholder.ReplaceAllStringFunc(text(args[0]), func(found string) string {
		name := found[2 : len(found)-1]
		if value, ok := own[name]; ok {
			return fmt.Sprint(s.value(value))
		}
		if id, attribute, ok := strings.Cut(name, "."); ok {
			return fmt.Sprint(s.attribute(id, attribute))
		}
		return fmt.Sprint(s.ref(name))
	})
	return strings.ReplaceAll(evaluated, "${!", "${") // a literal
}

// TestStacks: conditions make a region home, standby, or a probe only, and no stack refers to a missing resource.
func TestStacks(t *testing.T) {
	d := read(t)
	for _, c := range []struct {
		region   string
		has, not []string
	}{
		{home, []string{"Probe", "Pager", "Webhook", "Table", "PagerSilent", "Evidence", "Dashboard"}, nil},
		{standby, []string{"Probe", "Pager", "Webhook", "Table", "PagerSilent", "Evidence"}, []string{"Dashboard"}},
		{third, []string{"Probe", "Evidence", "ProbeSilent", "Undelivered"}, []string{"Dashboard", "Pager", "Webhook", "Table", "PagerSilent", "WebhookRole"}},
	} {
		s := newStack(d, c.region, parameters())
		all := s.resources()
		s.value(d.section("Outputs")["EvidenceBucket"])
		for _, id := range c.has {
			if all[id] == nil {
				t.Errorf("%s has no %s", c.region, id)
			}
		}
		for _, id := range c.not {
			if all[id] != nil {
				t.Errorf("%s has %s", c.region, id)
			}
		}
		full := newStack(d, c.region, everything())
		full.resources()
		for _, o := range d.section("Outputs") {
			if name := text(at(o, "Condition")); name == "" || full.holds(name) {
				full.value(o)
			}
		}
		for _, f := range append(s.faults, full.faults...) {
			t.Errorf("%s: %s", c.region, f)
		}
	}
}
