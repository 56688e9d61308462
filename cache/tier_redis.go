package cache

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"time"
)

// maxRead bounds the names of one MGET: Redis serves nobody else meanwhile.
// Larger reads are several commands, still in one round trip.
const maxRead = 512

// redisTier is the tier that replicas share. A nil tier holds nothing. None of
// its failures is a request's: they are misses, and events.
type redisTier struct {
	*link       // of reads, which must not wait
	sure  *link // of evictions, which must not fail
	// spread tells other replicas of evictions that Redis was told of late.
	spread func(context.Context, []Tag) error
	names  names
	owed   debts
	writes writer
	*packer
	self  string        // names this process to the others
	lease time.Duration // of a fill
}

func newRedisTier(o *Options, sure *link) (*redisTier, error) {
	packer, err := newPacker(o.MaxValue)
	if err != nil {
		return nil, fmt.Errorf("cache: compression: %w", err)
	}
	t := &redisTier{
		link: newLink(o, o.RedisTimeout, sure.outage), sure: sure, names: newNames(o.Version), packer: packer,
		self: rand.Text(), lease: FillLease,
	}
	t.writes.commit = t.commit
	return t, nil
}

// close ends what the tier has running. The client is its opener's.
func (t *redisTier) close() {
	if t != nil {
		t.packer.close()
	}
}

// read asks for the probes' entries and generations, in one round trip.
func (t *redisTier) read(ctx context.Context, probes []*probe) {
	if t == nil || len(probes) == 0 || t.pay(ctx) != nil {
		return
	}
	wanted := newReading(t.names, probes)
	err := t.exchange(ctx, "read", func(ctx context.Context) error { return wanted.run(ctx, t.client) })
	if err != nil {
		return // counted and logged there; for the request it is a miss
	}
	now := t.now()
	for i, p := range probes {
		if !p.accept(wanted.of(i), now) {
			t.emit(Event{Kind: Undecodable, Route: p.key.route, Err: errFrame})
		}
	}
}

// evict bumps the tags' generations. What fails is owed, and paid before the next
// read.
func (t *redisTier) evict(ctx context.Context, tags []Tag) error {
	if t == nil {
		return nil
	}
	err := t.bump(ctx, t.sure, slices.Values(tags))
	if err != nil {
		t.owe(tags)
	}
	return err
}

// owe remembers what Redis, or another replica, was not told.
func (t *redisTier) owe(tags []Tag) {
	if t != nil {
		t.owed.add(tags)
	}
}

// pay bumps what is owed, and tells the other replicas.
func (t *redisTier) pay(ctx context.Context) error {
	if t == nil {
		return nil
	}
	listed := t.owed.list()
	if len(listed) == 0 {
		return nil
	}
	if err := t.bump(ctx, t.link, maps.Keys(listed)); err != nil {
		return err
	}
	if err := t.spread(ctx, slices.Collect(maps.Keys(listed))); err != nil {
		return err
	}
	t.owed.settle(listed)
	return nil
}
