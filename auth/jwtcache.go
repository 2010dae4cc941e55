package auth

import "sync"

// cachedJWTs is how many JWTs one generation of the cache holds.
const cachedJWTs = 4096

// A jwtCache remembers JWTs that were verified, by the hash of their text, so
// that a request costs a hash and not a signature. It holds two generations:
// when the newer one is full, the older one is dropped, and what was not asked
// for meanwhile with it. Only good tokens come in, so that nobody else's can
// push them out.
type jwtCache struct {
	most int // JWTs in one generation

	mu                sync.Mutex // guards what follows
	current, previous map[digest]jwtIdentity
}

func newJWTCache(most int) *jwtCache {
	return &jwtCache{most: most, current: make(map[digest]jwtIdentity)}
}

// get returns what was put for d, if it is remembered.
func (c *jwtCache) get(d digest) (jwtIdentity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.current[d]
	if ok {
		return found, true
	}
	if found, ok = c.previous[d]; ok {
		c.putLocked(d, found)
	}
	return found, ok
}

// put remembers found for d.
func (c *jwtCache) put(d digest, found jwtIdentity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.putLocked(d, found)
}

func (c *jwtCache) putLocked(d digest, found jwtIdentity) {
	if len(c.current) >= c.most {
		c.previous, c.current = c.current, make(map[digest]jwtIdentity)
	}
	c.current[d] = found
}
