package doctor_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"valkyrie/infra/doctor"
)

// A fakeVPC is a VPC with two subnets, which a test makes faults in. It answers with the XML of EC2's reference.
type fakeVPC struct {
	nat       bool              // the default route leads to a NAT
	internet  bool              // the default route leads to an internet gateway
	other     string            // the VPC of the second subnet, if it is another one
	egress    string            // a rule's ports: from-to
	ingress   string            // the group that the interface endpoints admit, or the range
	names     bool              // enableDnsHostnames
	endpoints map[string]string // states, by service
	refuses   bool
}

const probesGroup, endpointsGroup = "sg-0a1b2c3d", "sg-0a1b2c3e"

// asMade returns the VPC that infra/README.md describes for home: all endpoints, and no way out.
func asMade() *fakeVPC {
	return &fakeVPC{
		egress: "0-65535", ingress: "<groups><item><groupId>" + probesGroup + "</groupId></item></groups>", names: true,
		endpoints: map[string]string{"s3": "available", "dynamodb": "available", "ssm": "available", "lambda": "available"},
	}
}

func (v *fakeVPC) serve(w http.ResponseWriter, r *http.Request, region string) {
	if v.refuses {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>`)
		return
	}
	set := func(name string, items ...string) string {
		return "<" + name + "><item>" + strings.Join(items, "</item><item>") + "</item></" + name + ">"
	}
	from, to, _ := strings.Cut(v.egress, "-")
	ports := fmt.Sprintf("<ipProtocol>tcp</ipProtocol><fromPort>%s</fromPort><toPort>%s</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>", from, to)
	var answer string
	switch action := r.FormValue("Action"); action {
	case "DescribeSubnets":
		second := "vpc-1"
		if v.other != "" {
			second = v.other
		}
		answer = set("subnetSet", "<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock>",
			"<subnetId>subnet-2</subnetId><vpcId>"+second+"</vpcId><cidrBlock>10.0.2.0/24</cidrBlock>")
	case "DescribeRouteTables":
		routes := "<destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state>"
		all := []string{routes}
		if v.nat {
			all = append(all, "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>active</state>")
		}
		if v.internet {
			all = append(all, "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state>")
		}
		answer = set("routeTableSet",
			"<routeTableId>rtb-1</routeTableId>"+set("routeSet", all...)+set("associationSet", "<main>true</main>"),
			"<routeTableId>rtb-2</routeTableId>"+set("routeSet", all...)+set("associationSet", "<subnetId>subnet-2</subnetId><main>false</main>"))
	case "DescribeVpcEndpoints":
		var all []string
		for service, state := range v.endpoints {
			one := fmt.Sprintf("<serviceName>com.amazonaws.%s.%s</serviceName><state>%s</state>", region, service, state)
			if service == "s3" || service == "dynamodb" {
				one += "<vpcEndpointType>Gateway</vpcEndpointType><routeTableIdSet><item>rtb-1</item><item>rtb-2</item></routeTableIdSet>"
			} else {
				one += "<vpcEndpointType>Interface</vpcEndpointType><privateDnsEnabled>true</privateDnsEnabled><groupSet><item><groupId>" + endpointsGroup + "</groupId></item></groupSet>"
			}
			all = append(all, one)
		}
		answer = set("vpcEndpointSet", all...)
	case "DescribeSecurityGroups":
		answer = set("securityGroupInfo", "<groupId>"+probesGroup+"</groupId><vpcId>vpc-1</vpcId>"+set("ipPermissionsEgress", ports),
			"<groupId>"+endpointsGroup+"</groupId><vpcId>vpc-1</vpcId>"+set("ipPermissions", "<ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>"+v.ingress))
	case "DescribeVpcAttribute":
		answer = fmt.Sprintf("<%[1]s><value>%[2]v</value></%[1]s>", r.FormValue("Attribute"), v.names)
	}
	fmt.Fprint(w, "<Answer>"+answer+"</Answer>")
}

// TestNetwork: the probes' VPC is examined in each region: home needs no NAT, every other region needs one.
func TestNetwork(t *testing.T) {
	nat := func(v *fakeVPC) { v.nat, v.endpoints = true, nil }
	const alsoElsewhere = "network in us-east-1: from subnet-1, subnet-2 nothing leads to the table and the pager in eu-west-1"
	for name, c := range map[string]struct {
		regions string
		change  func(*fakeVPC)
		set     map[string]string
		verdict doctor.Verdict
		says    []string
	}{
		"as made":               {home, func(*fakeVPC) {}, nil, doctor.OK, nil},
		"as made, for a region": {home + "," + third, func(*fakeVPC) {}, nil, doctor.Problem, []string{alsoElsewhere}},
		"a NAT everywhere":      {home + "," + standby + "," + third, nat, nil, doctor.OK, nil},
		"a standby":             {home, func(*fakeVPC) {}, map[string]string{"StandbyRegion": standby}, doctor.Warning, []string{"network in eu-west-1: while the table in eu-west-1 is down"}},
		"an internet gateway":   {home, func(v *fakeVPC) { v.internet, v.endpoints = true, nil }, nil, doctor.Problem, []string{"network in eu-west-1: from subnet-1, subnet-2 nothing leads to s3; from subnet-1, subnet-2 nothing leads to ssm; "}},
		"no endpoint of Lambda": {home, func(v *fakeVPC) { delete(v.endpoints, "lambda") }, nil, doctor.Problem, []string{"network in eu-west-1: from subnet-1, subnet-2 nothing leads to lambda"}},
		"no endpoint of X-Ray":  {home, func(*fakeVPC) {}, map[string]string{"Traces": "ENABLED"}, doctor.Problem, []string{"network in eu-west-1: from subnet-1, subnet-2 nothing leads to xray"}},
		"an endpoint in the making": {home, func(v *fakeVPC) { v.endpoints["ssm"] = "pendingAcceptance" }, nil, doctor.Problem, []string{
			"network in eu-west-1: from subnet-1, subnet-2 nothing leads to ssm",
		}},
		"another VPC":              {home, func(*fakeVPC) {}, map[string]string{"VpcId": "vpc-9"}, doctor.Problem, []string{"network in eu-west-1: subnet-1 is in vpc-1, not in vpc-9; subnet-2 is in vpc-1"}},
		"two VPCs":                 {home, func(v *fakeVPC) { v.other = "vpc-2" }, nil, doctor.Problem, []string{"network in eu-west-1: subnet-2 is in vpc-2, not in vpc-1"}},
		"no such subnet":           {home, func(*fakeVPC) {}, map[string]string{"SubnetIds": "subnet-1,subnet-3"}, doctor.Problem, []string{"network in eu-west-1: there is no subnet subnet-3"}},
		"no such group":            {home, func(*fakeVPC) {}, map[string]string{"SecurityGroupIds": probesGroup + ",sg-3"}, doctor.Problem, []string{"network in eu-west-1: there is no security group sg-3"}},
		"only plain HTTP out":      {home, func(v *fakeVPC) { v.egress = "80-80" }, nil, doctor.Problem, []string{"network in eu-west-1: no outbound rule of sg-0a1b2c3d covers TCP port 443"}},
		"endpoints for others":     {home, func(v *fakeVPC) { v.ingress = "<groups><item><groupId>sg-9</groupId></item></groups>" }, nil, doctor.Problem, []string{"network in eu-west-1: from subnet-1, subnet-2 nothing leads to ssm; from subnet-1, subnet-2 nothing leads to lambda"}},
		"endpoints for one subnet": {home, func(v *fakeVPC) { v.ingress = "<ipRanges><item><cidrIp>10.0.1.0/24</cidrIp></item></ipRanges>" }, nil, doctor.Problem, []string{"network in eu-west-1: from subnet-2 nothing leads to ssm; from subnet-2 nothing leads to lambda"}},
		"endpoints for the VPC":    {home, func(v *fakeVPC) { v.ingress = "<ipRanges><item><cidrIp>10.0.0.0/16</cidrIp></item></ipRanges>" }, nil, doctor.OK, nil},
		"names of the internet":    {home, func(v *fakeVPC) { v.names = false }, nil, doctor.Problem, []string{"network in eu-west-1: from subnet-1, subnet-2 nothing leads to ssm"}},
		"no permission":            {home, func(v *fakeVPC) { v.refuses = true }, nil, doctor.Warning, []string{"network in eu-west-1: the VPC could not be read: DescribeSubnets: ec2 in eu-west-1 answered 403 Forbidden: <Response><Errors><Error><Code>UnauthorizedOperation"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, v := newFakeDeployment(t), asMade()
			c.change(v)
			p.parameters["ProbeRegions"], p.parameters["SubnetIds"], p.parameters["SecurityGroupIds"] = c.regions, "subnet-1,subnet-2", probesGroup
			p.parameters["StandbyRegion"] = ""
			for key, value := range c.set {
				p.parameters[key] = value
			}
			for _, region := range []string{home, standby, third} {
				p.cloud.Serve(region, "ec2", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.serve(w, r, region) }))
			}
			var notOK []doctor.Finding
			examined := 0
			for _, f := range p.examine(t) {
				if strings.HasPrefix(f.What, "network") {
					examined++
				}
				if f.Verdict != doctor.OK {
					notOK = append(notOK, f)
				}
			}
			if want := len(strings.Split(c.regions, ",")); examined != want {
				t.Errorf("%d networks were examined, want %d", examined, want)
			}
			slices.SortFunc(notOK, func(a, b doctor.Finding) int { return strings.Compare(a.What, b.What) })
			if len(notOK) != len(c.says) {
				t.Fatalf("%d findings, want %d: %v", len(notOK), len(c.says), notOK)
			}
			for i, f := range notOK {
				wantFinding(t, name, f, c.verdict, c.says[i])
			}
		})
	}
}
