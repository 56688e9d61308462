package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/limits"
)

func TestEndpoints(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	if got := g.send(t, "GET", "/healthz", "", "Host", "10.0.0.1"); got.status != http.StatusOK || got.text != "{\"status\":\"ok\"}\n" {
		t.Errorf("/healthz: %d %q", got.status, got.text)
	}
	if got := g.send(t, "GET", "/readyz", ""); got.status != http.StatusOK || got.text != "{\"status\":\"ready\"}\n" {
		t.Errorf("/readyz: %d %q", got.status, got.text)
	}
	if got := g.send(t, "POST", "/healthz", ""); got.status != http.StatusMethodNotAllowed {
		t.Errorf("POST /healthz: %d", got.status)
	}
	for _, path := range []string{"/healthz", "/nowhere"} {
		if got := g.send(t, "GET", path, ""); got.header.Get("X-Request-Id") == "" || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s lacks an id or nosniff: %v", path, got.header)
		}
	}
}

// TestDrain: a server that shuts down says so, stays alive, and goes on answering.
func TestDrain(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.server.Drain()
	if got := g.send(t, "GET", "/readyz", ""); got.status != http.StatusServiceUnavailable || !strings.Contains(got.text, "shutting down") {
		t.Errorf("/readyz: %d %q", got.status, got.text)
	}
	if got := g.send(t, "GET", "/healthz", ""); got.status != http.StatusOK {
		t.Errorf("/healthz: %d", got.status)
	}
	if got := g.query(t, "", `{ __typename }`); got.text != `{"data":{"__typename":"Query"}}` {
		t.Errorf("a query: %s", got.text)
	}
}

// TestMetrics counts what was done, by closed lists only.
func TestMetrics(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", products)
	g.query(t, "", `query SecretName { products { totalCount } }`)
	g.query(t, "", `{ me { id } }`)
	g.query(t, "", `{ nonsense }`)
	g.query(t, serviceToken, `{ company(id: "c9") { id } }`)
	text := g.send(t, "GET", "/metrics", "").text
	for _, want := range []string{
		`marketgraph_operations_total{errors="false",status="200",type="query"} 1`,
		`marketgraph_operations_total{errors="true",status="200",type="query"}`,
		`marketgraph_upstream_calls_total{backend="appdirect",kind="ok",route="appdirect.listApplications"} 1`,
		`marketgraph_upstream_calls_total{backend="appdirect",kind="not found",route="appdirect.readCompany"} 1`,
		`marketgraph_cache_events_total{kind="miss"}`,
		`marketgraph_operation_seconds_count{type="query"}`,
		`marketgraph_upstream_call_seconds_count{backend="appdirect",route="appdirect.readCompany"} 1`,
		`marketgraph_upstream_wait_seconds_count{backend="appdirect",lane="waiting"} 2`,
		"go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	for _, label := range []string{"SecretName", "acme", "c9", "batch"} {
		if strings.Contains(text, `"`+label) {
			t.Errorf("/metrics tells %q", label)
		}
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	preflight := func(g *gateway, origin, method, headers string) http.Header {
		return g.send(t, "OPTIONS", "/api/graphql", "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers).header
	}
	open, closed := start(t, Options{}), start(t, Options{Origins: []string{"https://shop.example"}})
	for name, tc := range map[string]struct {
		header http.Header
		want   string
	}{
		"any origin":        {preflight(open, "https://any.example", "POST", "authorization,content-type"), "*"},
		"the origin":        {preflight(closed, "https://shop.example", "POST", "content-type,mp-authorization"), "https://shop.example"},
		"another origin":    {preflight(closed, "https://evil.example", "POST", "content-type"), ""},
		"another method":    {preflight(open, "https://any.example", "DELETE", "content-type"), ""},
		"an unknown header": {preflight(open, "https://any.example", "POST", "x-evil"), ""},
	} {
		if got := tc.header.Get("Access-Control-Allow-Origin"); got != tc.want {
			t.Errorf("%s: allowed for %q, want %q", name, got, tc.want)
		}
		if got := tc.header.Get("Access-Control-Allow-Credentials"); got != "" {
			t.Errorf("%s: credentials are %q", name, got)
		}
	}
	got := closed.query(t, "", `{ __typename }`, "Origin", "https://shop.example")
	if got.header.Get("Access-Control-Allow-Origin") != "https://shop.example" || got.header.Get("Access-Control-Expose-Headers") != "X-Request-Id, Retry-After" {
		t.Errorf("the answer has %v", got.header)
	}
	if got := closed.query(t, "", `{ __typename }`, "Origin", "https://evil.example"); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin may read: %v", got.header)
	}
}

func TestAnswerBody(t *testing.T) {
	t.Parallel()
	list := gqlerror.List{{Message: `a "quoted" <message>`}}
	for want, response := range map[string]*graphql.Response{
		`{}`:               {},
		`{"data":null}`:    {Data: []byte("null")},
		`{"data":{"a":1}}`: {Data: []byte(`{"a":1}`)},
		`{"errors":[{"message":"a \"quoted\" \u003cmessage\u003e"}]}`:             {Errors: list},
		`{"errors":[{"message":"a \"quoted\" \u003cmessage\u003e"}],"data":null}`: {Errors: list, Data: []byte("null")},
		`{"extensions":{"x":1}}`: {Extensions: map[string]any{"x": 1}},
		`{"errors":[{"message":"a \"quoted\" \u003cmessage\u003e"}],"data":{"a":1},"extensions":{"x":1}}`: {Errors: list, Data: []byte(`{"a":1}`), Extensions: map[string]any{"x": 1}},
	} {
		if got := string((&answer{responses: []*graphql.Response{response}}).body()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestDocumentsAreBounded: long documents are parsed each time, ordinary ones once.
func TestDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDocuments(graph.NewExecutableSchema(graph.Config{}).Schema(), limits.Default())
	short, long := "{ me { id } }", "{ me { id } } #"+strings.Repeat("x", maxDocumentBytes)
	for _, text := range []string{short, long} {
		if _, faults := d.read(t.Context(), text); len(faults) > 0 {
			t.Fatal(faults)
		}
	}
	if _, ok := d.valid.Get(t.Context(), short); !ok {
		t.Error("an ordinary document was not kept")
	}
	if _, ok := d.valid.Get(t.Context(), long); ok {
		t.Error("a long document was kept")
	}
}
