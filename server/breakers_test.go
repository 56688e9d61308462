package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

// TestBreakersAreTold: a backend that fails is asked no more, the client learns at once when to come back, and operators
// see which route it is, while the gateway stays ready.
func TestBreakersAreTold(t *testing.T) {
	t.Parallel()
	bounds := upstream.DefaultBounds()
	bounds.BreakerCalls = 2
	g := start(t, Options{Breakers: upstream.NewBreakers(bounds)})
	const path = "/channel/v1/applications"
	g.on(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for range 2 {
		g.query(t, "", `{ products { totalCount } }`)
	}
	got := g.query(t, "", `{ products { totalCount } }`)
	if n := g.counts()[path]; n != 2 {
		t.Errorf("%d calls were made", n)
	}
	ext := got.Errors[0].Extensions
	if after, _ := ext["retryAfterSeconds"].(float64); ext["code"] != string(Internal) || ext["retryable"] != true || after < 1 || after > 6 {
		t.Errorf("the client is told %v", ext)
	}
	ready := g.send(t, "GET", "/readyz", "")
	for _, want := range []string{`"status":"ready"`, `"backend":"appdirect"`, `"route":"appdirect.listApplications"`, `"state":"open"`, `"retryAfterSeconds":`} {
		if ready.status != http.StatusOK || !strings.Contains(ready.text, want) {
			t.Errorf("/readyz lacks %s: %d %s", want, ready.status, ready.text)
		}
	}
	metrics := g.send(t, "GET", "/metrics", "").text
	for _, want := range []string{
		`marketgraph_breakers{backend="appdirect",route="appdirect.listApplications",state="open"} 1`,
		`marketgraph_upstream_calls_total{backend="appdirect",kind="tripped",route="appdirect.listApplications"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}
