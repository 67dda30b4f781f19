package demoshop

import (
	"html/template"
	"net/http"
	"slices"
)

const maxQuantity = 99

// cart is a visitor's shopping cart. It is never changed in place, so snapshots of a session do not change.
type cart []cartLine

// cartLine is a quantity of one product.
type cartLine struct {
	Product  product
	Quantity int
}

// Cost is the line's price.
func (l cartLine) Cost() cents { return l.Product.Price * cents(l.Quantity) }

// with returns the cart with one more of p, up to maxQuantity.
func (c cart) with(p product) cart {
	next := slices.Clone(c)
	for i := range next {
		if next[i].Product.Slug == p.Slug {
			next[i].Quantity = min(next[i].Quantity+1, maxQuantity)
			return next
		}
	}
	return append(next, cartLine{p, 1})
}

// without returns the cart without the product.
func (c cart) without(slug string) cart {
	return slices.DeleteFunc(slices.Clone(c), func(l cartLine) bool { return l.Product.Slug == slug })
}

// Count is the number of items in the cart.
func (c cart) Count() int {
	n := 0
	for _, l := range c {
		n += l.Quantity
	}
	return n
}

// Total is the cart's price.
func (c cart) Total() cents {
	var sum cents
	for _, l := range c {
		sum += l.Cost()
	}
	return sum
}

type cartView struct {
	Lines   []pictureLine
	Total   cents
	Problem string
}

// pictureLine is a line of the cart with the product's picture.
type pictureLine struct {
	cartLine
	Picture template.HTML
}

func (s *Shop) showCart(w http.ResponseWriter, r *http.Request, v session) {
	s.cartPage(w, r, v, http.StatusOK, "")
}

func (s *Shop) cartPage(w http.ResponseWriter, r *http.Request, v session, status int, problem string) {
	view := cartView{Total: v.Cart.Total(), Problem: problem}
	for _, line := range v.Cart {
		picture, err := s.productPicture(r.Context(), line.Product)
		if err != nil {
			return // the customer left
		}
		view.Lines = append(view.Lines, pictureLine{line, picture})
	}
	s.render(w, r, v, status, "cart", "Your cart", view)
}

func (s *Shop) addToCart(w http.ResponseWriter, r *http.Request, v session) {
	p, ok := findProduct(r.PostForm.Get("product"))
	if !ok {
		s.problem(w, r, v, http.StatusNotFound, "We do not sell that", "Have a look at the catalogue.")
		return
	}
	s.sessions.update(v.Token, func(v *session) { v.Cart = v.Cart.with(p) })
	http.Redirect(w, r, "/cart", http.StatusSeeOther)
}

func (s *Shop) removeFromCart(w http.ResponseWriter, r *http.Request, v session) {
	slug := r.PostForm.Get("product")
	s.sessions.update(v.Token, func(v *session) { v.Cart = v.Cart.without(slug) })
	http.Redirect(w, r, "/cart", http.StatusSeeOther)
}
