package cache

import (
	"context"
	"fmt"
	"iter"

	"github.com/redis/go-redis/v9"
)

// bump gives the tags new generations, by one call of the script per tenant: in a
// Cluster a script reaches one slot, so one tenant, only.
func (t *redisTier) bump(ctx context.Context, link *link, tags iter.Seq[Tag]) error {
	var calls []scriptCall
	at := map[string]int{}
	for tag := range tags {
		i, ok := at[tag.tenant]
		if !ok {
			i = len(calls)
			at[tag.tenant] = i
			calls = append(calls, scriptCall{
				script: bumpScript, keys: []string{t.names.counter(tag.tenant)},
				args: []any{GenerationLife.Milliseconds()},
			})
		}
		calls[i].keys = append(calls[i].keys, t.names.generation(tag))
	}
	return link.exchange(ctx, "evict", func(ctx context.Context) error {
		_, err := runScripts(ctx, t.client, calls)
		return err
	})
}

// reading is one round trip of MGETs: names once each, by tenant.
type reading struct {
	chunks [][]string     // the names of each MGET, all of one tenant
	open   map[string]int // the tenant's last chunk
	at     map[string]any // each name, and once it was read its value
	names  [][]string     // per probe: its entry's, its generations'
}

func newReading(n names, probes []*probe) *reading {
	r := &reading{open: map[string]int{}, at: map[string]any{}, names: make([][]string, len(probes))}
	for i, p := range probes {
		own := make([]string, 0, 1+len(p.tags))
		own = append(own, n.entry(p.key))
		for _, tag := range p.tags {
			own = append(own, n.generation(tag))
		}
		r.names[i] = own
		r.want(p.key.tenant, own)
	}
	return r
}

// want adds names to the tenant's chunks.
func (r *reading) want(tenant string, own []string) {
	for _, name := range own {
		if _, known := r.at[name]; known {
			continue
		}
		r.at[name] = nil
		i, ok := r.open[tenant]
		if !ok || len(r.chunks[i]) >= maxRead {
			i = len(r.chunks)
			r.chunks, r.open[tenant] = append(r.chunks, nil), i
		}
		r.chunks[i] = append(r.chunks[i], name)
	}
}

// run reads all the names.
func (r *reading) run(ctx context.Context, client redis.UniversalClient) error {
	if len(r.chunks) == 1 {
		return r.take(0, client.MGet(ctx, r.chunks[0]...))
	}
	cmds := make([]*redis.SliceCmd, len(r.chunks))
	_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, chunk := range r.chunks {
			cmds[i] = pipe.MGet(ctx, chunk...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, cmd := range cmds {
		if err := r.take(i, cmd); err != nil {
			return err
		}
	}
	return nil
}

// take keeps the values of one chunk.
func (r *reading) take(chunk int, cmd *redis.SliceCmd) error {
	values, err := cmd.Result()
	if err != nil {
		return err
	}
	if len(values) != len(r.chunks[chunk]) {
		return fmt.Errorf("mget: %d values for %d names", len(values), len(r.chunks[chunk]))
	}
	for i, name := range r.chunks[chunk] {
		r.at[name] = values[i]
	}
	return nil
}

// of returns the values of the probe's names: the entry's, then the generations'.
func (r *reading) of(probe int) []any {
	values := make([]any, len(r.names[probe]))
	for i, name := range r.names[probe] {
		values[i] = r.at[name]
	}
	return values
}
