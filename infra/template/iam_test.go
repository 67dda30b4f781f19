package template_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A call is one request that code makes to AWS: the action that IAM checks, and the resource.
// See https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
type call struct{ action, arn string }

// isPartOf reports whether the other call is the same, or on rows of which c's are some.
func (c call) isPartOf(other call) bool {
	rows, some := strings.CutSuffix(other.action, "*")
	return c == other || some && c.arn == other.arn && strings.HasPrefix(c.action, rows)
}

// A grant is one allowed pair of a policy, with its wildcards.
type grant struct {
	action, arn   string
	actions, arns *regexp.Regexp // the same
}

// grants lists the pairs that a role's policies allow. Statements with another effect, or with a condition, are reported, except for
// the one that keeps the probe's code off its network, and the conditions kms:ViaService and dynamodb:LeadingKeys, which become part of the
// action: this test does not evaluate others. The keys of rows have to be those of a need, as a wider pattern allows its rows too.
func (s *stack) grants(role string, resource map[string]any) []grant {
	var all []grant
	for _, policy := range list(at(resource, "Properties", "Policies")) {
		for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
			if s.denies(statement) {
				continue
			}
			suffixes, known := s.condition(at(statement, "Condition"))
			if at(statement, "Effect") != "Allow" || !known {
				s.fault("%s: expected statements that allow, without a condition, got %v", role, statement)
				continue
			}
			for _, action := range list(at(statement, "Action")) {
				for _, suffix := range suffixes {
					action := text(action) + suffix
					if strings.Contains(action, onRows) && !slices.Contains(rowCalls()[strings.ToLower(strings.TrimSuffix(role, "Role"))], action) {
						s.fault("%s allows %s, which its code does not call", role, action)
					}
					for _, arn := range list(at(statement, "Resource")) {
						all = append(all, grant{action, text(arn), wildcard(action), wildcard(text(arn))})
					}
				}
			}
		}
	}
	return all
}

// condition returns what a statement's condition adds to its actions, once for each alternative; known is false for a condition that this
// test does not evaluate.
func (s *stack) condition(c any) (suffixes []string, known bool) {
	conditions, _ := c.(map[string]any)
	if len(conditions) == 0 {
		return []string{""}, c == nil
	}
	service, keys := at(c, "StringEquals", "kms:ViaService"), list(at(c, "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
	for _, tests := range conditions {
		if m, ok := tests.(map[string]any); !ok || len(m) != 1 || len(conditions) != 1 {
			return nil, false
		}
	}
	if service != nil {
		return []string{" via " + text(service)}, true
	}
	for _, key := range keys {
		suffixes = append(suffixes, onRows+text(key))
	}
	return suffixes, len(suffixes) > 0
}

// wildcards caches the results of wildcard: each planted error evaluates dozens of stacks.
var wildcards sync.Map

// wildcard converts IAM's * and ? to a regular expression.
func wildcard(pattern string) *regexp.Regexp {
	known, ok := wildcards.Load(pattern)
	if !ok {
		known, _ = wildcards.LoadOrStore(pattern, regexp.MustCompile("(?i)^"+strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))+"$"))
	}
	return known.(*regexp.Regexp)
}

func (g grant) allows(c call) bool {
	return g.actions.MatchString(c.action) && g.arns.MatchString(c.arn)
}

// permitted compares a role with the calls of its code: each must be allowed, and each allowed pair must serve one of them.
func permitted(role string, grants []grant, calls []call) (faults []string) {
	served := make([]bool, len(grants))
	for _, c := range calls {
		allowed := false
		for i, g := range grants {
			if g.allows(c) {
				allowed, served[i] = true, true
			}
		}
		if !allowed {
			faults = append(faults, fmt.Sprintf("%s does not allow %s on %s, which its code calls", role, c.action, c.arn))
		}
	}
	for i, g := range grants {
		if !served[i] {
			faults = append(faults, fmt.Sprintf("%s allows %s on %s, which its code does not call", role, g.action, g.arn))
		}
	}
	return faults
}

// assumed reports a role that the service which uses it cannot assume, or that others can.
func assumed(role string, resource map[string]any, service string) (faults []string) {
	statements := list(at(resource, "Properties", "AssumeRolePolicyDocument", "Statement"))
	if len(statements) != 1 {
		return []string{fmt.Sprintf("%s: expected one statement of trust, got %d", role, len(statements))}
	}
	trust := statements[0]
	if at(trust, "Effect") != "Allow" || at(trust, "Action") != "sts:AssumeRole" || at(trust, "Principal", "Service") != service {
		faults = append(faults, fmt.Sprintf("%s: expected that %s may assume it, got %v", role, service, trust))
	}
	if len(list(at(trust, "Principal"))) != 1 || at(trust, "Principal", "AWS") != nil {
		faults = append(faults, fmt.Sprintf("%s: expected no other principal than %s, got %v", role, service, at(trust, "Principal")))
	}
	source := at(trust, "Condition", "StringEquals", "aws:SourceAccount")
	switch {
	case service == schedulerService && source != account:
		faults = append(faults, fmt.Sprintf("%s: expected the condition aws:SourceAccount %s, so that no other account's schedule uses it, got %v", role, account, at(trust, "Condition")))
	case service != schedulerService && at(trust, "Condition") != nil:
		faults = append(faults, fmt.Sprintf("%s: expected no condition, got %v", role, at(trust, "Condition")))
	}
	return faults
}

// The services that assume roles.
const (
	lambdaService    = "lambda.amazonaws.com"
	schedulerService = "scheduler.amazonaws.com"
)
