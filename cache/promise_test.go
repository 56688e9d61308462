package cache

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestThePromiseInProcess: whatever is interleaved, no read returns what was
// filled before an eviction that was complete when the read began.
func TestThePromiseInProcess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 1, nil, true, cl.now)
		defer w.end(t)
		t.Repeat(w.actions(cl))
	})
}

// TestThePromiseThroughRedis: two replicas on one Redis, which now and then loses
// names, or everything.
func TestThePromiseThroughRedis(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 2, server, false, cl.running(time.Now()))
		defer w.end(t)
		actions := w.actions(cl)
		actions["lose"] = func(t *rapid.T) {
			pattern := rapid.SampledFrom([]string{"*:g:*", "*:g:\\*", "*:n", "*:e:*", "*"}).Draw(t, "pattern")
			names := client.Keys(context.Background(), "mg:*{"+w.scope.tenant+"}"+pattern).Val()
			if len(names) > 0 {
				client.Del(context.Background(), names...)
			}
		}
		// The replicas share more than names.
		actions["lose the bus"] = func(*rapid.T) { client.Del(context.Background(), "mg:{bus}") }
		actions["deafen"] = func(*rapid.T) { client.ClientKillByFilter(context.Background(), "TYPE", "pubsub") }
		t.Repeat(actions)
	})
}

// TestThePromiseWhileRedisComesAndGoes: each replica keeps the promise for its own
// evictions, also those that Redis could not be told of and still holds.
func TestThePromiseWhileRedisComesAndGoes(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 2, server, true, cl.now)
		w.apart = true
		defer w.end(t)
		actions := w.actions(cl)
		toggle := func(t *rapid.T) {
			cut := &w.replicas[rapid.IntRange(0, 1).Draw(t, "replica")].wire.cut
			cut.Store(!cut.Load())
			cl.advance(time.Second) // so that it is noticed
		}
		actions["cut or mend"], actions["mend or cut"] = toggle, toggle
		t.Repeat(actions)
	})
}

// TestNobodySharesEntriesOrFlights: reads of random scopes and specs, all at once
// and then again from each tier, each get their own answer.
func TestNobodySharesEntriesOrFlights(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, 2, server, true, time.Now)
		defer w.end(t)
		scopes := rapid.SliceOfN(nastyScope(), 1, 4).Draw(t, "scopes")
		specs := rapid.SliceOfN(nastySpec(), 1, 4).Draw(t, "specs")
		var fills atomic.Int64
		var rs []Request[string]
		var want []string
		distinct := map[string]bool{}
		for _, sc := range scopes {
			sc.tenant += w.scope.tenant
			for _, spec := range specs {
				whole := fmt.Sprintf("%#v %#v", sc, spec) // fmt sorts maps
				want, distinct[whole] = append(want, whole), true
				rs = append(rs, Request[string]{
					Key: sc.Key(spec), Tags: []Tag{sc.Tag(spec.ID, spec.Rows)}, Life: Life{Fresh: time.Minute},
					Fill:   func(context.Context) (Reply, error) { fills.Add(1); return Reply{Bytes: []byte(whole)}, nil },
					Decode: func(b []byte) (string, error) { return string(b), nil },
				})
			}
		}
		for _, r := range []*node{w.replicas[0], w.replicas[0], w.replicas[1]} {
			r.shared = make(chan struct{}, len(rs))
			for i, res := range GetMany(context.Background(), r.Cache, rs) {
				if res.Err != nil || res.Value != want[i] {
					t.Fatalf("%s got %q, %v", want[i], res.Value, res.Err)
				}
			}
		}
		if int(fills.Load()) != len(distinct) {
			t.Fatalf("%d fills of %d distinct reads", fills.Load(), len(distinct))
		}
	})
}
