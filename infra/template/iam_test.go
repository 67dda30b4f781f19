package template_test

import (
	"fmt"
	"regexp"
	"strings"
)

// A call is one request that code makes to AWS: the action that IAM checks, and the resource.
// See https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
type call struct{ action, arn string }

// A grant is one allowed pair of a policy, with its wildcards.
type grant struct {
	action, arn   string
	actions, arns *regexp.Regexp // the same
}

// grants lists the pairs that a role's policies allow. Statements with another effect, or with a condition, are reported, except for
// the one that keeps the probe's code off its network, and the condition kms:ViaService, which becomes part of the action: this test
// does not evaluate others.
func (s *stack) grants(role string, resource map[string]any) []grant {
	var all []grant
	for _, policy := range list(at(resource, "Properties", "Policies")) {
		for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
			if s.denies(statement) {
				continue
			}
			through := ""
			if service := text(at(statement, "Condition", "StringEquals", "kms:ViaService")); service != "" {
				through = " via " + service
			}
			if at(statement, "Effect") != "Allow" || at(statement, "Condition") != nil && (through == "" || len(at(statement, "Condition", "StringEquals").(map[string]any)) > 1) {
				s.fault("%s: expected statements that allow, without a condition, got %v", role, statement)
				continue
			}
			for _, action := range list(at(statement, "Action")) {
				for _, arn := range list(at(statement, "Resource")) {
					all = append(all, grant{text(action) + through, text(arn), wildcard(text(action) + through), wildcard(text(arn))})
				}
			}
		}
	}
	return all
}

// wildcard converts IAM's * and ? to a regular expression.
func wildcard(pattern string) *regexp.Regexp {
	return regexp.MustCompile("(?i)^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$")
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
