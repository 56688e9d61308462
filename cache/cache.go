package cache

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// Cache holds upstream answers. It is safe for concurrent use. [Get], [GetMany]
// and [Lookup] read it; they are functions since methods have no type parameters.
type Cache struct {
	maxValue int
	lease    time.Duration // of the tier
	patience time.Duration // with a fill that there is an old value instead of
	now      func() time.Time
	jitter   func() float64
	emit     func(Event)
	log      *slog.Logger

	gens    *generations
	memory  *memoryTier
	redis   *redisTier // nil without Redis
	replica *replica   // nil without Redis, and for a lone process
	flights *flights
	ledger  *ledger
	locks   *locks
	claims  *claims
	closed  atomic.Bool
}

// New returns a cache. It neither asks nor needs Redis to be there: a Redis that
// is away is served without. It fails when a limit is negative or absurd.
func New(o Options) (*Cache, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	link := newSureLink(&o)
	if link == nil || o.Lone {
		return build(&o, link, nil)
	}
	return build(&o, link, newRedisBus(link, o.TierLease))
}

// build puts a cache together; link and bus are nil without Redis or other replicas.
func build(o *Options, link *link, bus bus) (*Cache, error) {
	gens, lease := newGenerations(generationSlots), newLease(o.Now())
	memory, err := newMemoryTier(o.MaxBytes, lease, gens, o.Now)
	if err != nil {
		return nil, err
	}
	var tier *redisTier
	if link != nil {
		if tier, err = newRedisTier(o, link); err != nil {
			memory.close()
			return nil, err
		}
	}
	claims := newClaims(o.ClaimLease)
	c := &Cache{
		maxValue: o.MaxValue, lease: o.TierLease, patience: o.Patience, now: o.Now, jitter: o.Jitter, emit: o.OnEvent, log: o.Logger,
		gens: gens, memory: memory, redis: tier, flights: newFlights(o.FillTimeout),
		claims: claims, ledger: newLedger(o, claims, link), locks: newLocks(o, claims, link),
	}
	c.replica = joinReplicas(o, bus, gens, lease, c.redis.pay)
	if c.redis != nil {
		c.redis.spread = c.replica.spread
	}
	return c, nil
}

// Close cancels the fills under way, waits for them, stops renewing the claims that
// are held, and refuses everything after with [ErrClosed]. It leaves the Redis client
// open, which is its opener's. The error names a fill that ignored its context for
// longer than the fill time-out.
func (c *Cache) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	err := c.flights.close()
	c.claims.end()
	c.replica.close()
	c.memory.close()
	c.redis.close()
	return err
}

// Evict kills every entry that depends on one of the tags, in every tier of every
// replica and under every authority. No read that begins after it returned nil is
// served what was filled before, here or elsewhere; fills under way serve who already
// waits for them and are not stored. It waits for the other replicas to have heard:
// a round trip, or for one that is dead until its lease is over, at most
// [Options].TierLease.
//
// What it tells is told even when ctx is cancelled: a client that has gone must not
// keep its own write from being seen. Only the waiting ends then, with the context's
// error. A [*RedisError] says that Redis, and so other replicas, could not be told: what
// they hold may be served until its Fresh ends. This process keeps the promise even
// then, and tells Redis when it is back. A [*ScopeError] refuses a zero tag.
func (c *Cache) Evict(ctx context.Context, tags ...Tag) error {
	if c.closed.Load() {
		return ErrClosed
	}
	if slices.ContainsFunc(tags, Tag.IsZero) {
		return &ScopeError{Reason: "an eviction names a tag without a scope"}
	}
	if len(tags) == 0 {
		return nil
	}
	// Redis comes first. Were this process first, a read between the two could
	// take the old bytes from Redis and keep them under the new local generation.
	err := c.redis.evict(context.WithoutCancel(ctx), tags)
	c.gens.bump(tags)
	c.emit(Event{Kind: Evicted, Count: len(tags)})
	// The other replicas come last, so that none reads the old bytes again after it
	// has heard.
	untold := c.replica.tell(ctx, tags)
	if untold != nil {
		c.redis.owe(tags)
	}
	return errors.Join(err, untold)
}

// Clear evicts everything of the tenants, like [Cache.Evict] of a tag that each of
// their entries has. It costs the same however much there is.
func (c *Cache) Clear(ctx context.Context, tenants ...string) error {
	tags := make([]Tag, len(tenants))
	for i, tenant := range tenants {
		if tenant == "" {
			return &ScopeError{Reason: "a tenant to clear has no name"}
		}
		tags[i] = everything(tenant)
	}
	return c.Evict(ctx, tags...)
}

// check refuses what cannot be said to belong to one tenant.
func (c *Cache) check(key Key, tags, births []Tag) error {
	if c.closed.Load() {
		return ErrClosed
	}
	if key.IsZero() {
		return &ScopeError{Reason: "a request has no key"}
	}
	foreign := func(tag Tag) bool { return tag.tenant != key.tenant }
	if slices.ContainsFunc(tags, foreign) || slices.ContainsFunc(births, foreign) {
		return &ScopeError{Reason: "a request has a tag of another tenant than its key's, or of none"}
	}
	return nil
}
