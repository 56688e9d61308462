package main

import "time"

// CacheConfig bounds the cache.
type CacheConfig struct {
	// MaxBytes of the in-process tier.
	MaxBytes int64 `yaml:"maxBytes"`
	// Lone says that no other gateway shares the Redis: the in-process tier needs
	// no lease.
	Lone bool `yaml:"lone"`
	// StaleRoles is how old may be what is known of a viewer while the marketplace does not
	// answer; nil is staleRoles.
	StaleRoles *time.Duration `yaml:"staleRoles"`
}

// staleRoles is CacheConfig.StaleRoles by default, and mostStaleRoles at most: nothing is kept longer.
const (
	staleRoles     = 5 * time.Minute
	mostStaleRoles = time.Hour
)

func (c *CacheConfig) check(at *checker) {
	if c.MaxBytes < 0 {
		at.add("cache.maxBytes", "must be positive")
	}
	if d := c.staleRoles(); d < 0 || d > mostStaleRoles {
		at.add("cache.staleRoles", "must be between 0s, for never, and %s", mostStaleRoles)
	}
}

func (c *CacheConfig) staleRoles() time.Duration {
	if c.StaleRoles == nil {
		return staleRoles
	}
	return *c.StaleRoles
}
