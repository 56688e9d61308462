package loaders

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doc is an object as a backend writes it.
type doc = map[string]any

// backend is an AppDirect with just the endpoints in use, over real HTTP. It
// pages and filters as documented, and counts.
type backend struct {
	server *httptest.Server
	client *upstream.Client

	companies, users, applications, catalog, subscriptions []doc
	memberships                                            []doc            // each with user and company
	carts, prices, leads, partnerLeads                     []doc            // prices each with its cart
	shop                                                   map[string][]doc // plain lists by what follows /marketplace/v1/
	invoices                                               []doc            // each with its company

	mu     sync.Mutex
	calls  map[string]int
	faults map[string]http.HandlerFunc // by endpoint: what it answers instead
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{calls: map[string]int{}, faults: map[string]http.HandlerFunc{}}
	mux := http.NewServeMux()
	for name, endpoint := range map[string]struct {
		pattern string
		serve   http.HandlerFunc
	}{
		"companies":            {"/account/v2/companies", counted(func(*http.Request) []doc { return b.companies })},
		"company":              {"/account/v2/companies/{id}", one(func(*http.Request) []doc { return b.companies }, "uuid")},
		"memberships":          {"/account/v2/companies/{id}/memberships", counted(func(r *http.Request) []doc { return b.membershipsOf("company", r) })},
		"users":                {"/account/v2/users", counted(b.usersByEmail)},
		"user":                 {"/account/v2/users/{id}", one(func(*http.Request) []doc { return b.users }, "uuid")},
		"userMemberships":      {"/account/v2/users/{id}/memberships", counted(func(r *http.Request) []doc { return b.membershipsOf("user", r) })},
		"applications":         {"/channel/v1/applications", counted(func(*http.Request) []doc { return b.applications })},
		"catalog":              {"/channel/v1/stagingCatalog", counted(func(*http.Request) []doc { return b.catalog })},
		"product":              {"/marketplace/v1/products/{id}", one(func(*http.Request) []doc { return b.catalog }, "id")},
		"edition":              {"/marketplace/v1/products/{product}/editions/{id}", one(b.editions, "id")},
		"subscriptions":        {"/billing/v1/subscriptions", uncounted(b.sold)},
		"companySubscriptions": {"/billing/v1/companies/{company}/subscriptions", uncounted(b.sold)},
		"subscription":         {"/billing/v1/subscriptions/{id}", one(func(*http.Request) []doc { return b.subscriptions }, "id")},
		"invoices":             {"/billing/v1/companies/{company}/invoices", uncounted(b.invoicesOf)},
		"invoice":              {"/billing/v1/invoices/{id}", one(func(*http.Request) []doc { return b.invoices }, "invoiceId")},
		"carts":                {"/v3/checkout/shoppingCarts", numbered(b.cartsOf)},
		"cart":                 {"/v3/checkout/shoppingCarts/{id}", one(func(*http.Request) []doc { return b.carts }, "id")},
		"cartPrices":           {"/v3/checkout/shoppingCarts/{id}/pricingSummary", one(func(*http.Request) []doc { return b.prices }, "cart")},
		"cartPreview":          {"/v3/checkout/shoppingCarts/{id}/preview", one(func(*http.Request) []doc { return b.prices }, "cart")},
		"leads":                {"/prm/v1/leads", counted(b.leadsIn)},
		"lead":                 {"/prm/v1/leads/{id}", one(func(*http.Request) []doc { return b.leads }, "uuid")},
		"partnerLeads":         {"/lead/v2/leads", b.partnersOnly},
		"customers":            {"/appReseller/v1/companies", http.NotFound},
	} {
		mux.HandleFunc("GET "+endpoint.pattern, b.counting(name, endpoint.serve))
	}
	mux.HandleFunc("GET /marketplace/v1/{list...}", func(w http.ResponseWriter, r *http.Request) {
		b.counting(r.PathValue("list"), b.shopList)(w, r)
	})
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	b.client = newClient(t, b.server, appdirect.Backend)
	return b
}

// newClient makes a client that asks once and never waits: a backend's printed
// limits are not what is tested here.
func newClient(t testing.TB, server *httptest.Server, name upstream.Backend, adjust ...func(*upstream.Config)) *upstream.Client {
	t.Helper()
	granted := upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1_000_000, PerSecond: 1_000_000}
	cfg := upstream.Config{
		Backend: name, BaseURL: server.URL, Client: "test", Credentials: fixedCredentials{},
		General: granted, Buckets: map[string]upstream.Bucket{},
		Transport: server.Client().Transport, Bounds: upstream.Bounds{Attempts: 1},
	}
	for _, r := range appdirect.Routes() {
		cfg.Buckets[r.Name] = granted
	}
	for _, f := range adjust {
		f(&cfg)
	}
	client, err := upstream.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

type fixedCredentials struct{}

func (fixedCredentials) Authorize(context.Context) (string, error) { return "Bearer system", nil }
func (fixedCredentials) Invalidate(string)                         {}

// counting notes each call, and answers with the endpoint's fault where it has one.
func (b *backend) counting(name string, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.calls[name]++
		fault := b.faults[name]
		b.mu.Unlock()
		if fault != nil {
			fault(w, r)
			return
		}
		serve(w, r)
	}
}

// fail makes an endpoint answer with a status until the test ends.
func (b *backend) fail(endpoint string, status int) {
	b.fault(endpoint, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

func (b *backend) fault(endpoint string, serve http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults[endpoint] = serve
}

// counts gives the calls since the last time, by endpoint.
func (b *backend) counts() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := b.calls
	b.calls = map[string]int{}
	return calls
}

func (b *backend) membershipsOf(end string, r *http.Request) (of []doc) {
	for _, m := range b.memberships {
		if m[end].(doc)["uuid"] == r.PathValue("id") {
			of = append(of, m)
		}
	}
	return of
}

// usersByEmail matches a part of the address, as the backend's filter may.
func (b *backend) usersByEmail(r *http.Request) (found []doc) {
	for _, u := range b.users {
		if email, _ := u["email"].(string); strings.Contains(strings.ToLower(email), strings.ToLower(r.FormValue("email"))) {
			found = append(found, u)
		}
	}
	return found
}

func (b *backend) editions(r *http.Request) (of []doc) {
	for _, p := range b.catalog {
		if pricing, ok := p["pricing"].(doc); ok && p["id"] == r.PathValue("product") {
			of = append(of, pricing["editions"].([]doc)...)
		}
	}
	return of
}

func (b *backend) sold(r *http.Request) (found []doc) {
	for _, s := range b.subscriptions {
		company, product, status := s["company"].(doc)["id"], s["product"].(doc)["id"], s["status"]
		if fits(r.PathValue("company"), company) && fits(r.FormValue("applicationIds"), product) && fits(r.FormValue("status"), status) {
			found = append(found, s)
		}
	}
	return found
}

func fits(wanted string, value any) bool { return wanted == "" || wanted == value }

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func one(all func(*http.Request) []doc, key string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, d := range all(r) {
			if d[key] == r.PathValue("id") {
				reply(w, d)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	}
}

// counted pages by page and size, and says how many there are.
func counted(all func(*http.Request) []doc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		items := all(r)
		page, size := number(r, "page", 0), number(r, "size", 20)
		reply(w, doc{
			"content": slice(items, page*size, size),
			"page":    doc{"size": size, "number": page, "totalElements": len(items)},
		})
	}
}

// uncounted pages by start and count, and answers with the bare list.
// shopList answers the list of the path, 404 where there is none.
func (b *backend) shopList(w http.ResponseWriter, r *http.Request) {
	list, known := b.shop[r.PathValue("list")]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	uncounted(func(*http.Request) []doc { return list })(w, r)
}

func uncounted(all func(*http.Request) []doc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reply(w, slice(all(r), number(r, "start", 0), number(r, "count", 250)))
	}
}

func number(r *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(r.FormValue(name)); err == nil {
		return n
	}
	return otherwise
}

// slice is never nil, so that it is written as a list.
func slice(items []doc, start, count int) []doc {
	from := min(start, len(items))
	return append([]doc{}, items[from:min(from+count, len(items))]...)
}

// tenant joins the backend with a cache of its own.
func (b *backend) tenant(t testing.TB) *Tenant {
	t.Helper()
	return newTenant(t, b.client)
}

func newTenant(t testing.TB, client Caller) *Tenant {
	t.Helper()
	c, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	tenant, err := NewTenant("acme", Backends{AppDirect: client}, Links{}, c, 250)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// people is a directory of made-up persons by subject.
type people map[string]auth.Person

// Person implements auth.Directory.
func (p people) Person(_ context.Context, _, subject string) (auth.Person, error) {
	return p[subject], nil
}

// Customers implements auth.Directory: nobody sells to anybody.
func (people) Customers(context.Context, *auth.Viewer, auth.Role) ([]string, error) {
	return []string{}, nil
}

// viewer is a user with these further roles in these companies, and scopes that
// take nothing away. USER is on the user's own record, as documented.
func viewer(t *testing.T, id string, roles ...auth.Membership) *auth.Viewer {
	t.Helper()
	scopes := map[auth.Role]bool{auth.RoleUser: true}
	for _, m := range roles {
		for _, r := range m.Roles {
			scopes[r] = true
		}
	}
	v := authenticated(t, doc{"active": true, "sub": id, "client_id": "shop", "scope": joined(scopes)})
	v, err := v.Resolve(t.Context(), people{id: {ID: id, Roles: []auth.Role{auth.RoleUser}, Memberships: roles}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func joined(roles map[auth.Role]bool) string {
	var b strings.Builder
	for r := range maps.Keys(roles) {
		b.WriteString(string(r) + " ")
	}
	return b.String()
}

// member is an enabled membership.
func member(companyID string, roles ...auth.Role) auth.Membership {
	return auth.Membership{CompanyID: companyID, Roles: roles, Enabled: true}
}

// service sees the whole marketplace.
func service(t *testing.T) *auth.Viewer {
	t.Helper()
	return authenticated(t, doc{"active": true, "client_id": "batch", "grant_type": "client_credentials", "scope": "ROLE_PARTNER_READ"})
}

// authenticated goes the way of an opaque token: there is no other to a viewer.
func authenticated(t *testing.T, claims doc) *auth.Viewer {
	t.Helper()
	return authenticatedBy(t, "opaque-token-0123456789", claims)
}

func authenticatedBy(t *testing.T, token string, claims doc) *auth.Viewer {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, claims) }))
	defer server.Close()
	a, err := auth.NewAuthenticator(t.Context(), auth.TenantConfig{
		Name: "acme", HTTP: server.Client(),
		Introspection: &auth.IntrospectionConfig{URL: server.URL, ClientID: "gateway", ClientSecret: "secret"},
	}, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	v, err := a.Authenticate(t.Context(), http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
