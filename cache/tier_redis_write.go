package cache

import (
	"context"
	"slices"
)

// write stores a filled value, unless a tag was evicted since the probe read its
// generation: then it reports late. It returns when Redis has it, so that other
// replicas find it.
func (t *redisTier) write(ctx context.Context, p *probe, f *frame) (late bool) {
	if t == nil || !p.complete() || len(p.remote) > maxStamps {
		return false
	}
	ttl := f.expires.Sub(t.now()).Milliseconds()
	if ttl <= 0 {
		return false
	}
	f.binding, f.gens = bind(p.key, p.tags), slices.Clone(p.remote)
	keys := make([]string, 0, 1+len(p.tags))
	keys = append(keys, t.names.entry(p.key))
	args := []any{f.encode(), ttl, GenerationLife.Milliseconds()}
	for i, tag := range p.tags {
		keys = append(keys, t.names.generation(tag))
		args = append(args, p.remote[i])
	}
	w := &write{call: scriptCall{script: storeScript, keys: keys, args: args}}
	t.writes.submit(ctx, w)
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
			batch[i].late = refused == nil && stored == 0
		}
		return err
	})
}
