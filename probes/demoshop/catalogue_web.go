package demoshop

import (
	"html/template"
	"net/http"
)

// shelf is a product with its picture.
type shelf struct {
	product
	Picture template.HTML
}

type catalogueView struct{ Products []shelf }

func (s *Shop) showCatalogue(w http.ResponseWriter, r *http.Request, v session) {
	var view catalogueView
	for _, p := range products {
		picture, err := s.productPicture(r.Context(), p)
		if err != nil {
			return // the customer left
		}
		view.Products = append(view.Products, shelf{p, picture})
	}
	s.render(w, r, v, http.StatusOK, "catalogue", "Catalogue", view)
}
