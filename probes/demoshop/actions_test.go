package demoshop

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var words = strings.Join(sampleWords, "\r\n")

// printCards prints cards and returns the address of the status page.
func (c *customer) printCards(title, copies string) string {
	c.t.Helper()
	c.get("/cards/new")
	answer := c.post("/print", "title", title, "words", words, "copies", copies)
	answer.wantPage(c.t, http.StatusCreated)
	var created struct{ Location string }
	if err := json.Unmarshal([]byte(answer.body), &created); err != nil {
		c.t.Fatal(err)
	}
	return created.Location
}

func (c *customer) statusOf(job string) jobStatus {
	c.t.Helper()
	var answer struct{ Status jobStatus }
	if err := json.Unmarshal([]byte(c.get(job+"/status").body), &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.Status
}

// waitForStatus polls the job until it has the wanted status; the test's own timeout bounds it.
func (c *customer) waitForStatus(job string, want jobStatus) {
	c.t.Helper()
	for c.statusOf(job) != want {
	}
}

// fillCart puts a product into the cart and opens it.
func (c *customer) fillCart() {
	c.t.Helper()
	c.get("/catalogue")
	c.post("/cart", "product", "space").wantPage(c.t, http.StatusOK, "Space Bingo", "Place order")
}

var orderNumber = regexp.MustCompile(`data-testid="order-number">([^<]+)<`)

// number returns the page's order number.
func (p page) number(t *testing.T) string {
	t.Helper()
	found := orderNumber.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("%s (%d) has no order number:\n%s", p.path, p.status, p.body)
	}
	return found[1]
}

// getDiagnostics reads /diagnostics.
func (c *customer) getDiagnostics() diagnostics {
	c.t.Helper()
	var d diagnostics
	if err := json.Unmarshal([]byte(c.get("/diagnostics").body), &d); err != nil {
		c.t.Fatal(err)
	}
	return d
}
