package demoshop

import "html/template"

var sampleWords = []string{
	"bee", "otter", "kiwi", "fox", "heron", "newt", "lynx", "toad", "wren", "mole", "crab", "swan",
	"yak", "seal", "lark", "hare", "puma", "dodo", "ibis", "gnu", "carp", "moth", "stag", "ram",
}

// sampleCard is the card on the front page. It is drawn once: the front page must not depend on the cache.
var sampleCard = func() cardView {
	v := cardView{card: deal("Animals we met", sampleWords, 0)}
	for i := range ornamentPalettes {
		v.Art = append(v.Art, template.HTML(drawOrnament(i)))
	}
	return v
}()
