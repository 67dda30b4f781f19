package samcheck_test

import "strings"

// aws runs the AWS command line in a region, and returns the value that the query selects.
func (d *desk) aws(region string, args ...string) string {
	d.Helper()
	return strings.TrimSpace(d.run("aws", append(args, "--region", region, "--output", "text")...))
}

// key makes a multi-Region key with a replica in each region, and the policy of infra/README.md. It returns the line of samconfig.toml.
func (d *desk) key() string {
	d.Helper()
	_, policy, _ := strings.Cut(d.read("infra/README.md"), "**A key of your own.**")
	_, policy, _ = strings.Cut(policy, "```json\n")
	policy, _, ok := strings.Cut(policy, "```")
	if !ok {
		d.Fatal("infra/README.md: expected the policy of a key after **A key of your own.**")
	}
	id := d.aws(regions[0], "kms", "create-key", "--multi-region", "--policy", policy, "--query", "KeyMetadata.KeyId")
	for _, region := range regions[1:] {
		d.aws(regions[0], "kms", "replicate-key", "--key-id", id, "--replica-region", region, "--policy", policy)
	}
	return `  "KeyId=` + id + "\",\n"
}

// network makes a VPC in a region, for its probes, and returns the lines of samconfig.toml.
func (d *desk) network(region string) string {
	d.Helper()
	vpc := d.aws(region, "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--query", "Vpc.VpcId")
	d.aws(region, "ec2", "modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-support")
	d.aws(region, "ec2", "modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
	subnet := d.aws(region, "ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.0.1.0/24", "--query", "Subnet.SubnetId")
	table := d.aws(region, "ec2", "create-route-table", "--vpc-id", vpc, "--query", "RouteTable.RouteTableId")
	d.aws(region, "ec2", "associate-route-table", "--route-table-id", table, "--subnet-id", subnet)
	group := d.aws(region, "ec2", "create-security-group", "--vpc-id", vpc, "--group-name", "probes", "--description", "probes", "--query", "GroupId")
	public := d.aws(region, "ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.0.2.0/24", "--query", "Subnet.SubnetId")
	address := d.aws(region, "ec2", "allocate-address", "--query", "AllocationId")
	nat := d.aws(region, "ec2", "create-nat-gateway", "--subnet-id", public, "--allocation-id", address, "--query", "NatGateway.NatGatewayId")
	d.aws(region, "ec2", "create-route", "--route-table-id", table, "--destination-cidr-block", "0.0.0.0/0", "--nat-gateway-id", nat)
	var lines strings.Builder
	for _, parameter := range []string{"SubnetIds=" + subnet, "SecurityGroupIds=" + group, "VpcId=" + vpc, "RouteTableIds=" + table, "PrivateEndpoints=ENABLED"} {
		lines.WriteString(`  "` + parameter + "\",\n")
	}
	return lines.String()
}
