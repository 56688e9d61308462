package cache

import (
	"context"
	"slices"
)

// write stores a filled value, unless a tag was evicted since the probe read its
// generation: then it reports late. It returns when Redis has it, so that other
// replicas find it.
func (t *redisTier) write(ctx context.Context, p *probe, e *entry, bytes []byte) (late bool) {
	if t == nil || !p.complete() || len(p.remote) > maxStamps {
		return false
	}
	ttl := e.term.ends().Sub(t.now()).Milliseconds()
	if ttl <= 0 {
		return false
	}
	depends := len(e.stamps)
	f := &frame{binding: bind(p.key, p.tags[:depends]), term: e.term, gens: slices.Clone(p.remote[:depends])}
	t.pack(f, bytes)
	keys := []string{t.names.entry(p.key), t.names.filling(p.key)}
	args := []any{f.encode(), ttl, GenerationLife.Milliseconds(), t.claimant(p)}
	for i, tag := range p.tags[:depends] {
		keys = append(keys, t.names.generation(tag))
		args = append(args, p.remote[i])
	}
	w := &write{call: scriptCall{script: storeScript, keys: keys, args: args}}
	t.writes.submit(ctx, w)
	p.stored = w.done
	return w.late
}

// commit stores a batch of writes in one round trip.
func (t *redisTier) commit(ctx context.Context, batch []*write) {
	calls := make([]scriptCall, len(batch))
	for i, w := range batch {
		calls[i] = w.call
	}
	// A failure is counted and logged in exchange; the values are served anyway.
	_ = t.exchange(context.WithoutCancel(ctx), "write", func(ctx context.Context) error {
		cmds, err := runScripts(ctx, t.client, calls)
		for i, cmd := range cmds {
			stored, refused := cmd.Int()
			batch[i].late, batch[i].done = refused == nil && stored == 0, refused == nil
		}
		return err
	})
}
