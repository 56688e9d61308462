package cache

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// wantSource gets the request's value and says where it has to come from.
func (h *house) wantSource(t testing.TB, r Request[string], value string, source Source) {
	t.Helper()
	got := GetMany(t.Context(), h.Cache, []Request[string]{r})[0]
	if want := (Result[string]{Value: value, Source: source, Fresh: r.Fresh}); got != want {
		t.Fatalf("got %q from %v (%v), want %q from %v", got.Value, got.Source, got.Err, value, source)
	}
}

func TestReplicasShareThroughRedis(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "x"}
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	a.wantSource(t, r, "x", FromFill)
	b.wantSource(t, r, "x", FromRedis)
	b.wantSource(t, r, "x", FromMemory)
	if fills, decodes := up.counts(); fills != 1 || decodes != 2 {
		t.Errorf("%d fills and %d decodes, want 1 and 2", fills, decodes)
	}

	viewer := up.request(scope(t, "acme", "viewer:7"), "1")
	if res := Lookup(t.Context(), b.Cache, []Request[string]{viewer}); !errors.Is(res[0].Err, ErrMiss) {
		t.Errorf("a viewer finds the system's entry: %+v", res[0])
	}
	other := newHouse(t, server.client(t), func(o *Options) { o.Version = "2" })
	other.wantSource(t, r, "x", FromFill)
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	server, up, sc := startRedis(t), &source{text: "x"}, scope(t, "acme", "system")
	var rs []Request[string]
	for i := range 200 {
		rs = append(rs, up.request(sc, fmt.Sprint(i)))
	}
	all := func(h *house) func() {
		return func() {
			for i, res := range GetMany(t.Context(), h.Cache, rs) {
				if res.Err != nil || res.Value != "x" {
					t.Errorf("%d: %+v", i, res)
				}
			}
		}
	}
	var cold, warm wire
	a, b := newHouse(t, hooked(t, server, &cold)), newHouse(t, hooked(t, server, &warm))
	// One read, one for the new tags (and one to teach the script), then writes:
	// at worst one for each, and commonly a few.
	if n := cold.count(all(a)); n < 3 || n > 203+1 {
		t.Errorf("cold: %d round trips", n)
	}
	if n := warm.count(all(b)); n != 1 {
		t.Errorf("warm in Redis: %d round trips, want 1", n)
	}
	if n := warm.count(all(b)); n != 0 {
		t.Errorf("warm in process: %d round trips, want 0", n)
	}
	up.wantFills(t, 200)

	rs = append(rs, up.request(scope(t, "globex", "system"), "1"))
	c := newHouse(t, hooked(t, server, &warm))
	if n := warm.count(func() { Lookup(t.Context(), c.Cache, rs) }); n != 1 {
		t.Errorf("two tenants: %d round trips, want 1", n)
	}
}

func hooked(t testing.TB, server *redisServer, w *wire) redis.UniversalClient {
	t.Helper()
	client := server.client(t)
	// Connect both of the client's pools first: handshakes pass the hook, too.
	ping := func(pipe redis.Pipeliner) error { return pipe.Ping(t.Context()).Err() }
	if _, err := client.Pipelined(t.Context(), ping); err != nil {
		t.Fatal(err)
	}
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	client.AddHook(w)
	return client
}

func TestEvictionsReachOtherReplicasThroughRedis(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "old"}
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	one, two := up.request(scope(t, "acme", "system"), "1"), up.request(scope(t, "globex", "system"), "1")
	for name, evict := range map[string]func() error{
		"evict": func() error { return a.Evict(t.Context(), one.Tags[0], two.Tags[1]) },
		"clear": func() error { return a.Clear(t.Context(), "acme", "globex") },
	} {
		up.set("old "+name, nil)
		a.wantSource(t, one, "old "+name, FromFill)
		a.wantSource(t, two, "old "+name, FromFill)
		if err := evict(); err != nil {
			t.Fatal(err)
		}
		up.set("new "+name, nil)
		b.wantSource(t, one, "new "+name, FromFill)
		a.wantSource(t, one, "new "+name, FromRedis)
		a.wantSource(t, two, "new "+name, FromFill)
		if err := b.Clear(t.Context(), "acme", "globex"); err != nil {
			t.Fatal(err)
		}
		a.gens.bump([]Tag{everything("acme"), everything("globex")})
	}
}

// TestALateFillOfAnotherReplicaIsRefused: the fill began before the eviction that
// another replica made, so neither tier keeps it and no later read joins it.
func TestALateFillOfAnotherReplicaIsRefused(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), newBlocked("old")
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	before := a.get(t.Context(), r)
	<-up.ctx
	if err := b.Evict(t.Context(), r.Tags[1]); err != nil {
		t.Fatal(err)
	}
	up.set("new", nil)
	after := a.get(t.Context(), r)
	<-up.ctx
	up.release <- struct{}{}
	up.release <- struct{}{}
	before.want(t, "old", nil)
	after.want(t, "new", nil)
	a.wantSource(t, r, "new", FromMemory)
	b.wantSource(t, r, "new", FromRedis)
	if got := a.events.count(Late); got != 1 {
		t.Errorf("%d late, want 1", got)
	}
}

// TestWhatRedisLosesCostsMissesOnly: for every name that Redis may drop while
// others stay, and for all of them, reads miss and nothing old comes back.
func TestWhatRedisLosesCostsMissesOnly(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	for _, lost := range []string{"*:e:*", "*:g:*", "*:g:\\*", "*:n", "*"} {
		up := newBlocked("old")
		writer, reader := newHouse(t, server.client(t)), newHouse(t, server.client(t))
		r := up.request(scope(t, "acme", "system"), lost)
		under := writer.get(t.Context(), r)
		<-up.ctx
		// Lost and evicted, or evicted and lost, in the middle of the fill.
		drop(t, client, lost)
		if err := writer.Evict(t.Context(), r.Tags[0]); err != nil {
			t.Fatal(err)
		}
		drop(t, client, lost)
		up.set("new", nil)
		close(up.release)
		under.want(t, "old", nil)
		reader.wantSource(t, r, "new", FromFill)

		drop(t, client, lost)
		third := newHouse(t, server.client(t))
		if res := Lookup(t.Context(), third.Cache, []Request[string]{r})[0]; res.Err == nil && res.Value != "new" {
			t.Errorf("%s lost: %+v", lost, res)
		}
	}
}

func drop(t testing.TB, client redis.UniversalClient, pattern string) {
	t.Helper()
	names, err := client.Keys(t.Context(), pattern).Result()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) > 0 {
		if err := client.Del(t.Context(), names...).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGarbageInRedisIsAMiss(t *testing.T) {
	t.Parallel()
	server, sc := startRedis(t), scope(t, "acme", "system")
	client := server.client(t)
	a, up := newHouse(t, client), &source{text: "x"}
	r, other := up.request(sc, "1"), up.request(sc, "2")
	name := a.redis.names.entry(r.Key)
	for garbage, put := range map[string]func() error{
		"text":            func() error { return client.Set(t.Context(), name, "garbage", 0).Err() },
		"cut":             func() error { return client.SetRange(t.Context(), name, 0, "\x00").Err() },
		"another's entry": func() error { return client.Copy(t.Context(), a.redis.names.entry(other.Key), name, 0, true).Err() },
		"another type": func() error {
			return errors.Join(client.Del(t.Context(), name).Err(), client.LPush(t.Context(), name, "x").Err())
		},
		"generation": func() error {
			return client.Set(t.Context(), a.redis.names.generation(r.Tags[0]), "many", 0).Err()
		},
	} {
		a.want(t, r, "x")
		a.want(t, other, "x")
		if err := put(); err != nil {
			t.Fatal(garbage, err)
		}
		b := newHouse(t, server.client(t))
		b.wantSource(t, r, "x", FromFill)
		noticed := garbage != "another type" && garbage != "generation" // those are nothing to MGET
		if got := b.events.count(Undecodable); (got == 1) != noticed {
			t.Errorf("%s: %d undecodable", garbage, got)
		}
		if b.events.count(RedisFailed) != 0 || client.Del(t.Context(), name).Err() != nil {
			t.Errorf("%s: redis failed", garbage)
		}
		a.gens.bump(r.Tags)
	}
}

func TestBytesThatDoNotDecodeAreAMiss(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "bad for others"}
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	lenient := r
	lenient.Decode = func(b []byte) (string, error) { return string(b), nil }
	a.wantSource(t, lenient, "bad for others", FromFill)

	up.set("good", nil)
	b.wantSource(t, r, "good", FromFill)
	panics := r
	panics.Decode = func([]byte) (string, error) { panic("no") }
	c := newHouse(t, server.client(t))
	if res := Lookup(t.Context(), c.Cache, []Request[string]{panics})[0]; !errors.Is(res.Err, ErrMiss) {
		t.Errorf("%+v, want a miss", res)
	}
	if x, y := b.events.count(Undecodable), c.events.count(Undecodable); x != 1 || y != 1 {
		t.Errorf("%d and %d undecodable, want 1 and 1", x, y)
	}
}

func TestEntriesInRedisExpire(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "x"}
	client := server.client(t)
	a := newHouse(t, client)
	r := up.request(scope(t, "acme", "system"), "1")
	a.want(t, r, "x")
	for _, name := range client.Keys(t.Context(), "*").Val() {
		ttl := client.PTTL(t.Context(), name).Val()
		switch {
		case strings.Contains(name, ":e:"):
			if ttl <= 0 || ttl > r.Fresh {
				t.Errorf("an entry lives for %v", ttl)
			}
		case ttl <= MaxFresh || ttl > GenerationLife:
			t.Errorf("%s lives for %v", name, ttl)
		}
	}

	// The other replica's clock decides too, and a later clock keeps nothing longer.
	ahead, behind := newHouse(t, client), newHouse(t, client)
	ahead.clock.advance(2 * r.Fresh)
	if res := Lookup(t.Context(), ahead.Cache, []Request[string]{r})[0]; !errors.Is(res.Err, ErrMiss) {
		t.Errorf("a clock past the expiry: %+v", res)
	}
	behind.clock.advance(-time.Hour)
	behind.wantSource(t, r, "x", FromRedis)
	behind.clock.advance(r.Fresh)
	if e, _ := behind.memory.get(r.Key, r.Tags); e != nil {
		t.Errorf("kept for longer than fresh: %v", e)
	}
}

func TestNotStoredIsNotInRedis(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	a := newHouse(t, client, func(o *Options) { o.MaxValue = 3 })
	sc := scope(t, "acme", "system")
	never, large := (&source{text: "x"}).request(sc, "1"), (&source{text: "four"}).request(sc, "2")
	never.Fresh = 0
	a.want(t, never, "x")
	a.want(t, large, "four")
	if names := client.Keys(t.Context(), "*:e:*").Val(); len(names) != 0 {
		t.Errorf("redis holds %q", names)
	}
}
