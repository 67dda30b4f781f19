package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// vpc returns the parameters of probes in a VPC, for which the stack makes all endpoints.
func vpc() map[string]any {
	return map[string]any{
		"SubnetIds": "subnet-0a1b2c3d,subnet-0a1b2c3e", "SecurityGroupIds": "sg-0a1b2c3d4e5f60718,sg-0a1b2c3d4e5f60719", "VpcId": "vpc-0a1b2c3d",
		"RouteTableIds": "rtb-0a1b2c3d", "PrivateEndpoints": "ENABLED",
	}
}

// networkCalls are the requests that Lambda makes with the role of a function in a VPC.
// See https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html.
var networkCalls = strings.Fields("ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces " +
	"ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses")

// gatewayServices have gateway endpoints, which cost nothing; all others have interface endpoints.
var gatewayServices = []string{"dynamodb", "s3"}

// private checks the probe in a VPC: its connection, that its own code cannot change that, and that an endpoint leads to each
// service that it calls. Pager and webhook stay outside, since Twilio is on the internet.
func (s *stack) private(all map[string]map[string]any) (faults []string) {
	subnets, groups := separated(s.parameters["SubnetIds"]), separated(s.parameters["SecurityGroupIds"])
	for _, id := range []string{"Probe", "Pager", "Webhook"} {
		config := at(all[id], "Properties", "VpcConfig")
		if id != "Probe" || len(subnets) == 0 {
			if config != nil {
				faults = append(faults, fmt.Sprintf("%s: expected no VpcConfig, got %v", id, config))
			}
			continue
		}
		if !slices.Equal(list(at(config, "SubnetIds")), subnets) || !slices.Equal(list(at(config, "SecurityGroupIds")), groups) {
			faults = append(faults, fmt.Sprintf("Probe: VpcConfig: expected %v and %v, got %v", subnets, groups, config))
		}
		faults = append(faults, s.denied(all["ProbeRole"])...)
	}
	return append(faults, s.endpoints(all)...)
}

// separated returns the values of a parameter that is a list.
func separated(parameter any) (all []any) {
	for value := range strings.SplitSeq(text(parameter), ",") {
		if value != "" {
			all = append(all, value)
		}
	}
	return all
}

// denied checks that the role of a function in a VPC denies the function's own code what Lambda needs for the connection.
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html.
func (s *stack) denied(role map[string]any) []string {
	for _, policy := range list(at(role, "Properties", "Policies")) {
		for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
			if s.denies(statement) {
				return nil
			}
		}
	}
	return []string{"ProbeRole: expected that it denies the function's own code to change network interfaces"}
}

// denies reports whether a statement denies the code of the probe the requests that connect it.
func (s *stack) denies(statement any) bool {
	var actions []string
	for _, a := range list(at(statement, "Action")) {
		actions = append(actions, text(a))
	}
	slices.Sort(actions)
	return at(statement, "Effect") == "Deny" && slices.Equal(actions, networkCalls) && at(statement, "Resource") == "*" &&
		at(statement, "Condition", "ArnEquals", "lambda:SourceFunctionArn") == s.arn("Probe") && len(at(statement, "Condition").(map[string]any)) == 1
}

// endpoints follows each call of the probe to an endpoint in its region, and each endpoint to a call. Tables and pagers of another
// region have none: a NAT leads there, which home does without, as the standby matters only when home is down.
func (s *stack) endpoints(all map[string]map[string]any) (faults []string) {
	made := map[string]string{} // the endpoints' names in the template, by service
	for id, r := range all {
		if r["Type"] != "AWS::EC2::VPCEndpoint" {
			continue
		}
		service, ours := strings.CutPrefix(text(at(r, "Properties", "ServiceName")), "com.amazonaws."+s.region+".")
		if !ours {
			faults = append(faults, fmt.Sprintf("%s: ServiceName: expected a service of %s, got %v", id, s.region, at(r, "Properties", "ServiceName")))
		}
		made[service] = id
		faults = append(faults, s.endpoint(all, id, service)...)
	}
	gateways := len(separated(s.parameters["RouteTableIds"])) > 0
	interfaces := s.parameters["PrivateEndpoints"] == "ENABLED"
	needed := map[string]bool{}
	if len(separated(s.parameters["SubnetIds"])) > 0 {
		needed = s.services()
	}
	for service := range needed {
		if want := slices.Contains(gatewayServices, service) && gateways || !slices.Contains(gatewayServices, service) && interfaces; want != (made[service] != "") {
			faults = append(faults, fmt.Sprintf("Probe calls %s in %s: expected that an endpoint leads there: %v, got %v", service, s.region, want, !want))
		}
	}
	for service, id := range made {
		if !needed[service] {
			faults = append(faults, fmt.Sprintf("%s: the probe does not call %s in %s", id, service, s.region))
		}
	}
	return faults
}

// services lists the services that the probe's code calls in its own region.
func (s *stack) services() map[string]bool {
	services := map[string]bool{}
	own := s.lambdasOwn("Probe")
	for _, c := range s.calls("Probe") {
		service, _, _ := strings.Cut(c.action, ":")
		parts := strings.SplitN(c.arn, ":", 6)
		elsewhere := len(parts) == 6 && parts[3] != "" && parts[3] != s.region
		caused := strings.HasPrefix(service, "kms") // by the services, on AWS's own network
		if !elsewhere && !caused && !slices.Contains(own, c) {
			services[service] = true
		}
	}
	return services
}

// endpoint checks the properties of one endpoint.
func (s *stack) endpoint(all map[string]map[string]any, id, service string) (faults []string) {
	p, _ := at(all[id], "Properties").(map[string]any)
	want := map[string]any{"VpcId": s.parameters["VpcId"]}
	if slices.Contains(gatewayServices, service) {
		maps.Copy(want, map[string]any{"VpcEndpointType": "Gateway", "RouteTableIds": separated(s.parameters["RouteTableIds"])})
	} else {
		maps.Copy(want, map[string]any{
			"VpcEndpointType": "Interface", "SubnetIds": separated(s.parameters["SubnetIds"]), "PrivateDnsEnabled": true, // the SDK's usual names lead to it
			"SecurityGroupIds": []any{s.named("InterfaceGroup")},
		})
		rules := list(at(all["InterfaceGroup"], "Properties", "SecurityGroupIngress"))
		if len(rules) != 1 || at(all["InterfaceGroup"], "Properties", "VpcId") != s.parameters["VpcId"] ||
			fmt.Sprint(at(rules[0], "SourceSecurityGroupId"), at(rules[0], "FromPort"), at(rules[0], "ToPort"), at(rules[0], "IpProtocol")) !=
				fmt.Sprint(separated(s.parameters["SecurityGroupIds"])[0], 443, 443, "tcp") {
			faults = append(faults, fmt.Sprintf("InterfaceGroup: expected that it admits a group of the probes to port 443, in the VPC, got %v", rules))
		}
	}
	for key, value := range want {
		if fmt.Sprint(p[key]) != fmt.Sprint(value) {
			faults = append(faults, fmt.Sprintf("%s: %s: expected %v, got %v", id, key, value, p[key]))
		}
	}
	return faults
}

// TestRules: CloudFormation refuses parameters that do not go together.
func TestRules(t *testing.T) {
	d := read(t)
	for name, c := range map[string]struct {
		set     map[string]any
		allowed bool
	}{
		"as shipped":                    {nil, true},
		"in a VPC":                      {vpc(), true},
		"in a VPC, with endpoints made": {map[string]any{"SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d"}, true},
		"no groups":                     {map[string]any{"SubnetIds": "subnet-0a1b2c3d"}, false},
		"no subnets":                    {map[string]any{"SecurityGroupIds": "sg-0a1b2c3d"}, false},
		"a VPC without subnets":         {map[string]any{"VpcId": "vpc-0a1b2c3d"}, false},
		"route tables of no VPC":        {map[string]any{"SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d", "RouteTableIds": "rtb-0a1b2c3d"}, false},
		"endpoints in no VPC":           {map[string]any{"SubnetIds": "subnet-0a1b2c3d", "SecurityGroupIds": "sg-0a1b2c3d", "PrivateEndpoints": "ENABLED"}, false},
		"a standby in home":             {map[string]any{"StandbyRegion": home}, false},
	} {
		given := parameters()
		maps.Copy(given, c.set)
		s := newStack(d, home, given)
		allowed := true
		for _, rule := range d.section("Rules") {
			for _, assertion := range list(at(rule, "Assertions")) {
				allowed = allowed && s.truth(at(assertion, "Assert"))
			}
		}
		if allowed != c.allowed || len(s.faults) > 0 {
			t.Errorf("%s: allowed: %v, want %v; %q", name, allowed, c.allowed, s.faults)
		}
	}
}
