package demoshop

import (
	"html/template"
	"net/http"
)

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
