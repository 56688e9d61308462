package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wallet makes a call to acme's wallet backend; version is left out when "".
func (f *fixture) wallet(t *testing.T, method, token, version, path, body string) answer {
	t.Helper()
	r := request(t, method, f.box.BackendURL(f.srv.URL, "acme", BackendLeadConnector)+path, body)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if version != "" {
		r.Header.Set("Version", version)
	}
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", formType)
	}
	return do(t, r)
}

const walletVersion = "2021-07-28"

// agency is acme's.
func (f *fixture) agency() LeadConnectorCredentials { return f.box.tenants[0].LeadConnector }

// locationTokenOf buys a location's token.
func (f *fixture) locationTokenOf(t *testing.T, location string) string {
	t.Helper()
	form := url.Values{"companyId": {f.agency().CompanyID}, "locationId": {location}}
	a := f.wallet(t, http.MethodPost, f.agency().AgencyToken, walletVersion, "/oauth/locationToken", form.Encode())
	token, _ := a.object(t)["access_token"].(string)
	if a.status != http.StatusOK || token == "" {
		t.Fatalf("token of %s: %d %s", location, a.status, a.body)
	}
	return token
}

func walletFacts(t *testing.T) Facts {
	t.Helper()
	f, err := LeadConnectorFacts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// walletPath fills a template with what exists at acme, and adds what the
// endpoint insists on.
func walletPath(f *fixture, e Endpoint) string {
	w := f.acme().wallets
	values := map[string]string{
		"appId": f.agency().AppID, "companyId": f.agency().CompanyID, "locationId": w.locations.all()[0].ID,
		"chargeId": where(w.charges.all(), "location", w.locations.all()[0].ID)[0].ID, "userId": "u",
	}
	path := fillPath(e.Path, values)
	q := url.Values{}
	for _, p := range e.Query {
		if p.Required {
			q.Set(p.Name, values[p.Name])
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// walletBody is a valid body of an endpoint.
func walletBody(f *fixture, e Endpoint) string {
	body := exampleBody(e)
	if e.Path == "/oauth/locationToken" {
		body = url.Values{"companyId": {f.agency().CompanyID}, "locationId": {f.acme().wallets.locations.all()[0].ID}}.Encode()
	}
	return body
}

// TestWalletEndpointsByToken calls all endpoints with each kind of token: who is
// not meant is refused, the rest is answered or, after all checks, not yet.
func TestWalletEndpointsByToken(t *testing.T) {
	t.Parallel()
	facts := walletFacts(t)
	tokens := map[string]string{
		"agency": shared.agency().AgencyToken, "location": shared.locationTokenOf(t, shared.acme().wallets.locations.all()[0].ID), "": "",
	}
	if len(facts.Endpoints) != 18 {
		t.Errorf("facts hold %d endpoints", len(facts.Endpoints))
	}
	for _, e := range facts.Endpoints {
		for kind, token := range tokens {
			a := shared.wallet(t, e.Method, token, walletVersion, walletPath(shared, e), walletBody(shared, e))
			want := http.StatusNotImplemented
			switch {
			case !e.Public && (!slices.Contains(e.Roles, kind) || e.Path == "/marketplace/external-auth/migration"):
				want = http.StatusUnauthorized // the demo's app lacks the scope for migrations
			case leadconnectorHandlers()[e.Key()] != nil:
				want = http.StatusOK
			}
			if a.status != want {
				t.Errorf("%s as %q: %d, want %d: %s", e.Key(), kind, a.status, want, a.body)
			}
		}
	}
}

// TestWalletVersionIsInsistedOn where it is declared, and nowhere else.
func TestWalletVersionIsInsistedOn(t *testing.T) {
	t.Parallel()
	token := shared.locationTokenOf(t, shared.acme().wallets.locations.all()[0].ID)
	declared := 0
	for _, e := range walletFacts(t).Endpoints {
		if e.Public {
			continue
		}
		bearer := token
		if !slices.Contains(e.Roles, "location") {
			bearer = shared.agency().AgencyToken
		}
		for _, version := range []string{"", "v99"} {
			a := shared.wallet(t, e.Method, bearer, version, walletPath(shared, e), walletBody(shared, e))
			if refused := a.status == http.StatusBadRequest; refused != (len(e.Headers) > 0) {
				t.Errorf("%s with version %q: %d", e.Key(), version, a.status)
			} else if refused {
				declared++
				if _, text := a.object(t)["message"].(string); !text {
					t.Errorf("%s: the message is no text: %s", e.Key(), a.body)
				}
			}
		}
	}
	if declared != 24 {
		t.Errorf("%d refusals, want 24", declared)
	}
}

// TestWalletRefusals have the shapes of their statuses.
func TestWalletRefusals(t *testing.T) {
	t.Parallel()
	w := shared.acme().wallets
	first, second := w.locations.all()[0], w.locations.all()[1]
	token := shared.locationTokenOf(t, first.ID)
	agency := shared.agency()
	others := where(w.charges.all(), "location", second.ID)[0].ID
	tests := []struct {
		name, method, token, path, body string
		status                          int
		list                            bool
	}{
		{"no token", "GET", "", "/marketplace/billing/charges", "", 401, false},
		{"no such token", "GET", "x.y.z", "/marketplace/billing/charges", "", 401, false},
		{"AppDirect's token", "GET", shared.token(t, "acme", "partner"), "/marketplace/billing/charges", "", 401, false},
		{"an agency at a wallet", "GET", agency.AgencyToken, "/marketplace/billing/charges", "", 401, false},
		{"another tenant's agency", "GET", shared.box.tenants[1].LeadConnector.AgencyToken, "/companies/" + agency.CompanyID, "", 401, false},
		{"no such charge", "GET", token, "/marketplace/billing/charges/none", "", 404, false},
		{"another location's charge", "GET", token, "/marketplace/billing/charges/" + others, "", 404, false},
		{"another location", "GET", token, "/locations/" + second.ID, "", 403, false},
		{"no such location", "GET", agency.AgencyToken, "/locations/none", "", 404, false},
		{"another company", "GET", agency.AgencyToken, "/companies/none", "", 403, false},
		{"another app", "GET", token, "/marketplace/app/none/installations", "", 403, false},
		{"another location's prices", "GET", token, "/marketplace/app/" + agency.AppID + "/rebilling-config/location/" + second.ID, "", 403, false},
		{"unknown parameter", "GET", token, "/marketplace/billing/charges?page=2", "", 422, true},
		{"skip below zero", "GET", token, "/marketplace/billing/charges?skip=-1", "", 422, true},
		{"limit of zero", "GET", token, "/marketplace/billing/charges?limit=0", "", 422, true},
		{"limit that is no number", "GET", token, "/marketplace/billing/charges?limit=ten", "", 422, true},
		{"a date that is none", "GET", token, "/marketplace/billing/charges?startDate=soon", "", 422, true},
		{"charge without units", "POST", token, "/marketplace/billing/charges", `{"appId":"a"}`, 422, true},
		{"token of no location", "POST", agency.AgencyToken, "/oauth/locationToken", "companyId=" + agency.CompanyID, 422, true},
		{"token of another's location", "POST", agency.AgencyToken, "/oauth/locationToken", "companyId=x&locationId=" + first.ID, 403, false},
		{"token bought by a location", "POST", token, "/oauth/locationToken", "companyId=" + agency.CompanyID + "&locationId=" + first.ID, 401, false},
		{"unknown path", "GET", token, "/marketplace/billing", "", 404, false},
		{"wrong method", "PATCH", token, "/marketplace/billing/charges", "", 405, false},
	}
	for _, test := range tests {
		a := shared.wallet(t, test.method, test.token, walletVersion, test.path, test.body)
		body := a.object(t)
		_, list := body["message"].([]any)
		if a.status != test.status || factText(body["statusCode"]) != strconv.Itoa(test.status) || list != test.list || body["traceId"] == nil {
			t.Errorf("%s: %d, want %d: %s", test.name, a.status, test.status, a.body)
		}
		if named := body["error"] != nil; named != (a.status == 401 || a.status == 422) {
			t.Errorf("%s: the error's name: %s", test.name, a.body)
		}
	}
}

// TestWalletChargesPaging: whatever the step, the pages make the whole, and each
// tells where it is.
func TestWalletChargesPaging(t *testing.T) {
	t.Parallel()
	w := shared.acme().wallets
	counted := 0
	for _, l := range w.locations.all() {
		token := shared.locationTokenOf(t, l.ID)
		read := func(query string) map[string]any {
			return shared.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges"+query, "").object(t)
		}
		total := len(where(w.charges.all(), "location", l.ID))
		counted += total
		for _, step := range []int{1, 10, 100} {
			if step == 1 && total > 20 {
				continue
			}
			var seen []string
			for {
				page := read("?skip=" + strconv.Itoa(len(seen)) + "&limit=" + strconv.Itoa(step))
				if factText(field(page, "pagination", "total")) != strconv.Itoa(total) || factText(field(page, "pagination", "skip")) != strconv.Itoa(len(seen)) ||
					factText(field(page, "pagination", "limit")) != strconv.Itoa(step) || factText(page["count"]) != strconv.Itoa(total) {
					t.Fatalf("location %s: %v", l.ID, page["pagination"])
				}
				charges := page["charges"].([]any)
				if len(charges) == 0 {
					break
				}
				for _, c := range charges {
					seen = append(seen, factText(field(c, "chargeId")))
				}
			}
			slices.Sort(seen)
			if len(slices.Compact(seen)) != total {
				t.Errorf("location %s by %d: %d of %d charges", l.ID, step, len(seen), total)
			}
		}
		if page := read("?limit=5000"); factText(field(page, "pagination", "limit")) != strconv.Itoa(walletMaxPageSize) {
			t.Errorf("an answer of %v charges", field(page, "pagination", "limit"))
		}
	}
	if counted != demoCharges {
		t.Errorf("%d charges at all locations", counted)
	}
}

// TestWalletFilters asks for each documented filter, for something and nothing.
func TestWalletFilters(t *testing.T) {
	t.Parallel()
	w := shared.acme().wallets
	charge := where(w.charges.all(), "location", w.locations.all()[0].ID)[0]
	token := shared.locationTokenOf(t, charge.text("location"))
	for name, values := range map[string][2]string{
		"meterId": {charge.text("meter"), "x"}, "eventId": {charge.text("event"), "x"}, "userId": {charge.text("user"), "x"},
		"startDate": {"2020-01-01", "2999-01-01T00:00:00.000Z"}, "endDate": {"2999-01-01", "2020-01-01"},
	} {
		for i, value := range values {
			a := shared.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges?"+url.Values{name: {value}}.Encode(), "")
			if charges := a.object(t)["charges"].([]any); (len(charges) > 0) != (i == 0) {
				t.Errorf("%s=%s: %d charges", name, value, len(charges))
			}
		}
	}
	email := w.locations.all()[0].text("email")
	for path, want := range map[string]int{
		"/locations/search?limit=100": w.locations.Len(), "/locations/search?email=" + email: 1, "/locations/search?order=desc&limit=3": 3,
		"/locations/search?companyId=" + shared.agency().CompanyID + "&limit=2": 2,
	} {
		a := shared.wallet(t, http.MethodGet, shared.agency().AgencyToken, walletVersion, path, "")
		if list, _ := a.object(t)["locations"].([]any); len(list) != want {
			t.Errorf("%s: %d %d", path, a.status, len(list))
		}
	}
	at := "/oauth/installedLocations?appId=" + shared.agency().AppID + "&companyId=" + shared.agency().CompanyID
	for query, want := range map[string]int{
		"&limit=100": w.locations.Len(), "&isInstalled=false": 0, "&locationId=" + charge.text("location"): 1, "&query=no-such-name": 0,
		"&query=" + url.QueryEscape(w.locations.all()[0].text("name")): 1,
	} {
		a := shared.wallet(t, http.MethodGet, shared.agency().AgencyToken, walletVersion, at+query, "")
		if list, _ := a.object(t)["locations"].([]any); len(list) != want {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	own := shared.wallet(t, http.MethodGet, token, walletVersion, "/locations/search", "").object(t)["locations"].([]any)
	if len(own) != 1 || field(own[0], "id") != charge.text("location") {
		t.Errorf("a location finds %d locations", len(own))
	}
}

// TestWalletDocumentsHaveEveryPrintedKey holds answers against the samples.
func TestWalletDocumentsHaveEveryPrintedKey(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/leadconnector_samples.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	location := shared.locationTokenOf(t, shared.acme().wallets.locations.all()[0].ID)
	for _, s := range samples {
		i := slices.IndexFunc(walletFacts(t).Endpoints, func(e Endpoint) bool { return e.Key() == s.Endpoint })
		e := walletFacts(t).Endpoints[i]
		token := location
		if !slices.Contains(e.Roles, "location") {
			token = shared.agency().AgencyToken
		}
		ours := keysOf(shared.wallet(t, e.Method, token, walletVersion, walletPath(shared, e), walletBody(shared, e)).json(t))
		for _, key := range slices.Sorted(maps.Keys(keysOf(s.Body))) {
			if !ours[key] {
				t.Errorf("%s: printed, not served: %s", s.Endpoint, key)
			}
		}
	}
	if len(samples) < 10 {
		t.Errorf("only %d samples", len(samples))
	}
}

// TestWalletTokensEnd when they say so, and with the location they are for.
func TestWalletTokensEnd(t *testing.T) {
	t.Parallel()
	f, clock := quiet(t)
	token := f.locationTokenOf(t, f.acme().wallets.locations.all()[0].ID)
	funds := func() int {
		return f.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges/has-funds", "").status
	}
	clock.advance(walletLifetime - time.Second)
	if got := funds(); got != http.StatusOK {
		t.Errorf("in its last second: %d", got)
	}
	clock.advance(2 * time.Second)
	if got := funds(); got != http.StatusUnauthorized {
		t.Errorf("afterwards: %d", got)
	}
	token = f.locationTokenOf(t, f.acme().wallets.locations.all()[0].ID)
	f.steer(t, http.MethodPost, "/reset", `{"seed":4}`)
	if got := funds(); got != http.StatusUnauthorized {
		t.Errorf("after a reset: %d", got)
	}
}

// TestWalletLimits: a hundred calls in ten seconds for each location and for the
// agency, and what is left is told.
func TestWalletLimits(t *testing.T) {
	t.Parallel()
	f, clock := quiet(t)
	locations := f.acme().wallets.locations.all()
	one, two := f.locationTokenOf(t, locations[0].ID), f.locationTokenOf(t, locations[1].ID)
	funds := func(token string) answer {
		return f.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges/has-funds", "")
	}
	for i := range 100 {
		a := funds(one)
		if a.status != http.StatusOK || a.header.Get("X-RateLimit-Remaining") != strconv.Itoa(99-i) || a.header.Get("X-RateLimit-Max") != "100" {
			t.Fatalf("call %d: %d, %s left", i, a.status, a.header.Get("X-RateLimit-Remaining"))
		}
	}
	over := funds(one)
	if over.status != http.StatusTooManyRequests || over.header.Get("X-RateLimit-Remaining") != "0" || over.header.Get("X-RateLimit-Interval-Milliseconds") != "10000" {
		t.Errorf("over the limit: %d %v", over.status, over.header)
	}
	if a := funds(two); a.status != http.StatusOK {
		t.Errorf("another location: %d", a.status)
	}
	if got := f.calls(t); got.ViolationsByBackend[BackendLeadConnector] != 1 {
		t.Errorf("counted %+v", got)
	}
	clock.advance(10 * time.Second)
	if a := funds(one); a.status != http.StatusOK || a.header.Get("X-RateLimit-Limit-Daily") != "200000" || a.header.Get("X-RateLimit-Daily-Remaining") != "199899" {
		t.Errorf("later: %d, %s left of the day", a.status, a.header.Get("X-RateLimit-Daily-Remaining"))
	}
	key := bucketKey{tenant: "acme", backend: BackendLeadConnector, client: locations[0].ID, route: "daily"}
	f.box.limits.buckets[key].passed = 200_000
	if a := funds(one); a.status != http.StatusTooManyRequests {
		t.Errorf("after a day's worth: %d", a.status)
	}
	clock.advance(24 * time.Hour)
	one = f.locationTokenOf(t, locations[0].ID)
	if a := funds(one); a.status != http.StatusOK {
		t.Errorf("the next day: %d", a.status)
	}
}

// TestWalletFaults in the backend's own style.
func TestWalletFaults(t *testing.T) {
	t.Parallel()
	f, _ := quiet(t)
	token := f.locationTokenOf(t, f.acme().wallets.locations.all()[0].ID)
	f.steer(t, http.MethodPut, "/faults", `{"backend":"leadconnector","route":"GET /marketplace/billing/charges","status":503}`)
	if a := f.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges", ""); a.status != 503 || factText(a.object(t)["statusCode"]) != "503" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := f.wallet(t, http.MethodGet, token, "", "/marketplace/billing/charges/has-funds", ""); a.status != http.StatusOK {
		t.Errorf("another route: %d", a.status)
	}
}
