package cache

import (
	"context"
	"maps"
	"slices"
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
}

func newRedisTier(o *Options, sure *link) *redisTier {
	if sure == nil {
		return nil
	}
	t := &redisTier{link: newLink(o, o.RedisTimeout, sure.outage), sure: sure, names: newNames(o.Version)}
	t.writes.commit = t.commit
	return t
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

// ensure gives the probes' tags generations where they have none, so that what is
// about to be filled can be stored.
func (t *redisTier) ensure(ctx context.Context, probes []*probe) {
	if t == nil {
		return
	}
	lacking := map[Tag]uint64{}
	for _, p := range probes {
		for i, gen := range p.remote {
			if gen == 0 {
				lacking[p.tags[i]] = 0
			}
		}
	}
	if len(lacking) == 0 {
		return
	}
	if t.exchange(ctx, "read", func(ctx context.Context) error { return t.create(ctx, lacking) }) != nil {
		return // the probes stay incomplete, and are not stored
	}
	for _, p := range probes {
		for i, gen := range p.remote {
			if gen == 0 {
				p.remote[i] = lacking[p.tags[i]]
			}
		}
	}
}

// create fills in the generations of tags that had none.
func (t *redisTier) create(ctx context.Context, gens map[Tag]uint64) error {
	calls, tags := t.perTenant(ensureScript, maps.Keys(gens))
	cmds, err := runScripts(ctx, t.client, calls)
	if err != nil {
		return err
	}
	for i, cmd := range cmds {
		values, err := cmd.Slice()
		if err != nil {
			return err
		}
		for j, tag := range tags[i] {
			gens[tag] = generationOf(values[j])
		}
	}
	return nil
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
