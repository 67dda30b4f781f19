package demoshop

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestOrder(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.get("/catalogue").wantPage(t, http.StatusOK, `aria-label="Add Animal Bingo to cart"`, ">Add to cart</button>", "$4.50", "<svg")
	c.post("/cart", "product", "animal")
	cart := c.post("/cart", "product", "animal")
	cart.wantPage(t, http.StatusOK, "Animal Bingo", "2 × $4.50", "$9.00", "This is a test order", ">Place order</button>")
	if cart.path != "/cart" {
		t.Errorf("adding leads to %s, want /cart", cart.path)
	}

	placed := c.post("/orders")
	placed.wantPage(t, http.StatusOK, "Thank you for your order", "Order number", "$9.00")
	number := placed.number(t)
	if !regexp.MustCompile(`^[1-9]\d{5}$`).MatchString(number) {
		t.Errorf("order number %q, want six digits", number)
	}
	c.get("/cart").wantPage(t, http.StatusOK, "Your cart is empty.")

	c.get("/orders").wantPage(t, http.StatusOK, "Your orders", number, "Cancel order")
	free := c.getDiagnostics().OrderNumbersFree
	cancelled := c.post("/orders/" + number + "/cancel")
	cancelled.wantPage(t, http.StatusOK, "This order was cancelled", number)
	if page := c.get("/orders"); strings.Contains(page.body, number) {
		t.Errorf("the list still has the cancelled order %s", number)
	}
	if got := c.getDiagnostics().OrderNumbersFree; got != free {
		t.Errorf("%d numbers free after cancelling, want still %d", got, free)
	}
}

func TestTestOrder(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	for name, mark := range map[string]func(*http.Request) *http.Request{
		"checkbox": func(*http.Request) *http.Request { return c.form("/orders", "test", "yes") },
		"header":   func(r *http.Request) *http.Request { r.Header.Set("X-Test-Order", "1"); return r },
	} {
		c.fillCart()
		number := c.do(mark(c.form("/orders"))).number(t)
		if !regexp.MustCompile(`^\d{6}-T$`).MatchString(number) {
			t.Errorf("%s: test order number %q, want six digits and -T", name, number)
		}
	}
	if got := c.getDiagnostics().OrdersTotal; got != 0 {
		t.Errorf("%d orders counted, want none: test orders are no business", got)
	}
}

func TestOrderIsPrivate(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.fillCart()
	number := c.post("/orders").number(t)

	stranger := arrives(t, server)
	stranger.get("/cart").wantPage(t, http.StatusOK, "Your cart is empty.")
	stranger.get("/orders/"+number).wantPage(t, http.StatusNotFound, "We do not know that order")
	stranger.get("/sign-in")
	stranger.post("/orders/"+number+"/cancel").wantPage(t, http.StatusNotFound)
	c.get("/orders/"+number).wantPage(t, http.StatusOK, "Thank you for your order")
}

func TestCart(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.fillCart()
	c.post("/orders/000000/cancel").wantPage(t, http.StatusNotFound)
	c.post("/cart", "product", "unicorn").wantPage(t, http.StatusNotFound, "We do not sell that")
	c.post("/cart/remove", "product", "space").wantPage(t, http.StatusOK, "Your cart is empty.")
	c.get("/catalogue")
	c.post("/orders").wantPage(t, http.StatusUnprocessableEntity, "Your cart is empty.")
}

func TestCartHasAnEnd(t *testing.T) {
	var c cart
	for range maxQuantity + 5 {
		c = c.with(products[0])
	}
	before := c
	if c = c.with(products[1]); c.Count() != maxQuantity+1 || before.Count() != maxQuantity {
		t.Errorf("%d things now and %d before, want %d and %d", c.Count(), before.Count(), maxQuantity+1, maxQuantity)
	}
	if got, want := c.Total(), products[0].Price*maxQuantity+products[1].Price; got != want {
		t.Errorf("total %v, want %v", got, want)
	}
}
