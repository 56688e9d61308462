package cache

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// TestOneReplicaFills: while one fills, the other waits, and has what it stored.
func TestOneReplicaFills(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), newBlocked("x")
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	first := a.get(t.Context(), r)
	<-up.ctx
	second := b.get(t.Context(), r)
	redistest.Await(t, "it has seen the claim", func() bool { return b.events.count(Followed) > 0 })
	up.release <- struct{}{}
	first.want(t, "x", nil)
	second.want(t, "x", nil)
	up.wantFills(t, 1)
	b.wantSource(t, r, "x", FromMemory)
}

// TestTheNextFillsInItsPlace: of a replica whose fill fails, or that falls silent.
func TestTheNextFillsInItsPlace(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(up *blocked, cut *wire){
		"fails":  func(up *blocked, _ *wire) { up.set("", errUpstream); up.release <- struct{}{} },
		"silent": func(_ *blocked, cut *wire) { cut.cut.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, up, good := startRedis(t), newBlocked("x"), &source{text: "y"}
			up.set("", errUpstream)
			var cut wire
			a, b := newHouse(t, hooked(t, server, &cut)), newHouse(t, server.client(t))
			a.redis.lease, b.redis.lease = 50*time.Millisecond, 50*time.Millisecond
			sc := scope(t, "acme", "system")
			first := a.get(t.Context(), up.request(sc, "1"))
			<-up.ctx
			end(up, &cut)
			b.wantSource(t, good.request(sc, "1"), "y", FromFill)
			if name == "silent" {
				up.release <- struct{}{}
			}
			first.want(t, "", errUpstream)
		})
	}
}

// TestAFailedRefreshIsNotRepeatedAtOnce, though Redis gives the old value back.
func TestAFailedRefreshIsNotRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, startRedis(t).client(t)), &source{text: "x"}
	r := up.request(scope(t, "acme", "system"), "1")
	r.Grace, r.Outage = time.Minute, func(error) bool { return true }
	h.want(t, r, "x")
	h.clock.advance(time.Minute)
	up.set("", errUpstream)
	for range 10 {
		h.want(t, r, "x")
		redistest.Await(t, "the refresh has ended", func() bool {
			h.flights.mu.Lock()
			defer h.flights.mu.Unlock()
			return len(h.flights.open) == 0
		})
	}
	up.wantFills(t, 2)
}

// TestRefreshesKeepNobodyWaiting: not on another replica either.
func TestRefreshesKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "x"}
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	claim := func(h *house, aside bool) (follows bool) {
		p := newProbe(h.Cache, 0, &r)
		p.aside = aside
		h.redis.read(t.Context(), []*probe{p})
		h.redis.open(t.Context(), []*probe{p})
		return p.follows
	}
	for i, step := range []struct {
		h       *house
		aside   bool
		follows bool
	}{
		{a, true, false}, {a, true, false}, {b, true, true}, // one refreshes
		{b, false, false}, {b, false, false}, {a, false, true}, {a, true, true}, {b, true, true}, // who is waited for takes over
	} {
		if got := claim(step.h, step.aside); got != step.follows {
			t.Errorf("step %d: follows is %t", i, got)
		}
	}
}

// TestLargeValuesArePacked in Redis, and come back as they were; what does not unpack
// is a miss.
func TestLargeValuesArePacked(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	a, b := newHouse(t, client), newHouse(t, client)
	for i, text := range []string{"small", strings.Repeat("large ", PackAbove)} {
		up := &source{text: text}
		r := up.request(scope(t, "acme", "system"), fmt.Sprint(i))
		a.want(t, r, text)
		name := a.redis.names.entry(r.Key)
		kept := client.Get(t.Context(), name).Val()
		if len(kept) > PackAbove {
			t.Errorf("%d bytes are kept in %d", len(text), len(kept))
		}
		b.wantSource(t, r, text, FromRedis)
		f, err := decodeFrame([]byte(kept))
		if err != nil {
			t.Fatal(err)
		}
		f.packed = true
		if f.payload = []byte("no zstd"); client.Set(t.Context(), name, f.encode(), time.Minute).Err() != nil {
			t.Fatal("redis is away")
		}
		c := newHouse(t, client)
		c.wantSource(t, r, text, FromFill)
		if c.events.count(Undecodable) != 1 {
			t.Error("nobody noticed")
		}
	}
}

// TestUnpackingIsBounded: a few bytes that would become many are refused.
func TestUnpackingIsBounded(t *testing.T) {
	t.Parallel()
	large, err := newPacker(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	small, err := newPacker(1 << 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(large.close)
	t.Cleanup(small.close)
	f, want := &frame{}, bytes.Repeat([]byte("x"), 1<<20)
	large.pack(f, want)
	if got, err := large.unpack(f); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := small.unpack(f); err == nil {
		t.Errorf("unpacked to %d bytes", len(got))
	}
}
