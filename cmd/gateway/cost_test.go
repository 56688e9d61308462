package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// costOf is extensions.cost of an answer.
func costOf(t *testing.T, r reply) (cost struct {
	Requested int `json:"requestedQueryCost"`
	Actual    int `json:"actualQueryCost"`
	Throttle  struct {
		Maximum   int `json:"maximumAvailable"`
		Available int `json:"currentlyAvailable"`
		Restore   int `json:"restoreRate"`
	} `json:"throttleStatus"`
},
) {
	t.Helper()
	var answer struct {
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	if err := json.Unmarshal(r.body, &answer); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer.Extensions["cost"], &cost); err != nil {
		t.Fatalf("no cost in %.500s: %v", r.body, err)
	}
	return cost
}

// TestCockpitIsAffordable asks for the four backends at once, three times in a
// row, with the buckets and limits of a gateway that is not configured otherwise.
func TestCockpitIsAffordable(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t, func(c *Config) {
		for i := range c.Tenants {
			c.Tenants[i].Cost = CostConfig{}
		}
	})
	before := 0
	for run := range 3 {
		got := g.query(t, ask{as: "admin", doc: cockpit})
		if len(got.errors) > 0 {
			t.Fatalf("run %d: %+v", run, got.errors)
		}
		cost := costOf(t, got)
		if cost.Requested > 320 || cost.Actual > cost.Requested || cost.Throttle.Maximum != 1000 || cost.Throttle.Restore != 100 {
			t.Errorf("run %d costs %+v, want at most 320", run, cost)
		}
		if run == 2 && cost.Actual > before {
			t.Errorf("the third run cost %d points, the second %d", cost.Actual, before)
		}
		before = cost.Actual
	}
}

// TestQueriesAreSettled asks each document of testdata/queries cold, and wants
// no more points for it than were estimated, some for the calls it made, and
// one more for each item.
func TestQueriesAreSettled(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	for file, cases := range readCases(t) {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s %s", file, c.Name), func(t *testing.T) {
				g, stop := b.startUntil(t)
				defer stop()
				a := ask{as: c.viewer(), stage: c.Stage, doc: c.Query, vars: map[string]any{"n": c.largest()}}
				first := g.query(t, a)
				if len(first.errors) > 0 {
					t.Fatalf("%+v", first.errors)
				}
				b.forgetCalls(t)
				cold, warm := costOf(t, first), costOf(t, g.query(t, a))
				if cold.Actual > cold.Requested || warm.Actual > cold.Actual || cold.Requested != warm.Requested {
					t.Errorf("cold %+v, warm %+v", cold, warm)
				}
				if cold.Actual == warm.Actual && b.calls(t).Total == 0 {
					t.Errorf("a cold run made calls, but cost %d points like a warm one", cold.Actual)
				}
			})
		}
	}
}

// TestBucketsAreShared has two gateways in front of one Redis: what one of them
// answered is missing at the other. Without Redis each goes by its own buckets.
func TestBucketsAreShared(t *testing.T) {
	t.Parallel()
	url, kill := startRedis(t)
	b := startBackends(t, 1)
	small := func(c *Config) {
		for i := range c.Tenants {
			c.Tenants[i].Cost.Each = &PointsConfig{Size: 30, PerSecond: 1}
		}
	}
	one, two := b.start(t, withRedis(url), small), b.start(t, withRedis(url), small)
	a := ask{as: "admin", doc: `{ companies(first: 20) { nodes { id } } }`} // 21 points
	if cost := costOf(t, one.query(t, a)); cost.Actual < 20 || cost.Throttle.Available > 10 {
		t.Fatalf("the first gateway charged %+v", cost)
	}
	refused := two.query(t, a)
	if len(refused.errors) != 1 || refused.errors[0].code() != "RATE_LIMIT_EXCEEDED" || refused.header.Get("Retry-After") == "" {
		t.Errorf("the second gateway answered %.300s", refused.body)
	}
	kill()
	two.must(t, a)
	status, _, metrics := b.do(t, request(t, http.MethodGet, two.url+"/metrics", nil))
	if status != http.StatusOK || !strings.Contains(string(metrics), `marketgraph_cost_buckets_total{kind="alone"} 1`) {
		t.Error("the metrics do not say that a gateway was alone")
	}
}
