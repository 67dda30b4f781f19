package demoshop

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// productPicture returns a product's picture, cached if possible.
func (s *Shop) productPicture(ctx context.Context, p product) (template.HTML, error) {
	svg, err := s.cache.getOrDraw(ctx, "picture/"+p.Slug, func(ctx context.Context) (string, error) {
		if err := s.cfg.Clock.Work(ctx, s.cfg.RenderTime); err != nil {
			return "", err
		}
		return drawProduct(p), nil
	})
	return template.HTML(svg), err // safe: drawn here from a fixed list of products
}

// cardArtwork returns the ornaments of a card preview, cached if possible.
func (s *Shop) cardArtwork(ctx context.Context) ([]template.HTML, error) {
	var art []template.HTML
	for i := range len(ornamentPalettes) {
		svg, err := s.cache.getOrDraw(ctx, fmt.Sprint("ornament/", i), func(ctx context.Context) (string, error) {
			if err := s.cfg.Clock.Work(ctx, s.cfg.RenderTime); err != nil {
				return "", err
			}
			return drawOrnament(i), nil
		})
		if err != nil {
			return nil, err
		}
		art = append(art, template.HTML(svg))
	}
	return art, nil
}

// warmCache draws every picture before the shop opens, as a deploy does, so that no customer waits for it.
func (s *Shop) warmCache() {
	for _, p := range products {
		_ = s.cache.set("picture/"+p.Slug, drawProduct(p)) // a new cache is up
	}
	for i := range len(ornamentPalettes) {
		_ = s.cache.set(fmt.Sprint("ornament/", i), drawOrnament(i))
	}
}

// drawProduct draws a box cover: a tilted card with stamped squares, and the product's motif on a badge. It is
// deterministic.
func drawProduct(p product) string {
	h := fnv.New64a()
	h.Write([]byte(p.Slug))
	dice := rand.New(rand.NewPCG(h.Sum64(), 7))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="picture" viewBox="0 0 240 170" role="img" aria-label="%s">`, template.HTMLEscapeString("Picture of "+p.Name))
	fmt.Fprintf(&b, `<rect width="240" height="170" fill="%s"/>`, p.palette.ground)
	for range 5 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="#fff" opacity=".35"/>`, dice.IntN(240), dice.IntN(170), 10+dice.IntN(34))
	}
	drawTiltedCard(&b, p.palette, dice)
	fmt.Fprintf(&b, `<circle cx="186" cy="116" r="38" fill="#fff"/><circle cx="186" cy="116" r="33" fill="%s"/>`, p.palette.ground)
	fmt.Fprintf(&b, `<g class="motif" transform="translate(164.4 94.4) scale(1.8)" stroke="%s" fill="none">%s</g></svg>`,
		p.palette.ink, strings.ReplaceAll(motifs[p.motif], `"ink"`, `"`+p.palette.ink+`"`))
	return b.String()
}

func drawTiltedCard(b *strings.Builder, colours palette, dice *rand.Rand) {
	fmt.Fprintf(b, `<g transform="rotate(%d 100 86)">`, dice.IntN(13)-9)
	fmt.Fprintf(b, `<rect x="44" y="20" width="112" height="134" rx="9" fill="%s" opacity=".18"/>`, colours.ink)
	b.WriteString(`<rect x="40" y="15" width="112" height="134" rx="9" fill="#fff"/>`)
	for i := range cardSide {
		fmt.Fprintf(b, `<circle cx="%d" cy="30" r="7.5" fill="%s"/>`, 56+20*i, colours.accent)
	}
	for i := range cardSide * cardSide {
		x, y := 47+20*(i%cardSide), 43+20*(i/cardSide)
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="18" height="18" rx="3" fill="%s" opacity=".55"/>`, x, y, colours.ground)
		if dice.IntN(3) == 0 {
			fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="7" fill="%s" opacity=".8"/>`, x+9, y+9, colours.accent)
		}
	}
	b.WriteString(`</g>`)
}

var ornamentPalettes = []palette{coral, teal, sun, plum, sky}

// drawOrnament draws the i-th bingo ball above a card preview.
func drawOrnament(i int) string {
	c := ornamentPalettes[i]
	letter := "BINGO"[i : i+1]
	return fmt.Sprintf(`<svg class="ball" viewBox="0 0 40 40" aria-hidden="true"><circle cx="20" cy="20" r="19" fill="%s"/>`+
		`<circle cx="20" cy="20" r="12" fill="#fff"/><text x="20" y="25.5" text-anchor="middle" fill="%s">%s</text></svg>`,
		c.accent, c.ink, letter)
}

const (
	cacheTTL     = 24 * time.Hour
	cacheEntries = 500
)

// errCacheDown is returned by a stopped cache, as a refused connection would be.
var errCacheDown = errors.New("cache does not answer")

// cache stores pictures like the memcached of the outage: a key, a value, a time to live, and no guarantee.
type cache struct {
	now func() time.Time

	mu      sync.Mutex
	up      bool
	entries map[string]cacheEntry
}

type cacheEntry struct {
	value   string
	expires time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, up: true, entries: map[string]cacheEntry{}}
}

// get returns the value under key and whether it exists, or errCacheDown.
func (c *cache) get(key string) (string, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.up {
		return "", false, errCacheDown
	}
	e, ok := c.entries[key]
	return e.value, ok && c.now().Before(e.expires), nil
}

// set stores value under key for cacheTTL, or returns errCacheDown. A full cache evicts an arbitrary entry.
func (c *cache) set(key, value string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.up {
		return errCacheDown
	}
	if _, known := c.entries[key]; !known && len(c.entries) >= cacheEntries {
		for old := range c.entries {
			delete(c.entries, old)
			break
		}
	}
	c.entries[key] = cacheEntry{value, c.now().Add(cacheTTL)}
	return nil
}

// stop stops the cache; its content is lost.
func (c *cache) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up = false
	clear(c.entries)
}

// start starts the cache, empty.
func (c *cache) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up = true
}

func (c *cache) isUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.up
}

// getOrDraw returns the cached value under key, or draws it and tries to cache it. A stopped cache counts as a miss and is
// not reported: the site stays correct and becomes slow, which is the outage.
func (c *cache) getOrDraw(ctx context.Context, key string, draw func(context.Context) (string, error)) (string, error) {
	if value, ok, err := c.get(key); err == nil && ok {
		return value, nil
	}
	value, err := draw(ctx)
	if err != nil {
		return "", err
	}
	_ = c.set(key, value) // best effort: the miss is not reported
	return value, nil
}
