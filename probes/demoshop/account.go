package demoshop

import "net/http"

// identity is the header by which a practice shop is told from a real one, at /healthz.
const identity = "X-Practice-Shop"

// Secret is the shop's public account under the names by which the shipped journeys ask for it.
func Secret(name string) (string, bool) {
	value, ok := map[string]string{"shop-email": DemoEmail, "shop-password": DemoPassword}[name]
	return value, ok
}

// IsShop reports whether what a site answered at /healthz shows that it is a practice shop.
func IsShop(res *http.Response) bool { return res.Header.Get(identity) != "" }
