package demoshop

import "fmt"

// cents is an amount of money.
type cents int

// String writes the amount as it stands on a price tag.
func (c cents) String() string { return fmt.Sprintf("$%d.%02d", c/100, c%100) }

// product is something to buy.
type product struct {
	Slug  string // in forms and cache keys
	Name  string
	About string
	Price cents

	motif   string // which motif is on its picture
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
