package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// A key is KMS's description of the deployment's key in one region.
type key struct {
	KeyState    string
	MultiRegion bool
	Arn         string
	policy      keyPolicy
}

// A keyPolicy is the policy of a key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html.
type keyPolicy struct {
	Statement []struct {
		Effect    string
		Principal principal
		Action    oneOrMore
		Condition map[string]map[string]oneOrMore
	}
}

// A principal is "*", or an object.
type principal struct{ AWS, Service oneOrMore }

// UnmarshalJSON implements json.Unmarshaler.
func (p *principal) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &p.AWS) == nil {
		return nil
	}
	type plain principal
	return json.Unmarshal(data, (*plain)(p))
}

// oneOrMore is a string or a list of them.
type oneOrMore []string

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// key checks the customer-managed key of a region: that it is there and enabled, that the permissions of the roles count, and that
// CloudWatch may encrypt the logs with it.
func (t Target) key(ctx context.Context, s stack) Finding {
	what := "key in " + s.region
	id := s.parameters["KeyId"]
	k, err := t.readKey(ctx, s.region, id)
	if err != nil {
		return problem(what, "make a replica of the key in this region, under the same id; or check your permission (kms:DescribeKey, kms:GetKeyPolicy)", "%v", err)
	}
	parts := strings.Split(k.Arn+"::::", ":") // arn:PARTITION:kms:REGION:ACCOUNT:key/...
	partition, account := parts[1], parts[4]
	var faults []string
	if k.KeyState != "Enabled" {
		faults = append(faults, fmt.Sprintf("is %s: nothing can be read or written", k.KeyState))
	}
	if !k.MultiRegion && strings.Contains(s.parameters["ProbeRegions"], ",") {
		faults = append(faults, "is of one region, and other regions write to the table under the same id")
	}
	if !k.policy.allows("kms:Decrypt", func(statement int) bool {
		aws := k.policy.Statement[statement].Principal.AWS
		return slices.Contains(aws, account) || slices.ContainsFunc(aws, func(p string) bool { return strings.HasSuffix(p, ":"+account+":root") })
	}) {
		faults = append(faults, "its policy does not let the account's IAM policies use it, so that the roles cannot")
	}
	if missing := k.policy.missingForLogs(s, partition, account); len(missing) > 0 {
		faults = append(faults, fmt.Sprintf("its policy does not let logs.%s.amazonaws.com call %s for the log groups /aws/lambda/%s-*", s.region, strings.Join(missing, ", "), s.parameters["Name"]))
	}
	if len(faults) > 0 {
		return problem(what, "correct the key or its policy: infra/README.md, A key of your own, has the text", "%s", strings.Join(faults, "; "))
	}
	return passed(what, "%s is enabled, for the roles and the logs", id)
}

// readKey describes a key and its policy. The SDK's package for KMS is not worth its weight for two requests.
func (t Target) readKey(ctx context.Context, region, id string) (k key, err error) {
	ask := func(operation string, request, into any) {
		if err != nil {
			return
		}
		var body, answer []byte
		if body, err = json.Marshal(request); err != nil {
			return
		}
		header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"TrentService." + operation}}
		if answer, err = askAWS(ctx, t.AWS, "kms", region, header, body); err == nil {
			err = json.Unmarshal(answer, into)
		}
		if err != nil {
			err = fmt.Errorf("%s %s: %w", operation, id, err)
		}
	}
	var described struct{ KeyMetadata *key }
	described.KeyMetadata = &k
	ask("DescribeKey", map[string]string{"KeyId": id}, &described)
	var got struct{ Policy string }
	ask("GetKeyPolicy", map[string]string{"KeyId": id, "PolicyName": "default"}, &got)
	if err == nil {
		err = json.Unmarshal([]byte(got.Policy), &k.policy)
	}
	return k, err
}

// allows reports whether a statement that holds for the caller allows an action.
func (p keyPolicy) allows(action string, holds func(statement int) bool) bool {
	for i, st := range p.Statement {
		if st.Effect == "Allow" && slices.ContainsFunc(st.Action, func(a string) bool { return matches(a, action) }) && holds(i) {
			return true
		}
	}
	return false
}

// logGroups are the functions that log.
var logGroups = []string{"probe", "pager", "webhook"}

// missingForLogs lists the actions that CloudWatch Logs needs and the policy does not allow, for some log group of the region:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html.
func (p keyPolicy) missingForLogs(s stack, partition, account string) (missing []string) {
	service := "logs." + s.region + ".amazonaws.com"
	groups := logGroups
	if s.outputs["TableName"] == "" {
		groups = groups[:1]
	}
	for _, action := range []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"} {
		for _, group := range groups {
			arn := fmt.Sprintf("arn:%s:logs:%s:%s:log-group:/aws/lambda/%s-%s", partition, s.region, account, s.parameters["Name"], group)
			if !p.allows(action, func(i int) bool {
				return slices.Contains(p.Statement[i].Principal.Service, service) && p.forLogGroup(i, arn) // a service's name has no wildcards
			}) {
				missing = append(missing, action)
				break
			}
		}
	}
	return missing
}

// forLogGroup reports whether the condition of a statement on the encryption context admits a log group. Other conditions do not count.
func (p keyPolicy) forLogGroup(statement int, arn string) bool {
	for _, keys := range p.Statement[statement].Condition {
		if arns, ok := keys["kms:EncryptionContext:aws:logs:arn"]; ok && !slices.ContainsFunc(arns, func(a string) bool { return matches(a, arn) }) {
			return false
		}
	}
	return true
}

// matches reports whether a pattern of a policy, with * and ?, matches a text, in capitals or not. In a path of Go's a star stops at a slash, so the slashes
// are replaced.
func matches(pattern, text string) bool {
	plain := strings.NewReplacer("/", "|", "[", `\[`).Replace
	ok, err := path.Match(strings.ToLower(plain(pattern)), strings.ToLower(strings.ReplaceAll(text, "/", "|")))
	return ok && err == nil
}
