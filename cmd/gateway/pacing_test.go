package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// searches asks for so many things that nobody has asked for before: each is a
// Call in the general bucket of the marketplace's one client application.
func searches(by string, n int) string {
	var doc strings.Builder
	for i := range n {
		fmt.Fprintf(&doc, "s%d: products(first: 1, searchText: %q) { totalCount } ", i, fmt.Sprint(by, " ", i))
	}
	return "{ " + doc.String() + "}"
}

// TestReplicasAgreeOnPacing: three gateways on one Redis, each with as many Calls
// as one alone may make at once. Together they stay below the limit that the
// sandbox watches over, and those who may see it are told what that took.
func TestReplicasAgreeOnPacing(t *testing.T) {
	url, _ := startRedis(t)
	b := startBackends(t, 1)
	const each, most = 9, 20
	replicas := make([]*front, 3)
	for i := range replicas {
		replicas[i] = b.start(t, withRedis(url), func(c *Config) { c.Pacing.Replicas = len(replicas) })
	}
	b.forgetCalls(t)
	waited := make([]int64, len(replicas))
	var all sync.WaitGroup
	for i, g := range replicas {
		r := g.request(t, ask{as: "admin", doc: searches(fmt.Sprint("replica ", i), each)})
		all.Go(func() { waited[i] = g.waited(t, g.read(t, r)) })
	}
	all.Wait()
	got := b.calls(t)
	if n := got.ByRoute["GET /channel/v1/applications"]; n != len(replicas)*each || n <= most || got.Violations > 0 {
		t.Errorf("%d calls, want %d; %d above the limits: %v", n, len(replicas)*each, got.Violations, got.ByRoute)
	}
	if total := waited[0] + waited[1] + waited[2]; total == 0 {
		t.Error("nobody is told of a wait")
	}
}

// waited is what an answer says of its time in the pacer, in milliseconds.
func (g *front) waited(t *testing.T, r reply) int64 {
	t.Helper()
	var answer struct {
		Extensions struct {
			Upstream *struct{ WaitedMs int64 }
		}
	}
	if err := json.Unmarshal(r.body, &answer); err != nil || len(r.errors) > 0 || answer.Extensions.Upstream == nil {
		t.Errorf("%v in %.500s", err, r.body)
		return 0
	}
	return answer.Extensions.Upstream.WaitedMs
}
