package reach_test

import (
	"errors"
	"net/netip"
	"net/url"
	"testing"

	"valkyrie/probes/journey/reach"
)

func TestForbidden(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true, "::127.0.0.1": true, "64:ff9b::7f00:1": true, "64:ff9b::a9fe:a9fe": true,
		"169.254.169.254": true, "169.254.100.1": true, "fe80::1%eth0": true, "fd00:ec2::254": true, "0.0.0.0": true, "0.1.2.3": true, "::": true, "224.0.0.1": true,
		"10.0.0.1": false, "192.168.1.1": false, "172.16.0.9": false, "203.0.113.7": false, "2001:db8::1": false, "64:ff9b::cb00:7107": false, "fd12::1": false,
	} {
		if got := reach.Forbidden(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestControl checks that only the site's own address is excepted, and not the others of the machine.
func TestControl(t *testing.T) {
	for _, c := range []struct {
		site    string
		hosts   []string
		address string
		refused bool
	}{
		{"https://203.0.113.7", nil, "127.0.0.1:9001", true},
		{"https://203.0.113.7", nil, "203.0.113.7:443", false},
		{"https://203.0.113.7", nil, "[::ffff:169.254.169.254]:80", true},
		{"http://127.0.0.1:8080", nil, "127.0.0.1:8080", false},
		{"http://127.0.0.1:8080", nil, "127.0.0.2:8080", true},
		{"http://127.0.0.1:8080", nil, "127.0.0.1:9001", true},
		{"http://localhost", nil, "127.0.0.1:80", false},
		{"https://203.0.113.7", []string{"127.0.0.3:3128"}, "127.0.0.3:80", true},
		{"http://[::1]:8080", nil, "[::1]:8080", false},
		{"https://203.0.113.7", []string{"127.0.0.3"}, "127.0.0.3:80", false},
	} {
		site, err := url.Parse(c.site)
		if err != nil {
			t.Fatal(err)
		}
		err = reach.New(t.Context(), site, c.hosts).Control("tcp", c.address, nil)
		if refused := (*reach.RefusedError)(nil); errors.As(err, &refused) != c.refused || (err != nil) != c.refused {
			t.Errorf("%s %v to %s: %v", c.site, c.hosts, c.address, err)
		}
	}
}
