package main

import (
	"encoding/json"
	"fmt"
	"net/http"
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
	b.control(t, http.MethodPut, "/limits", `{"enforce":false}`)
	for file, cases := range readCases(t) {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s %s", file, c.Name), func(t *testing.T) {
				g, stop := b.startUntil(t)
				defer stop()
				a := ask{as: c.viewer(), doc: c.Query, vars: map[string]any{"n": c.largest()}}
				cold := costOf(t, g.query(t, a))
				b.forgetCalls(t)
				warm := costOf(t, g.query(t, a))
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
