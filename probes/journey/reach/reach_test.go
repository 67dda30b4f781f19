package reach_test

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
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

// TestHosts checks which hosts of a journey are excepted: with a port or without, by name, in brackets; none that cannot be read or found.
func TestHosts(t *testing.T) {
	site, err := url.Parse("https://203.0.113.7")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string][2]bool{ // at port 80 and at 3128
		"127.0.0.1": {true, true}, "127.0.0.1:3128": {false, true}, "localhost:80": {true, false}, "[127.0.0.1]:80": {true, false}, "[127.0.0.1]": {true, true}, "127.0.0.1:65536": {}, "127.0.0.1:http": {}, "127.0.0.1:-1": {}, "no such host": {}, "": {},
	} {
		l := reach.New(t.Context(), site, []string{host})
		for n, address := range []string{"127.0.0.1:80", "127.0.0.1:3128"} {
			if err := l.Control("tcp", address, nil); (err == nil) != want[n] {
				t.Errorf("%q to %s: %v", host, address, err)
			}
		}
	}
	for address, want := range map[string]string{
		"127.0.0.1":      `connect to "127.0.0.1": `,
		"localhost:80":   `connect to "localhost:80": `,
		"127.0.0.1:80":   "the probe does not connect to 127.0.0.1:80, an address of its own machine; if that is meant, name the host in the journey's Hosts",
		"[fe80::1%a]:80": "the probe does not connect to [fe80::1%a]:80, an address of its own machine; if that is meant, name the host in the journey's Hosts",
	} {
		if err := reach.New(t.Context(), site, nil).Control("tcp", address, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
	odd := &url.URL{Scheme: "ftp", Host: "127.0.0.1"} // without a port that is known
	if err := reach.New(t.Context(), odd, nil).Control("tcp", "127.0.0.1:21", nil); err == nil {
		t.Error("a site without a port reaches all of its ports")
	}
	// An address of IPv4 in another form is that address; one of IPv6 in the site's name is the site's.
	for address, want := range map[string]bool{"::10.0.0.1": false, "64:ff9b::a00:1": false, "64:ff9b:0:1::7f00:1": false, "::ffff:0.0.0.0": true, "ff02::1": true, "fe80::1": true, "fd00:ec3::1": false, "255.255.255.255": false, "1.0.0.0": false} {
		if got := reach.Forbidden(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestChromeRules checks the whole switch.
func TestChromeRules(t *testing.T) {
	const refused = "MAP localhost ~NOTFOUND, MAP *.localhost ~NOTFOUND, MAP 127.* ~NOTFOUND, MAP 169.254.* ~NOTFOUND, MAP 0.* ~NOTFOUND, MAP ::* ~NOTFOUND, MAP fe8?:* ~NOTFOUND, MAP fe9?:* ~NOTFOUND, MAP fea?:* ~NOTFOUND, " +
		"MAP feb?:* ~NOTFOUND, MAP fd00:ec2:* ~NOTFOUND, MAP 64:ff9b::* ~NOTFOUND, MAP metadata.google.internal ~NOTFOUND"
	for address, c := range map[string]struct {
		hosts []string
		want  string
	}{
		"https://203.0.113.7":  {nil, refused + ", EXCLUDE 203.0.113.7"},
		"http://[::1]:8080":    {[]string{"proxy.internal:3128", "other.internal", "[::2]"}, refused + ", EXCLUDE ::1, EXCLUDE proxy.internal, EXCLUDE other.internal, EXCLUDE ::2"},
		"http://localhost:808": {nil, refused + ", EXCLUDE localhost"},
	} {
		site, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := reach.New(t.Context(), site, c.hosts).ChromeRules(); got != c.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", address, c.hosts, got, c.want)
		}
	}
}
