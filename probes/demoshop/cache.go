package demoshop

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	cacheTTL     = 24 * time.Hour
	cacheEntries = 500
)

// errCacheDown is what asking a stopped cache returns, as a refused connection would.
var errCacheDown = errors.New("cache does not answer")

// cache keeps drawn pictures, as memcached did in the outage: a key, a value, a time to live, and no promise.
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

// get returns the value under key and whether there is one, or errCacheDown.
func (c *cache) get(key string) (string, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.up {
		return "", false, errCacheDown
	}
	e, ok := c.entries[key]
	return e.value, ok && c.now().Before(e.expires), nil
}

// set keeps value under key for cacheTTL, or returns errCacheDown. A full cache forgets an arbitrary entry.
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

// stop kills the cache; what it held is lost.
func (c *cache) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up = false
	clear(c.entries)
}

// start brings the cache back, empty.
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

// remember returns the cached value under key, or draws it and tries to keep it. A cache that does not answer counts
// as a miss and is not reported: this silence is the outage, the site stayed right and merely became slow.
func (c *cache) remember(ctx context.Context, key string, draw func(context.Context) (string, error)) (string, error) {
	if value, ok, err := c.get(key); err == nil && ok {
		return value, nil
	}
	value, err := draw(ctx)
	if err != nil {
		return "", err
	}
	_ = c.set(key, value) // a cache that is down keeps nothing, and nobody is told
	return value, nil
}
