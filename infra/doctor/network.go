package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// httpsPort is the port of all of AWS.
const httpsPort = 443

// network checks the VPC that the probes of a region run in: that they reach their secrets, their evidence, the table and the pager.
// Whether they reach the site shows in the runs.
func (t Target) network(ctx context.Context, s stack) Finding {
	what := "network in " + s.region
	const cure = "infra/README.md, A private site, has what each region needs"
	n, err := readNetwork(ctx, t.AWS, s.region, split(s.parameters["SubnetIds"]), split(s.parameters["SecurityGroupIds"]))
	if err != nil {
		return warning(what, "check that the subnets and security groups exist, and your permission to describe them (ec2:Describe*)", "the VPC could not be read: %v", err)
	}
	faults := append(n.vpc(s), n.egress(s)...)
	closed := n.closed()
	faults = append(faults, n.unreachable(s, closed)...)
	home, standby := s.parameters["HomeRegion"], s.parameters["StandbyRegion"]
	switch {
	case len(closed) > 0 && s.region != home:
		faults = append(faults, fmt.Sprintf("from %s nothing leads to the table and the pager in %s, so that no run is stored: route 0.0.0.0/0 to a NAT gateway in a public subnet", strings.Join(closed, ", "), home))
	case len(faults) == 0 && len(closed) > 0 && standby != "":
		return warning(what, "add a NAT gateway if they should be stored then, too", "while the table in %s is down, runs from here are lost, as nothing leads to %s; those of the other regions are not", home, standby)
	}
	if len(faults) > 0 {
		return problem(what, cure, "%s", strings.Join(faults, "; "))
	}
	return passed(what, "%d subnets of %s reach all that a probe calls", len(n.subnets), n.subnets[0].VPC)
}

// split returns the values of a parameter that is a list.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// vpc reports subnets and security groups that are missing, or of different VPCs.
func (n network) vpc(s stack) (faults []string) {
	want := s.parameters["VpcId"]
	for _, id := range split(s.parameters["SubnetIds"]) {
		i := slices.IndexFunc(n.subnets, func(one subnet) bool { return one.ID == id })
		if i < 0 {
			faults = append(faults, "there is no subnet "+id)
			continue
		}
		if want == "" {
			want = n.subnets[i].VPC
		}
		if n.subnets[i].VPC != want {
			faults = append(faults, fmt.Sprintf("%s is in %s, not in %s", id, n.subnets[i].VPC, want))
		}
	}
	for _, id := range split(s.parameters["SecurityGroupIds"]) {
		switch g := n.group(id); {
		case g.ID == "":
			faults = append(faults, "there is no security group "+id)
		case g.VPC != want:
			faults = append(faults, fmt.Sprintf("%s is in %s, not in %s", id, g.VPC, want))
		}
	}
	return faults
}

func (n network) group(id string) securityGroup {
	i := slices.IndexFunc(n.groups, func(g securityGroup) bool { return g.ID == id })
	if i < 0 {
		return securityGroup{}
	}
	return n.groups[i]
}

// covers reports whether a rule is about a TCP port.
func (r rule) covers(port int) bool {
	return r.Protocol == "-1" || (r.Protocol == "tcp" || r.Protocol == "6") && r.From <= port && port <= r.To
}

// egress reports that no security group of the probes lets HTTPS out.
func (n network) egress(s stack) []string {
	ids := split(s.parameters["SecurityGroupIds"])
	for _, id := range ids {
		if slices.ContainsFunc(n.group(id).Egress, func(r rule) bool { return r.covers(httpsPort) }) {
			return nil
		}
	}
	return []string{fmt.Sprintf("no outbound rule of %s covers TCP port %d", strings.Join(ids, ", "), httpsPort)}
}

// table returns the route table of a subnet: its own, or the VPC's main one.
func (n network) table(id string) (found routeTable) {
	for _, t := range n.tables {
		for _, a := range t.Associations {
			if a.Subnet == id {
				return t
			}
			if a.Main {
				found = t
			}
		}
	}
	return found
}

// closed lists the subnets without a way out. An internet gateway is none: a function in a VPC has no public address.
func (n network) closed() (closed []string) {
	for _, s := range n.subnets {
		if !slices.ContainsFunc(n.table(s.ID).Routes, func(r route) bool {
			return r.To == "0.0.0.0/0" && r.State != "blackhole" && !strings.HasPrefix(r.Gateway, "igw-")
		}) {
			closed = append(closed, s.ID)
		}
	}
	return closed
}

// unreachable reports the services of a probe's own region to which nothing leads from some of the subnets.
func (n network) unreachable(s stack, closed []string) (faults []string) {
	services := []string{"s3", "ssm"}
	if s.parameters["SecretsIn"] == "secretsmanager" {
		services[1] = "secretsmanager"
	}
	if s.parameters["Traces"] == "ENABLED" {
		services = append(services, "xray")
	}
	if s.outputs["TableName"] != "" {
		services = append(services, "dynamodb", "lambda")
	}
	for _, service := range services {
		var from []string
		for _, id := range closed {
			if !n.leads(id, "com.amazonaws."+s.region+"."+service, s) {
				from = append(from, id)
			}
		}
		if len(from) > 0 {
			faults = append(faults, fmt.Sprintf("from %s nothing leads to %s", strings.Join(from, ", "), service))
		}
	}
	return faults
}

// leads reports whether an endpoint leads from a subnet to a service: a gateway in its route table, or an interface that has the
// service's name and admits the probes.
func (n network) leads(id, service string, s stack) bool {
	return slices.ContainsFunc(n.endpoints, func(e endpoint) bool {
		if e.Service != service || !strings.EqualFold(e.State, "available") {
			return false
		}
		if e.Type == "Gateway" {
			return slices.Contains(e.Tables, n.table(id).ID)
		}
		return e.PrivateDNS && n.resolvesNames && n.admits(e, id, split(s.parameters["SecurityGroupIds"]))
	})
}

// admits reports whether an interface endpoint's security groups admit HTTPS from probes in a subnet.
func (n network) admits(e endpoint, id string, probes []string) bool {
	i := slices.IndexFunc(n.subnets, func(s subnet) bool { return s.ID == id })
	return slices.ContainsFunc(e.Groups, func(group string) bool {
		return slices.ContainsFunc(n.group(group).Ingress, func(r rule) bool {
			fromGroup := slices.ContainsFunc(r.Groups, func(g string) bool { return slices.Contains(probes, g) })
			fromSubnet := slices.ContainsFunc(r.CIDRs, func(c string) bool { return contains(c, n.subnets[i].CIDR) })
			return r.covers(httpsPort) && (fromGroup || fromSubnet)
		})
	})
}

// contains reports whether a range of addresses contains another one.
func contains(outer, inner string) bool {
	o, err := netip.ParsePrefix(outer)
	i, wrong := netip.ParsePrefix(inner)
	return err == nil && wrong == nil && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}
