package cache

import (
	"context"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"time"
)

// FillLease is how long others wait for a replica that fills and does not say any
// longer that it is alive; then the next one fills.
const FillLease = 2 * time.Second

// Whoever waits for another replica's fill asks again after pauses that grow from the
// one to the other, give or take a half.
const (
	minFillPause = 10 * time.Millisecond
	maxFillPause = 100 * time.Millisecond
)

// opening is what one tenant's probes need before they are filled.
type opening struct {
	lacking map[Tag]bool // without a generation
	probes  []*probe
}

// open announces that the probes are about to be filled: it gives their tags
// generations where they have none, without which nothing can be stored, and learns
// which of them another replica is filling already. With Redis away nobody is.
func (t *redisTier) open(ctx context.Context, probes []*probe) {
	if t == nil || len(probes) == 0 {
		return
	}
	tenants := map[string]*opening{}
	for _, p := range probes {
		p.follows = false
		if p.remote == nil {
			continue // Redis did not answer just now, or was not asked: it is not to be stored
		}
		o := tenants[p.key.tenant]
		if o == nil {
			o = &opening{lacking: map[Tag]bool{}}
			tenants[p.key.tenant] = o
		}
		o.probes = append(o.probes, p)
		for i, gen := range p.remote {
			if gen == 0 {
				o.lacking[p.tags[i]] = true
			}
		}
	}
	if len(tenants) == 0 {
		return
	}
	// A failure is counted and logged in exchange; the probes stay as they are.
	_ = t.exchange(ctx, "read", func(ctx context.Context) error { return t.announce(ctx, tenants) })
}

// announce runs the script of each tenant. All probes are refreshes, or none is.
func (t *redisTier) announce(ctx context.Context, tenants map[string]*opening) error {
	var calls []scriptCall
	var tags [][]Tag
	names := slices.Collect(maps.Keys(tenants))
	for i, tenant := range names {
		o := tenants[tenant]
		tags = append(tags, slices.Collect(maps.Keys(o.lacking)))
		keys := []string{t.names.counter(tenant)}
		for _, tag := range tags[i] {
			keys = append(keys, t.names.generation(tag))
		}
		for _, p := range o.probes {
			keys = append(keys, t.names.filling(p.key))
		}
		args := []any{GenerationLife.Milliseconds(), len(tags[i]), t.claimant(o.probes[0]), t.lease.Milliseconds()}
		calls = append(calls, scriptCall{script: openScript, keys: keys, args: args})
	}
	cmds, err := runScripts(ctx, t.client, calls)
	if err != nil {
		return err
	}
	for i, cmd := range cmds {
		values, err := cmd.Slice()
		if err != nil {
			return err
		}
		tenants[names[i]].take(tags[i], values)
	}
	return nil
}

// take reads the script's answer: the generations of the tags, then of each probe
// whether another fills it.
func (o *opening) take(tags []Tag, values []any) {
	gens := make(map[Tag]uint64, len(tags))
	for i, tag := range tags {
		gens[tag] = generationOf(values[i])
	}
	for i, p := range o.probes {
		for j, gen := range p.remote {
			if gen == 0 {
				p.remote[j] = gens[p.tags[j]]
			}
		}
		p.follows = values[len(tags)+i] == int64(1)
	}
}

// follow waits until nobody else fills what the probe asks for, and this replica may,
// or the context's end.
func (t *redisTier) follow(ctx context.Context, p *probe) error {
	for wait := minFillPause; p.follows; wait = min(2*wait, maxFillPause) {
		if err := pause(ctx, wait/2+mathrand.N(wait)); err != nil {
			return err
		}
		t.open(ctx, []*probe{p})
	}
	return nil
}

// lead keeps others waiting for the probe's fill until the returned function is
// called. What is stored ends the wait by itself, and sooner.
func (t *redisTier) lead(ctx context.Context, p *probe) (end func()) {
	if t == nil || p.remote == nil {
		return func() {}
	}
	alive, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for pause(alive, t.lease/3) == nil {
			_ = t.claimed(ctx, p, t.lease) // unheard, it costs a second fill
		}
	}()
	return func() {
		stop()
		<-stopped
		if !p.stored {
			t.leave(ctx, p)
		}
	}
}

// leave lets others fill.
func (t *redisTier) leave(ctx context.Context, p *probe) {
	_ = t.claimed(context.WithoutCancel(ctx), p, 0) // else it ends with its lease
}

// claimant is what a fill is claimed by: this process, and a mark if nobody waits for
// it. Such a claim keeps off other refreshes only.
func (t *redisTier) claimant(p *probe) string {
	if p.aside {
		return t.self + "~"
	}
	return t.self
}

// claimed changes for how long the probe's fill is this process's.
func (t *redisTier) claimed(ctx context.Context, p *probe, life time.Duration) error {
	if t == nil {
		return nil
	}
	call := scriptCall{script: claimedScript, keys: []string{t.names.filling(p.key)}, args: []any{t.claimant(p), life.Milliseconds()}}
	return t.exchange(ctx, "write", func(ctx context.Context) error {
		_, err := runScripts(ctx, t.client, []scriptCall{call})
		return err
	})
}

// drop forgets an entry that must not be served any longer.
func (t *redisTier) drop(ctx context.Context, p *probe) {
	if t == nil {
		return
	}
	// What is not forgotten is asked for again by whoever finds it.
	_ = t.exchange(ctx, "write", func(ctx context.Context) error { return t.client.Del(ctx, t.names.entry(p.key)).Err() })
}
