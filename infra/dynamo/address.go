package dynamo

import (
	"fmt"
	"net/url"
	"slices"
)

// Scheme is the prefix of a table's address.
const Scheme = "dynamodb://"

// ParseAddress parses the address of a table, such as "dynamodb://valkyrie?region=eu-central-1". The optional parameters region
// and endpoint have the meaning of the fields of [Config].
func ParseAddress(address string) (Config, error) {
	const expected = "expected an address such as dynamodb://valkyrie?region=eu-central-1"
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return Config{}, fmt.Errorf("parse %q: %s: %w", address, expected, err)
	case u.Scheme+"://" != Scheme:
		return Config{}, fmt.Errorf("parse %q: does not begin with %s; %s", address, Scheme, expected)
	case u.Host == "" || u.Path != "" && u.Path != "/" || u.User != nil:
		return Config{}, fmt.Errorf("parse %q: names no table, or more than one; %s", address, expected)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, fmt.Errorf("parse %q: %w; %s", address, err, expected)
	}
	for name := range q {
		if known := []string{"endpoint", "region"}; !slices.Contains(known, name) {
			return Config{}, fmt.Errorf("parse %q: unknown parameter %q; expected %q", address, name, known)
		}
	}
	return Config{Table: u.Host, Region: q.Get("region"), Endpoint: q.Get("endpoint")}, nil
}
