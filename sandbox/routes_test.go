package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// examplePath fills a path template with ids that exist in acme's data: the
// personas' company, their subscription, a product of it.
func examplePath(template string) string {
	w := shared.acme()
	buyer := w.users.Get(emailKey("buyer@acme.example"))
	company := w.membershipsOf(buyer.ID)[0].text("company")
	sub := where(w.subscriptions.all(), "company", company)[0]
	review, question := w.reviews.said.all()[0], w.questions.said.all()[0]
	switch {
	case strings.Contains(template, "{reviewId}"):
		return fillPath(template, map[string]string{"applicationId": review.text("product"), "reviewId": review.ID})
	case strings.Contains(template, "{questionId}"):
		return fillPath(template, map[string]string{"applicationId": question.text("product"), "questionId": question.ID})
	}
	return fillPath(template, map[string]string{
		"companyUuid": company, "companyId": company, "userUuid": buyer.ID, "userId": buyer.ID,
		"subscriptionId": sub.ID, "subscriptionUuid": sub.ID, "applicationId": sub.text("product"),
		"editionId": sub.text("edition"), "paymentPlanId": sub.text("plan"), "shoppingCartId": exampleCart().ID,
		"bundleId": w.bundles.all()[0].ID, "vendorUuid": w.applications.all()[0].text("vendor"),
		"discountId": w.discounts.all()[0].ID, "orderId": w.orders.all()[0].ID,
		"itemId": factText(field(exampleCart().Body["items"].([]any)[0], "id")), "invoiceNumber": w.invoices.all()[0].ID, "leadId": exampleLead(w).ID, "uuid": exampleLead(w).ID,
	})
}

// exampleCart is the active cart of the buyer.
func exampleCart() *Record { return shared.acme().carts.all()[0] }

// resellersCompany is where the reseller among the personas belongs.
func resellersCompany(w *world) string {
	return w.membershipsOf(w.users.Get(emailKey("reseller@acme.example")).ID)[0].text("company")
}

// exampleLead is one that the reseller's company has to do with.
func exampleLead(w *world) *Record {
	return where(w.leads.all(), "creatorCompany", resellersCompany(w))[0]
}

func fillPath(template string, values map[string]string) string {
	path, _, _ := strings.Cut(strings.TrimPrefix(template, "/api/"), "#")
	for _, name := range paramNames(template) {
		value := values[name]
		if value == "" {
			value = "4711"
		}
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return "/" + strings.TrimPrefix(path, "/")
}

// exampleQuery is what an endpoint insists on.
func exampleQuery(e Endpoint) url.Values {
	q := url.Values{}
	for _, p := range e.Query {
		if p.Required {
			q.Set(p.Name, exampleValue(p))
		}
	}
	cart := exampleCart()
	for name, value := range map[string]string{
		"ownerId": cart.text("buyer"), "companyId": cart.text("buyerCompany"), "shoppingCartId": cart.ID,
	} {
		if q.Has(name) {
			q.Set(name, value)
		}
	}
	if strings.HasPrefix(e.Path, "/lead/v2/") {
		q.Set("companyId", resellersCompany(shared.acme()))
	}
	return q
}

// withQuery is the example path of an endpoint with what it insists on and one
// parameter more.
func withQuery(e Endpoint, name, value string) string {
	q := exampleQuery(e)
	if name != "" {
		q.Set(name, value)
	}
	return examplePath(e.Path) + "?" + q.Encode()
}

// exampleValue is a valid value of a parameter that selects nothing.
func exampleValue(p Parameter) string {
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case p.Pattern != "":
		return p.Default
	case strings.Contains(p.Type, "string"):
		return "no-such-thing"
	case p.Type == "boolean":
		return "true"
	default:
		return "9876543210123"
	}
}

func factsOf(t *testing.T) Facts {
	t.Helper()
	f, err := AppDirectFacts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// personaFor is one that the endpoint's roles admit.
func personaFor(e Endpoint) string {
	if strings.HasPrefix(e.Path, "/lead/v2/") || e.Path == "/appReseller/v1/companies" {
		return "reseller"
	}
	if len(e.Roles) > 0 && !slices.Contains(e.Roles, "ROLE_PARTNER") && !slices.Contains(e.Roles, "ROLE_PARTNER_READ") {
		return "admin"
	}
	return "partner"
}

// TestEveryPrintedEndpointIsKnown calls all of them: answered or, after the same
// checks, refused with 501, but never unknown.
func TestEveryPrintedEndpointIsKnown(t *testing.T) {
	t.Parallel()
	facts := factsOf(t)
	if len(facts.Endpoints) != 339 {
		t.Errorf("facts hold %d endpoints, the documents print 335 and 4 in guides", len(facts.Endpoints))
	}
	for _, e := range facts.Endpoints {
		want := http.StatusNotImplemented
		if shared.box.appdirect.handlers[e.Key()] != nil {
			want = http.StatusOK
			if writes(e) {
				continue // TestAnsweredWrites
			}
		}
		a := shared.call(t, e.Method, "acme", personaFor(e), withQuery(e, "", ""))
		// Roles that no persona holds, and roles bound to companies the
		// administrator is no member of, end at 403, which is known too.
		if a.status != want && a.status != http.StatusForbidden {
			t.Errorf("%s: %d, want %d: %.200s", e.Key(), a.status, want, a.body)
		}
	}
}

// writes are endpoints that may change something, or tell what became of a change.
func writes(e Endpoint) bool {
	return e.Method != http.MethodGet || strings.HasSuffix(e.Path, "/preauth") || strings.HasSuffix(e.Path, "/validation") || strings.HasSuffix(e.Path, "/{webhookUuid}")
}

// TestAnsweredWrites calls each without a body and with ids of nothing: it is
// refused for that, not for being unknown or unanswered.
func TestAnsweredWrites(t *testing.T) {
	t.Parallel()
	answered := 0
	for _, e := range factsOf(t).Endpoints {
		if !writes(e) || shared.box.appdirect.handlers[e.Key()] == nil {
			continue
		}
		answered++
		q := url.Values{}
		if strings.HasSuffix(e.Path, "/validation") && e.Method == http.MethodPost {
			q.Set("level", "PRE_FINALIZE")
		}
		a := shared.call(t, e.Method, "acme", personaFor(e), fillPath(e.Path, nil)+"?"+q.Encode())
		if a.status != http.StatusBadRequest && a.status != http.StatusNotFound || field(a.json(t), "message") == "No endpoint has this path." {
			t.Errorf("%s: %d %s", e.Key(), a.status, a.body)
		}
	}
	if answered < 20 {
		t.Errorf("only %d writes are answered", answered)
	}
}

// TestHandlersBelongToPrintedEndpoints catches a handler under a mistyped key.
func TestHandlersBelongToPrintedEndpoints(t *testing.T) {
	t.Parallel()
	keys := shared.box.appdirect.routeKeys()
	for key := range shared.box.appdirect.handlers {
		if !slices.Contains(keys, key) {
			t.Errorf("%q is no printed endpoint", key)
		}
	}
}

// shapeOnly are parameters that change how records are shown or cut, not which.
var shapeOnly = []string{"expand", "locale", "number", "page", "size", "start", "count", "first", "after", "sortField", "sortOrder", "sortProperty", "order"}

// TestEveryDocumentedFilterIsHonoured asks each list for something that does not
// exist, one documented parameter at a time: the list must come out empty.
func TestEveryDocumentedFilterIsHonoured(t *testing.T) {
	t.Parallel()
	tested := 0
	for _, e := range factsOf(t).Endpoints {
		if shared.box.appdirect.handlers[e.Key()] == nil || writes(e) {
			continue
		}
		for _, p := range e.Query {
			if slices.Contains(shapeOnly, p.Name) || strings.HasPrefix(p.Name, "include") || p.Type == "boolean" || len(p.Enum) > 0 {
				continue
			}
			value := exampleValue(p)
			if p.Required {
				continue
			}
			if p.Name == "fromDate" || p.Name == "startDateFrom" {
				value = "32503680000000" // the year 3000
			}
			if slices.Contains([]string{"toDate", "approvalBefore", "startDateTo", "toCreationDate"}, p.Name) {
				value = "1"
			}
			if list := shared.get(t, personaFor(e), withQuery(e, p.Name, value)).list(t); len(list) != 0 {
				t.Errorf("%s: %s=%s is ignored, %d records came", e.Key(), p.Name, value, len(list))
			}
			tested++
		}
	}
	if tested < 40 {
		t.Errorf("only %d filters tested", tested)
	}
}

// TestEveryPrintedEnumValueIsAccepted walks the enums of answered endpoints.
func TestEveryPrintedEnumValueIsAccepted(t *testing.T) {
	t.Parallel()
	for _, e := range factsOf(t).Endpoints {
		if shared.box.appdirect.handlers[e.Key()] == nil || writes(e) {
			continue
		}
		for _, p := range e.Query {
			for _, value := range p.Enum {
				if p.Name == "context" { // decides about rights: TestLeadsByContext, TestCustomersByContext
					continue
				}
				shared.get(t, personaFor(e), withQuery(e, p.Name, value))
			}
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	tests := []struct {
		name, method, path string
		persona            string
		status             int
		code, message      string
		inList             bool
	}{
		{"unknown path", "GET", "/account/v9/companies", "admin", 404, "NOT_FOUND", "No endpoint has this path.", false},
		{"wrong method", "DELETE", "/account/v2/companies", "admin", 405, "METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed", false},
		{"no token", "GET", "/account/v2/companies", "", 401, "UNAUTHORIZED", "HTTP 401 Unauthorized", false},
		{"no role", "GET", "/account/v2/companies", "buyer", 403, "FORBIDDEN", "HTTP 403 Forbidden", false},
		{"undocumented parameter", "GET", "/account/v2/companies?limit=3", "admin", 400, "Bad Request", "Parameter limit is not documented for GET /account/v2/companies.", true},
		{"value outside the enum", "GET", "/account/v2/companies?sortOrder=asc", "admin", 400, "Bad Request", "Parameter sortOrder must be one of ASC, DESC.", true},
		{"size of zero", "GET", "/account/v2/companies?size=0", "admin", 400, "Bad Request", "Parameter size must be at least 1.", true},
		{"negative page", "GET", "/account/v2/companies?page=-1", "admin", 400, "Bad Request", "Parameter page must be at least 0.", true},
		{"page that is no number", "GET", "/channel/v1/applications?page=x", "admin", 400, "BAD_REQUEST", "Parameter page must be an integer.", false},
		{"boolean that is none", "GET", "/account/v2/companies?includeCustomAttributes=1", "admin", 400, "Bad Request", "Parameter includeCustomAttributes must be true or false.", true},
		{"date that is none", "GET", "/billing/v1/subscriptions?fromDate=soon", "admin", 400, "Bad Request", "Parameter fromDate must be epoch milliseconds or an ISO 8601 date.", false},
		{"expand of nothing known", "GET", "/billing/v1/subscriptions?expand=company", "admin", 400, "Bad Request", "Parameter expand must be of order, product, edition.", false},
		{"order of nothing known", "GET", "/channel/v1/stagingCatalog?sortProperty=colour", "admin", 400, "BAD_REQUEST", "Parameter sortProperty names no order of this list.", false},
		{"cursor of nothing known", "GET", "/assistedSales/v1/quotes?after=%21", "admin", 400, "BAD_REQUEST", "Parameter after is not a cursor of this list.", false},
		{"required parameter missing", "GET", "/appMarket/v2/fulfillments", "admin", 400, "BAD_REQUEST", "Parameter shoppingCartId is required.", false},
		{"no such company", "GET", "/account/v2/companies/nobody", "admin", 404, "Not Found", "Company not found with id nobody.", true},
		{"prefix where none is offered", "GET", "/account/v2/companies/id:1/memberships", "admin", 404, "Not Found", "Company not found with id id:1.", true},
		{"no such user", "GET", "/account/v2/users/email:admin@acme.example", "admin", 404, "Not Found", "User not found with id email:admin@acme.example.", true},
		{"no such subscription", "GET", "/billing/v1/subscriptions/nothing", "admin", 404, "Not Found", "Subscription not found with id nothing.", false},
		{"no such product", "GET", "/marketplace/v1/products/1", "admin", 404, "Not Found", "Application not found with id 1.", false},
		{"no such plan", "GET", "/marketplace/v1/paymentPlans/1", "admin", 404, "Not Found", "Payment plan not found with id 1.", false},
		{"not answered yet", "GET", "/channel/v1/events", "admin", 501, "NOT_IMPLEMENTED", "The sandbox knows GET /channel/v1/events but does not answer it yet.", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := shared.call(t, test.method, "acme", test.persona, test.path)
			body := a.json(t)
			if list, ok := body.([]any); ok != test.inList {
				t.Fatalf("error body in the wrong style: %s", a.body)
			} else if ok {
				body = list[0]
			}
			if a.status != test.status || field(body, "code") != test.code || field(body, "message") != test.message {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

func TestMethodNotAllowedTellsWhatIs(t *testing.T) {
	t.Parallel()
	a := shared.call(t, http.MethodDelete, "acme", "admin", "/account/v2/companies")
	if got := a.header.Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow: %q", got)
	}
	a = do(t, request(t, http.MethodGet, shared.base("acme")+"/oauth2/token", ""))
	if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" {
		t.Errorf("GET token: %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}

// TestAddressStyles reaches the same company by path prefix and by host, and
// gets references that start where the request came from.
func TestAddressStyles(t *testing.T) {
	host := strings.TrimPrefix(shared.srv.URL, "http://")
	_, port, _ := strings.Cut(host, ":")
	company := shared.acme().companies.all()[0].ID
	tests := []struct{ name, host, prefix, base string }{
		{"path", host, "/acme/appdirect", shared.base("acme")},
		{"host", "ACME.localhost:" + port, "", "http://ACME.localhost:" + port},
		{"host without port", "acme.localhost", "", "http://acme.localhost"},
		{"bare host means the first tenant", host, "", shared.srv.URL},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, http.MethodGet, shared.srv.URL+test.prefix+"/api/account/v2/companies/"+company, "")
			r.Host = test.host
			r.Header.Set("Authorization", "Bearer "+shared.token(t, "acme", "admin"))
			body := do(t, r).object(t)
			want := test.base + "/api/account/v2/companies/" + company
			if got := field(body["links"].([]any)[0], "href"); got != want {
				t.Errorf("self is %v, want %s", got, want)
			}
		})
	}
	if a := do(t, request(t, http.MethodGet, shared.srv.URL+"/initech/appdirect/api/x", "")); a.status != http.StatusNotFound {
		t.Errorf("unknown tenant: %d", a.status)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:8090":         "http://127.0.0.1:8090/acme/appdirect",
		":8090":                  "http://127.0.0.1:8090/acme/appdirect",
		"http://localhost:1/":    "http://localhost:1/acme/appdirect",
		"https://box.example:44": "https://box.example:44/acme/appdirect",
	} {
		if got := shared.box.BaseURL(addr, "acme"); got != want {
			t.Errorf("BaseURL(%q) = %q, want %q", addr, got, want)
		}
	}
}

// TestRouterPrefersLiterals has a literal and a parameter at the same depth.
func TestRouterPrefersLiterals(t *testing.T) {
	t.Parallel()
	root := newRouter(Facts{BasePath: "/api", Endpoints: []Endpoint{
		{Method: "GET", Path: "/a/{x}/c"}, {Method: "GET", Path: "/a/b"}, {Method: "GET", Path: "/api/a/{y}/{z}"},
	}})
	tests := []struct {
		path, found string
		values      []string
	}{
		{"/a/b", "/a/b", nil},
		{"/a//b/", "/a/b", nil},
		{"/a/b/c", "/a/{x}/c", []string{"b"}},
		{"/a/b/d", "/api/a/{y}/{z}", []string{"b", "d"}},
		{"/a/x%2Fy/c", "/a/{x}/c", []string{"x/y"}},
		{"/a", "", nil},
		{"/a/%zz", "", nil},
	}
	for _, test := range tests {
		node, values := root.find(test.path)
		found := ""
		if node != nil {
			found = node.methods["GET"].Path
		}
		if found != test.found || fmt.Sprint(values) != fmt.Sprint(test.values) {
			t.Errorf("%s: %q %v, want %q %v", test.path, found, values, test.found, test.values)
		}
	}
}
