// Package cache keeps upstream answers: keys, tiers, expiry, single-flight, generations and eviction. It knows no domain and no HTTP.
package cache
