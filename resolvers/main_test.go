package resolvers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"go.uber.org/goleak"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/resolvers"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type doc = map[string]any

// companies is how many there are; each has two members and one subscription
// to each of three products.
const companies = 5

// market is a backend with a small marketplace, the real executor, and the calls by endpoint.
type market struct {
	client *upstream.Client
	exec   *executor.Executor
	viewer *auth.Viewer

	mu    sync.Mutex
	calls map[string]int
}

func newMarket(t *testing.T) *market {
	t.Helper()
	m := &market{calls: map[string]int{}}
	mux := http.NewServeMux()
	m.serve(mux, "companies", "/account/v2/companies", func(*http.Request) any { return counted(seq(companies, company)) })
	m.serve(mux, "company", "/account/v2/companies/{id}", func(r *http.Request) any { return find(seq(companies, company), "uuid", r) })
	m.serve(mux, "memberships", "/account/v2/companies/{id}/memberships", func(r *http.Request) any { return counted(memberships(r.PathValue("id"))) })
	m.serve(mux, "users", "/account/v2/users", func(*http.Request) any { return counted(seq(2*companies, user)) })
	m.serve(mux, "user", "/account/v2/users/{id}", func(r *http.Request) any { return find(seq(2*companies, user), "uuid", r) })
	m.serve(mux, "userMemberships", "/account/v2/users/{id}/memberships", func(r *http.Request) any { return counted(membershipsOfUser(r.PathValue("id"))) })
	m.serve(mux, "applications", "/channel/v1/applications", func(*http.Request) any { return counted(seq(3, product)) })
	m.serve(mux, "catalog", "/channel/v1/stagingCatalog", func(*http.Request) any { return counted(seq(3, product)) })
	m.serve(mux, "product", "/marketplace/v1/products/{id}", func(r *http.Request) any { return find(seq(3, product), "id", r) })
	m.serve(mux, "subscriptions", "/billing/v1/subscriptions", func(r *http.Request) any { return sold("company", "", r) })
	m.serve(mux, "companySubscriptions", "/billing/v1/companies/{id}/subscriptions", func(r *http.Request) any { return sold("company", r.PathValue("id"), r) })
	m.serve(mux, "subscription", "/billing/v1/subscriptions/{id}", func(r *http.Request) any { return find(seq(3*companies, subscription), "id", r) })
	mux.HandleFunc("/introspect", func(w http.ResponseWriter, _ *http.Request) {
		write(w, doc{"active": true, "client_id": "batch", "grant_type": "client_credentials", "scope": "ROLE_PARTNER_READ"})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.wire(t, server)
	return m
}

// wire joins the rooms above the backend, as cmd does it.
func (m *market) wire(t *testing.T, server *httptest.Server) {
	t.Helper()
	var err error
	// Nothing here is about waiting.
	granted, own := upstream.Bucket{Kind: upstream.LeakyBucket, Size: 100_000, PerSecond: 100_000}, map[string]upstream.Bucket{}
	for _, r := range appdirect.Routes() {
		own[r.Name] = granted
	}
	m.client, err = upstream.NewClient(upstream.Config{
		Backend: appdirect.Backend, BaseURL: server.URL, Client: "test", Credentials: credentials{}, Bounds: upstream.Bounds{Attempts: 1}, Transport: server.Client().Transport,
		General: granted, Buckets: own,
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := auth.NewAuthenticator(t.Context(), auth.TenantConfig{
		Name: "acme", HTTP: server.Client(),
		Introspection: &auth.IntrospectionConfig{URL: server.URL + "/introspect", ClientID: "gateway", ClientSecret: "secret"},
	}, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if m.viewer, err = a.Authenticate(t.Context(), http.Header{"Authorization": {"Bearer opaque-token-0123456789"}}); err != nil {
		t.Fatal(err)
	}
	m.exec = executor.New(graph.NewExecutableSchema(graph.Config{Resolvers: resolvers.Resolver{}}))
}

type credentials struct{}

func (credentials) Authorize(context.Context) (string, error) { return "Bearer system", nil }
func (credentials) Invalidate(string)                         {}

func (m *market) serve(mux *http.ServeMux, name, path string, answer func(*http.Request) any) {
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.calls[name]++
		m.mu.Unlock()
		if body := answer(r); body != nil {
			write(w, body)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
}

func write(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// run executes a document with a cache of its own, as the service client. It
// gives the data, the errors, and the calls that it took.
func (m *market) run(t *testing.T, document string) (data string, errs []string, calls map[string]int) {
	t.Helper()
	kept, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	tenant, err := loaders.NewTenant("acme", loaders.Backends{AppDirect: m.client}, loaders.Links{}, kept, 250)
	if err != nil {
		t.Fatal(err)
	}
	m.counts()
	ctx := resolvers.Begin(graphql.StartOperationTrace(t.Context()), loaders.New(tenant, m.viewer))
	op, faults := m.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: document})
	if len(faults) > 0 {
		t.Fatalf("%v in %s", faults, document)
	}
	handle, ctx := m.exec.DispatchOperation(ctx, op)
	response := handle(ctx)
	for _, e := range response.Errors {
		errs = append(errs, e.Path.String()+": "+e.Message)
	}
	return string(response.Data), errs, m.counts()
}

// counts gives the calls since the last time.
func (m *market) counts() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = map[string]int{}
	return calls
}

func seq(n int, of func(i int) doc) []doc {
	out := make([]doc, n)
	for i := range out {
		out[i] = of(i)
	}
	return out
}

func company(i int) doc {
	return doc{"uuid": fmt.Sprintf("c%d", i), "name": fmt.Sprintf("Company %d", i)}
}

func user(i int) doc {
	return doc{"uuid": fmt.Sprintf("u%d", i), "email": fmt.Sprintf("u%d@example.com", i)}
}

func product(i int) doc {
	n := fmt.Sprint(i + 1)
	return doc{
		"id": n, "uuid": "p" + n, "name": "Product " + n, "vendorUUID": "v" + n,
		"pricing": doc{"editions": []doc{{"id": n + "0", "uuid": "e" + n, "name": "Edition " + n}}},
	}
}

// subscription i is company i/3's to product i%3.
func subscription(i int) doc {
	n := fmt.Sprint(i%3 + 1)
	return doc{
		"id": fmt.Sprintf("s%02d", i), "status": []string{"ACTIVE", "ACTIVE", "CANCELLED"}[i%3],
		"company": doc{"id": fmt.Sprintf("c%d", i/3)}, "user": doc{"id": fmt.Sprintf("u%d", i/3*2)}, "product": doc{"id": n},
		"edition": doc{"id": n + "0", "uuid": "e" + n, "name": "Edition " + n}, "order": doc{"id": fmt.Sprint(i), "totalPrice": "9.90"},
	}
}

// memberships of company c<i> are those of the users 2i and 2i+1.
func memberships(companyID string) (out []doc) {
	for i := range 2 * companies {
		if fmt.Sprintf("c%d", i/2) == companyID {
			out = append(out, doc{"user": user(i), "company": doc{"uuid": companyID}, "roles": []string{"ROLE_SYS_ADMIN"}, "enabled": true})
		}
	}
	return out
}

func membershipsOfUser(userID string) []doc {
	for i := range 2 * companies {
		if fmt.Sprintf("u%d", i) == userID {
			return memberships(fmt.Sprintf("c%d", i/2))[i%2 : i%2+1]
		}
	}
	return nil
}

func sold(end, of string, r *http.Request) []doc {
	out := []doc{}
	for _, s := range seq(3*companies, subscription) {
		number, status := r.FormValue("applicationIds"), r.FormValue("status")
		if (of == "" || s[end].(doc)["id"] == of) && (number == "" || s["product"].(doc)["id"] == number) && (status == "" || s["status"] == status) {
			out = append(out, s)
		}
	}
	return out
}

func counted(items []doc) doc {
	return doc{"content": append([]doc{}, items...), "page": doc{"size": 100, "totalElements": len(items)}}
}

func find(all []doc, key string, r *http.Request) any {
	for _, d := range all {
		if d[key] == r.PathValue("id") {
			return d
		}
	}
	return nil
}

// asEdges rewrites every nodes{…} of a document to edges{node{…}}.
func asEdges(document string) string {
	var b strings.Builder
	var closing []int // depths at which an edge ends
	depth := 0
	for rest := document; rest != ""; {
		if after, ok := strings.CutPrefix(rest, "nodes {"); ok {
			b.WriteString("edges { node {")
			closing, depth, rest = append(closing, depth), depth+1, after
			continue
		}
		switch rest[0] {
		case '{':
			depth++
		case '}':
			depth--
			if n := len(closing); n > 0 && closing[n-1] == depth {
				b.WriteByte('}')
				closing = closing[:n-1]
			}
		}
		b.WriteByte(rest[0])
		rest = rest[1:]
	}
	return b.String()
}
