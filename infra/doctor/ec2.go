package doctor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A network is a VPC as far as probes in it are concerned.
type network struct {
	subnets       []subnet
	groups        []securityGroup // of the probes, and of the interface endpoints
	tables        []routeTable    // all of the VPC
	endpoints     []endpoint      // all of the VPC
	resolvesNames bool            // enableDnsSupport and enableDnsHostnames, which private names of interface endpoints need
}

// The parts of a network, with the names of EC2's answers:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html.
type (
	subnet struct {
		ID   string `xml:"subnetId"`
		VPC  string `xml:"vpcId"`
		CIDR string `xml:"cidrBlock"`
	}
	securityGroup struct {
		ID      string `xml:"groupId"`
		VPC     string `xml:"vpcId"`
		Ingress []rule `xml:"ipPermissions>item"`
		Egress  []rule `xml:"ipPermissionsEgress>item"`
	}
	rule struct {
		Protocol string   `xml:"ipProtocol"` // tcp or 6, or -1 for all
		From     int      `xml:"fromPort"`
		To       int      `xml:"toPort"`
		Groups   []string `xml:"groups>item>groupId"`
		CIDRs    []string `xml:"ipRanges>item>cidrIp"`
	}
	routeTable struct {
		ID           string        `xml:"routeTableId"`
		Routes       []route       `xml:"routeSet>item"`
		Associations []association `xml:"associationSet>item"`
	}
	route struct {
		To      string `xml:"destinationCidrBlock"`
		Gateway string `xml:"gatewayId"` // an internet gateway, or the endpoint of a service; "" for a NAT and all others
		State   string `xml:"state"`
	}
	association struct {
		Subnet string `xml:"subnetId"`
		Main   bool   `xml:"main"`
	}
	endpoint struct {
		Type       string   `xml:"vpcEndpointType"` // Gateway or Interface
		Service    string   `xml:"serviceName"`
		State      string   `xml:"state"`
		Tables     []string `xml:"routeTableIdSet>item"`
		Groups     []string `xml:"groupSet>item>groupId"`
		PrivateDNS bool     `xml:"privateDnsEnabled"`
	}
)

// readNetwork describes the VPC of the subnets, and the security groups.
func readNetwork(ctx context.Context, cfg aws.Config, region string, subnets, groups []string) (n network, err error) {
	describe := func(action, list string, ids []string, filter string, into any) {
		if err != nil {
			return
		}
		form := url.Values{"Action": {action}}
		for i, id := range ids {
			form.Set(fmt.Sprintf("%s.%d", list, i+1), id)
		}
		if filter != "" {
			form.Set("Filter.1.Name", "vpc-id")
			form.Set("Filter.1.Value.1", filter)
		}
		err = askEC2(ctx, cfg, region, form, into)
	}
	var s struct {
		Items []subnet `xml:"subnetSet>item"`
	}
	describe("DescribeSubnets", "SubnetId", subnets, "", &s)
	if err != nil || len(s.Items) == 0 {
		return n, err
	}
	n.subnets = s.Items
	vpc := n.subnets[0].VPC
	var r struct {
		Items []routeTable `xml:"routeTableSet>item"`
	}
	describe("DescribeRouteTables", "", nil, vpc, &r)
	var e struct {
		Items []endpoint `xml:"vpcEndpointSet>item"`
	}
	describe("DescribeVpcEndpoints", "", nil, vpc, &e)
	n.tables, n.endpoints = r.Items, e.Items
	for _, e := range n.endpoints {
		groups = append(groups, e.Groups...)
	}
	var g struct {
		Items []securityGroup `xml:"securityGroupInfo>item"`
	}
	slices.Sort(groups)
	describe("DescribeSecurityGroups", "GroupId", slices.Compact(groups), "", &g)
	n.groups, n.resolvesNames = g.Items, true
	for _, attribute := range []string{"enableDnsSupport", "enableDnsHostnames"} {
		var a struct {
			Support   bool `xml:"enableDnsSupport>value"`
			Hostnames bool `xml:"enableDnsHostnames>value"`
		}
		if err == nil {
			err = askEC2(ctx, cfg, region, url.Values{"Action": {"DescribeVpcAttribute"}, "VpcId": {vpc}, "Attribute": {attribute}}, &a)
		}
		n.resolvesNames = n.resolvesNames && (a.Support || a.Hostnames)
	}
	return n, err
}

// askEC2 makes one request of EC2's query API. The SDK's package for EC2 has seven hundred operations, and would be most of the time that
// this program takes to build.
func askEC2(ctx context.Context, cfg aws.Config, region string, form url.Values, into any) error {
	form.Set("Version", "2016-11-15")
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	body, err := askAWS(ctx, cfg, "ec2", region, header, []byte(form.Encode()))
	if err != nil {
		return fmt.Errorf("%s: %w", form.Get("Action"), err)
	}
	if err := xml.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s: the answer of EC2 in %s: %w", form.Get("Action"), region, err)
	}
	return nil
}

// askAWS posts one signed request to a service, and returns its answer. An answer other than 200 is an error that quotes it.
func askAWS(ctx context.Context, cfg aws.Config, service, region string, header http.Header, body []byte) ([]byte, error) {
	address := "https://" + service + "." + region + ".amazonaws.com/"
	if strings.HasPrefix(region, "cn-") {
		address = "https://" + service + "." + region + ".amazonaws.com.cn/"
	}
	if cfg.BaseEndpoint != nil {
		address = *cfg.BaseEndpoint
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = header
	login, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, login, req, hex.EncodeToString(hash[:]), service, region, time.Now()); err != nil {
		return nil, err
	}
	client := cfg.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	const most = 4 << 20
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		const quoted = 300
		return nil, fmt.Errorf("%s in %s answered %s: %.*s", service, region, resp.Status, quoted, strings.Join(strings.Fields(string(answer)), " "))
	}
	return answer, nil
}
