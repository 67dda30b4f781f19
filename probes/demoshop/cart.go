package demoshop

import "slices"

const maxQuantity = 99

// cart is what a visitor means to buy. It is never changed in place, so a snapshot of a session stays what it was.
type cart []cartLine

// cartLine is some of one product.
type cartLine struct {
	Product  product
	Quantity int
}

// Cost is what the line comes to.
func (l cartLine) Cost() cents { return l.Product.Price * cents(l.Quantity) }

// with returns the cart with one more of p. Beyond maxQuantity there is no more.
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

// Count is how many things are in the cart.
func (c cart) Count() int {
	n := 0
	for _, l := range c {
		n += l.Quantity
	}
	return n
}

// Total is what the cart comes to.
func (c cart) Total() cents {
	var sum cents
	for _, l := range c {
		sum += l.Cost()
	}
	return sum
}
