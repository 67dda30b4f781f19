// Package reach keeps a probe on AWS from asking the addresses of its own machine for a page of the site: the Runtime API of
// Lambda, the metadata of the instance, and whatever else listens on loopback and link-local addresses.
//
// It exists so that the API client and Chrome refuse the same addresses. The site itself, and hosts that a journey names, may be
// at such an address.
package reach

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Limits are the addresses that one run may reach.
type Limits struct {
	hosts   []string // host:port, or host for any port
	allowed []netip.AddrPort
}

// New returns the limits of a run on a site, whose journey names hosts ("proxy.internal:3128", or without a port for all of them). The
// addresses that these have now stay theirs, so that a name which changes its address meanwhile gains nothing.
func New(ctx context.Context, site *url.URL, hosts []string) *Limits {
	l := &Limits{hosts: append([]string{net.JoinHostPort(site.Hostname(), portOf(site))}, hosts...)}
	for _, host := range l.hosts {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = strings.Trim(host, "[]"), "0" // any
		}
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			continue
		}
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		if err != nil {
			continue // the request will report it
		}
		for _, ip := range found {
			l.allowed = append(l.allowed, netip.AddrPortFrom(ip.Unmap(), uint16(number)))
		}
	}
	return l
}

// allows reports whether the site or a host of the journey is at a place.
func (l *Limits) allows(at netip.AddrPort) bool {
	return slices.ContainsFunc(l.allowed, func(a netip.AddrPort) bool {
		return a.Addr() == at.Addr().Unmap() && (a.Port() == 0 || a.Port() == at.Port())
	})
}

// forbidden are the networks that are refused besides loopback, link-local, multicast and unspecified addresses.
var forbidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("fd00:ec2::/32"), // the metadata of EC2
}

// embedding are the networks whose addresses end in one of IPv4: NAT64 and compatible addresses.
var embedding = []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("::/96")}

// Forbidden reports whether an address is of the machine or its host.
func Forbidden(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || slices.ContainsFunc(forbidden, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return true
	}
	if ip.Is6() && slices.ContainsFunc(embedding, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		bytes := ip.As16()
		inner, _ := netip.AddrFromSlice(bytes[12:])
		return Forbidden(inner)
	}
	return false
}

// A RefusedError is that of a connection to a forbidden address.
type RefusedError struct{ Address string }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the probe does not connect to %s, an address of its own machine; if that is meant, name the host in the journey's Hosts", e.Address)
}

// Control refuses forbidden addresses; it is a net.Dialer's, which calls it with each address after the name is resolved.
func (l *Limits) Control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %q: %w", address, err)
	}
	if Forbidden(at.Addr()) && !l.allows(at) {
		return &RefusedError{address}
	}
	return nil
}

// ChromeRules is the value of Chrome's switch host-resolver-rules that refuses the names and literal forms of forbidden addresses.
// Chrome writes an address in an address bar's form before it applies them, so that 0x7f.1 is 127.0.0.1. It applies no rule to the
// address that a name has, and knows no ports, so it is only for a Chrome that has to use another proxy than ours.
func (l *Limits) ChromeRules() string {
	var rules []string
	for _, pattern := range []string{"localhost", "*.localhost", "127.*", "169.254.*", "0.*", "::*", "fe8?:*", "fe9?:*", "fea?:*", "feb?:*", "fd00:ec2:*", "64:ff9b::*", "metadata.google.internal"} {
		rules = append(rules, "MAP "+pattern+" ~NOTFOUND")
	}
	for _, host := range l.hosts {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		rules = append(rules, "EXCLUDE "+strings.Trim(host, "[]"))
	}
	return strings.Join(rules, ", ")
}
