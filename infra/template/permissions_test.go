package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// permissions refuses a wildcard in a statement (principal, action or resource) without an explaining comment on its line
// or on the one above; managed policies, which hide wildcards; and a function whose role SAM would create from a managed
// policy.
func permissions(d document) []string {
	var faults []string
	nodes(d.root, func(n *yaml.Node) {
		if n.Kind != yaml.MappingNode || field(n, "Effect") == nil {
			return
		}
		for _, key := range []string{"Action", "NotAction", "Resource", "NotResource", "Principal"} {
			nodes(field(n, key), func(v *yaml.Node) {
				if v.Kind == yaml.ScalarNode && strings.ContainsAny(v.Value, "*?") && !d.explained(v.Line) {
					faults = append(faults, fmt.Sprintf("line %d: %s %q has a wildcard; explain it in a comment beside it", v.Line, key, v.Value))
				}
			})
		}
		if field(n, "NotAction") != nil || field(n, "NotResource") != nil {
			faults = append(faults, fmt.Sprintf("line %d: NotAction and NotResource allow everything else", n.Line))
		}
	})
	for id, r := range d.section("Resources") {
		properties := at(r, "Properties")
		if at(r, "Type") == "AWS::Serverless::Function" && (at(properties, "Role") == nil || at(properties, "Policies") != nil) {
			faults = append(faults, id+": expected an explicit role, as SAM's role has a managed policy")
		}
		if at(properties, "ManagedPolicyArns") != nil {
			faults = append(faults, id+": managed policies allow more than this file shows")
		}
		if at(properties, "FunctionUrlConfig", "AuthType") == "NONE" && !d.explained(lineOf(d.root, "FunctionUrlConfig")) {
			faults = append(faults, id+": its address is public; explain it in a comment beside it")
		}
	}
	return faults
}

// explained reports whether there is a comment on the line or on the one above it.
func (d document) explained(line int) bool {
	return strings.Contains(d.lines[line-1], " # ") || strings.HasPrefix(strings.TrimSpace(d.lines[line-2]), "# ")
}

// nodes calls do for n and all nodes in it.
func nodes(n *yaml.Node, do func(*yaml.Node)) {
	if n == nil {
		return
	}
	do(n)
	for _, c := range n.Content {
		nodes(c, do)
	}
}

// field returns the value under a key.
func field(n *yaml.Node, key string) *yaml.Node {
	for pair := range slices.Chunk(n.Content, 2) {
		if pair[0].Value == key {
			return pair[1]
		}
	}
	return nil
}

// lineOf returns the first line of a key.
func lineOf(root *yaml.Node, key string) (line int) {
	nodes(root, func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.Value == key && line == 0 {
			line = n.Line
		}
	})
	return max(line, 2)
}

// reach lists the permissions that the template's own roles grant: "ProbeRole dynamodb:GetItem".
func reach(d document) []string {
	var all []string
	for id, r := range d.section("Resources") {
		if at(r, "Type") != "AWS::IAM::Role" {
			continue
		}
		walk(at(r, "Properties", "Policies"), func(v any) {
			for _, action := range list(at(v, "Action")) {
				all = append(all, id+" "+text(action))
			}
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestReach: the roles grant exactly these permissions. A missing one would fail in AWS only, so the list is deliberately
// duplicated: a new call is added in both places.
func TestReach(t *testing.T) {
	const key = "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey* kms:ReEncrypt* "
	want := []string{}
	for role, actions := range map[string]string{
		"ProbeRole": "logs:CreateLogStream logs:PutLogEvents sqs:SendMessage dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem " +
			"lambda:InvokeFunction s3:PutObject xray:PutTraceSegments secretsmanager:GetSecretValue ssm:GetParametersByPath kms:GenerateDataKey " + key + strings.Join(networkCalls, " "),
		"PagerRole": "logs:CreateLogStream logs:PutLogEvents sqs:SendMessage dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem " +
			"secretsmanager:GetSecretValue ssm:GetParameter ssm:GetParametersByPath sns:Publish sms-voice:SendVoiceMessage s3:PutObject events:PutEvents " + key,
		"WebhookRole": "logs:CreateLogStream logs:PutLogEvents dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem " +
			"lambda:InvokeFunction s3:GetObject secretsmanager:GetSecretValue ssm:GetParametersByPath sns:Publish sms-voice:SendVoiceMessage " + key,
		"ScheduleRole": "lambda:InvokeFunction sqs:SendMessage",
	} {
		for _, a := range strings.Fields(actions) {
			want = append(want, role+" "+a)
		}
	}
	slices.Sort(want)
	if got := reach(read(t)); !slices.Equal(got, want) {
		t.Errorf("grants\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
