package demoshop

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var words = strings.Join(sampleWords, "\r\n")

// printsCards presses Print and returns the address of the page to wait on.
func (c *customer) printsCards(title, copies string) string {
	c.t.Helper()
	c.get("/cards/new")
	answer := c.post("/print", "title", title, "words", words, "copies", copies)
	answer.shows(c.t, http.StatusCreated)
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

// waitsFor asks for the job's status until it is the wanted one; the test's own time limit ends a vain wait.
func (c *customer) waitsFor(job string, want jobStatus) {
	c.t.Helper()
	for c.statusOf(job) != want {
	}
}

// fillsCart puts something into the cart and looks at it.
func (c *customer) fillsCart() {
	c.t.Helper()
	c.get("/catalogue")
	c.post("/cart", "product", "space").shows(c.t, http.StatusOK, "Space Bingo", "Place order")
}

var orderNumber = regexp.MustCompile(`data-testid="order-number">([^<]+)<`)

// number reads the order number off the page.
func (p page) number(t *testing.T) string {
	t.Helper()
	found := orderNumber.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("%s (%d) has no order number:\n%s", p.path, p.status, p.body)
	}
	return found[1]
}

// diagnosis reads /diagnostics.
func (c *customer) diagnosis() diagnostics {
	c.t.Helper()
	var d diagnostics
	if err := json.Unmarshal([]byte(c.get("/diagnostics").body), &d); err != nil {
		c.t.Fatal(err)
	}
	return d
}
