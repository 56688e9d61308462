package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// startRedis runs a real redis-server. It gives the URL, and ends the server when asked to, at the latest with the test.
func startRedis(t *testing.T, flags ...string) (url string, kill func()) {
	t.Helper()
	s := redistest.Start(t, flags...)
	return s.URL, s.Kill
}

// withRedis is patient, so that a busy machine is not taken for a Redis that is away.
func withRedis(url string) func(*Config) {
	return func(c *Config) { c.Redis, c.RedisTimeout = Secret{value: url}, mostRedisTimeout }
}

const redisDoc = `{ companies(first: 5) { nodes { name memberships(first: 2) { nodes { user { email } } } } } products(first: 5) { nodes { name vendorId } } }`

// What one gateway has read, another one does not call for. Redis is given up
// on after some milliseconds, so on a machine under load a gateway may miss it
// and read again: one that finds everything must come along, and soon.
func TestRedisSharesBetweenGateways(t *testing.T) {
	t.Parallel()
	url, kill := startRedis(t)
	b := startBackends(t, 1)
	a := ask{as: "admin", doc: redisDoc}
	one := b.start(t, withRedis(url))
	want := one.must(t, a)

	var two *front
	for range 10 {
		two = b.start(t, withRedis(url))
		b.forgetCalls(t)
		if diff := cmp.Diff(want, two.must(t, a)); diff != "" {
			t.Fatalf("another gateway answers differently:\n%s", diff)
		}
		if b.calls(t).Total == 0 {
			break
		}
	}
	if n := b.calls(t); n.Total != 0 {
		t.Errorf("ten gateways made calls for what the first had read: %v", n.ByRoute)
	}

	kill()
	for name, g := range map[string]*front{"the first": one, "another": two} {
		if diff := cmp.Diff(want, g.must(t, a)); diff != "" {
			t.Errorf("without Redis %s answers differently:\n%s", name, diff)
		}
		if got := g.must(t, ask{as: "admin", doc: `{ companies(first: 1) { nodes { subscriptions(first: 1) { totalCount } } } }`}); got["companies"] == nil {
			t.Errorf("without Redis %s does not answer what is new", name)
		}
	}
	if n := b.calls(t).Total; n == 0 {
		t.Error("what is new made no call")
	}
}

func TestRedisKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	url, _ := startRedis(t)
	b := startBackends(t, 1)
	a := ask{as: "partner", doc: `{ companies(first: 5) { nodes { id } } }`}
	want := b.start(t, withRedis(url)).must(t, a)
	a.tenant = "globex"
	got := b.start(t, withRedis(url)).must(t, a)
	if cmp.Equal(want, got) || len(list(got, "companies", "nodes")) != 5 {
		t.Errorf("globex was answered from acme's entries: %v", got)
	}
}

func TestRedisOutOfReach(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	// Nothing listens on a socket that does not exist.
	const password = "hunter2-of-redis"
	g := b.start(t, withRedis(fmt.Sprintf("unix://:%s@%s", password, filepath.Join(t.TempDir(), "none"))))
	want := b.start(t).must(t, ask{as: "partner", doc: redisDoc})
	for range 3 {
		if diff := cmp.Diff(want, g.must(t, ask{as: "partner", doc: redisDoc})); diff != "" {
			t.Errorf("without Redis it answers differently:\n%s", diff)
		}
	}
	told := 0
	for line := range strings.Lines(g.log.String()) {
		if strings.Contains(strings.ToLower(line), "redis") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the log tells %d times that Redis is away, want once:\n%s", told, g.log)
	}
	if strings.Contains(g.log.String(), password) {
		t.Error("the log tells the password")
	}
}
