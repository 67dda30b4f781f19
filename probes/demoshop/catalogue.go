package demoshop

import (
	"fmt"
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

// cents is an amount of money.
type cents int

// String formats the amount as on a price tag.
func (c cents) String() string { return fmt.Sprintf("$%d.%02d", c/100, c%100) }

// product is something to buy.
type product struct {
	Slug  string // in forms and cache keys
	Name  string
	About string
	Price cents

	motif   string // a key of motifs
	palette palette
}

var products = []product{
	{"animal", "Animal Bingo", "Thirty cards from ant to zebra.", 450, "paw", coral},
	{"number", "Number Bingo", "One to seventy-five, the classic.", 350, "seven", teal},
	{"space", "Space Bingo", "Planets, probes and a comet.", 550, "planet", plum},
	{"sight-word", "Sight Word Bingo", "The first hundred words to read.", 450, "letter", sun},
	{"times-table", "Times Table Bingo", "Call the sum, mark the product.", 450, "times", sky},
	{"weather", "Weather Bingo", "Look out of the window and play.", 400, "cloud", teal},
	{"garden", "Garden Bingo", "What grows, crawls and hums.", 500, "flower", leaf},
	{"music", "Music Bingo", "Listen to the instrument, find it.", 550, "note", plum},
	{"shape", "Shape Bingo", "From circle to dodecagon.", 350, "shapes", coral},
	{"dinosaur", "Dinosaur Bingo", "With every name spelled out.", 600, "footprint", leaf},
	{"winter", "Winter Bingo", "For the last week of term.", 450, "snowflake", sky},
	{"road-trip", "Road Trip Bingo", "Class outings, without the sighs.", 500, "car", sun},
}

func findProduct(slug string) (product, bool) {
	for _, p := range products {
		if p.Slug == slug {
			return p, true
		}
	}
	return product{}, false
}

// palette holds the colours of one picture.
type palette struct{ ground, accent, ink string }

var (
	coral = palette{"#ffd9cf", "#f2694b", "#8c2f1b"}
	teal  = palette{"#cdeeea", "#1f9e93", "#0e5750"}
	plum  = palette{"#e6dcf7", "#7d5bbe", "#432a77"}
	sun   = palette{"#ffedb8", "#f0aa1e", "#875a05"}
	sky   = palette{"#d5e8fb", "#3d86d6", "#1c4a80"}
	leaf  = palette{"#dcefc8", "#6aa532", "#3a6214"}
)

// motifs are drawn in a 24 by 24 box, as lines in the ink of the palette; filled shapes have fill="ink".
var motifs = map[string]string{
	"paw":       `<g fill="ink"><ellipse cx="12" cy="16" rx="5" ry="4.4"/><circle cx="5" cy="11" r="2.2"/><circle cx="9.5" cy="6.5" r="2.3"/><circle cx="14.5" cy="6.5" r="2.3"/><circle cx="19" cy="11" r="2.2"/></g>`,
	"seven":     `<path d="M5 5h14L10 20M8 13h8"/>`,
	"planet":    `<circle fill="ink" cx="12" cy="12" r="5.5"/><ellipse cx="12" cy="12" rx="11" ry="3.6" transform="rotate(-22 12 12)"/>`,
	"letter":    `<path d="M3 20l6.5-16L16 20M5.5 14h8"/><circle cx="19" cy="17" r="2.8"/><path d="M22 14v6"/>`,
	"times":     `<path d="M5 5l14 14M19 5L5 19"/>`,
	"cloud":     `<circle cx="17" cy="7" r="3.5"/><path fill="ink" d="M6 19a4 4 0 0 1 .6-8 5.5 5.5 0 0 1 10.4 1.6A3.3 3.3 0 0 1 17.5 19z"/>`,
	"flower":    `<path d="M12 13v9M12 19c3 0 5-1 6-4"/><g fill="ink"><circle cx="12" cy="4" r="2.7"/><circle cx="8" cy="8" r="2.7"/><circle cx="16" cy="8" r="2.7"/><circle cx="12" cy="11.5" r="2.7"/></g>`,
	"note":      `<path d="M9 18V5l10-2v12"/><ellipse fill="ink" cx="6.5" cy="18" rx="3" ry="2.4"/><ellipse fill="ink" cx="16.5" cy="15.5" rx="3" ry="2.4"/>`,
	"shapes":    `<path d="M8 3l6 10H2z"/><rect fill="ink" x="12" y="13" width="8.5" height="8.5" rx="1"/><circle cx="18.5" cy="6.5" r="3.2"/>`,
	"footprint": `<path fill="ink" d="M12 21c-4 0-5-3-4-6L4 6l5 5 3-9 3 9 5-5-4 9c1 3 0 6-4 6z"/>`,
	"snowflake": `<path d="M12 2v20M3.3 7l17.4 10M20.7 7L3.3 17M9 3.500l3 3 3-3M9 20.500l3-3 3 3"/>`,
	"car":       `<path fill="ink" d="M2 16v-4l3-1 3-5h8l3 5 3 1v4z"/><circle fill="#fff" cx="7" cy="17" r="2.6"/><circle fill="#fff" cx="17" cy="17" r="2.6"/>`,
}
