package dynamo

import (
	"fmt"
	"net/url"
	"slices"
)

// Scheme is how an address of a table begins.
const Scheme = "dynamodb://"

// ParseAddress reads the address of a table, such as "dynamodb://valkyrie?region=eu-central-1". Its parameters are region
// and endpoint, as in a [Config]; both may be left out.
func ParseAddress(address string) (Config, error) {
	const like = "expected an address such as dynamodb://valkyrie?region=eu-central-1"
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return Config{}, fmt.Errorf("%q cannot be read, %s: %w", address, like, err)
	case u.Scheme+"://" != Scheme:
		return Config{}, fmt.Errorf("%q does not begin with %s, %s", address, Scheme, like)
	case u.Host == "" || u.Path != "" && u.Path != "/" || u.User != nil:
		return Config{}, fmt.Errorf("%q names no table, or more than one, %s", address, like)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, fmt.Errorf("%q: %w, %s", address, err, like)
	}
	for name := range q {
		if known := []string{"endpoint", "region"}; !slices.Contains(known, name) {
			return Config{}, fmt.Errorf("%q has a parameter %q; there are only %q", address, name, known)
		}
	}
	return Config{Table: u.Host, Region: q.Get("region"), Endpoint: q.Get("endpoint")}, nil
}
