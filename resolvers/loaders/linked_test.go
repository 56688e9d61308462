package loaders

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// linkedMarket is a marketplace whose companies have accounts for add-ons and
// wallets at two more backends. Those answer over real HTTP, to each account's
// own credentials only, and count into the same calls.
type linkedMarket struct {
	*backend
	links    Links
	backends Backends

	listings  []doc
	unlisted  []doc
	installed map[string][]doc // by sub-account
	numbers   map[string][]doc // by sub-account
	assigned  map[string][]doc // by number's sid
	charges   map[string][]doc // by location
	grant     int              // how many items the backends grant per page
}

const parentSID = "ACparent"

func newLinkedMarket(t *testing.T) *linkedMarket {
	t.Helper()
	m := &linkedMarket{backend: newBackend(t), grant: 1000, installed: map[string][]doc{}, numbers: map[string][]doc{}, assigned: map[string][]doc{}, charges: map[string][]doc{}}
	mux := http.NewServeMux()
	for name, endpoint := range map[string]struct {
		pattern string
		serve   http.HandlerFunc
	}{
		"account":       {"GET /2010-04-01/Accounts/{file}", m.serveAccount},
		"listings":      {"GET /v1/AvailableAddOns", m.asTwilio("available_add_ons", func(string, *http.Request) []doc { return m.listings })},
		"listing":       {"GET /v1/AvailableAddOns/{id}", one(func(*http.Request) []doc { return append(m.listings, m.unlisted...) }, "sid")},
		"installations": {"GET /v1/InstalledAddOns", m.asTwilio("installed_add_ons", func(sid string, _ *http.Request) []doc { return m.installed[sid] })},
		"installation":  {"GET /v1/InstalledAddOns/{id}", m.serveInstallation},
		"numbers":       {"GET /2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", m.asTwilio("incoming_phone_numbers", func(sid string, _ *http.Request) []doc { return m.numbers[sid] })},
		"assigned":      {"GET /2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{number}/AssignedAddOns.json", m.asTwilio("assigned_add_ons", func(_ string, r *http.Request) []doc { return m.assigned[r.PathValue("number")] })},
		"token":         {"POST /oauth/locationToken", serveToken},
		"charges":       {"GET /marketplace/billing/charges", asLocation(m.serveCharges)},
		"charge":        {"GET /marketplace/billing/charges/{id}", asLocation(m.serveCharge)},
		"funds":         {"GET /marketplace/billing/charges/has-funds", asLocation(m.serveFunds)},
	} {
		mux.HandleFunc(endpoint.pattern, m.counting(name, endpoint.serve))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.connect(t, server)
	return m
}

// connect makes the clients as the gateway makes them.
func (m *linkedMarket) connect(t *testing.T, server *httptest.Server) {
	t.Helper()
	many := upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1_000_000, PerSecond: 1_000_000}
	addOns, err := twilio.NewClient(twilio.Hosts{Marketplace: server.URL, API: server.URL}, upstream.Config{
		Client: parentSID, Credentials: twilio.AccountCredentials(parentSID, "token-"+parentSID), General: many, Transport: server.Client().Transport, Bounds: upstream.Bounds{Attempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	wallets, err := upstream.NewClient(upstream.Config{
		Backend: leadconnector.Backend, BaseURL: server.URL, Client: "app", Header: leadconnector.Header(), Credentials: leadconnector.AgencyCredentials("agency"),
		General: many, Transport: server.Client().Transport, Bounds: upstream.Bounds{Attempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.backends = Backends{
		AppDirect: m.client,
		Twilio:    addOns, Subaccounts: twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: addOns}),
		LeadConnector: wallets, Locations: leadconnector.LocationCredentials(leadconnector.LocationsConfig{Client: wallets, CompanyID: "agency"}),
	}
}

func (m *linkedMarket) tenant(t testing.TB) *Tenant {
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
	tenant, err := NewTenant("acme", m.backends, m.links, c, 250)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// populate makes n companies c0…, each with an account of every kind in which
// it has as many things as its number says, modulo four.
func (m *linkedMarket) populate(n int) (ids []string) {
	var table []Link
	m.listings = []doc{{"sid": "XB0", "friendly_name": "Listing 0"}, {"sid": "XB1", "friendly_name": "Listing 1", "description": "", "pricing_type": "per minute"}}
	for i := range n {
		link := Link{Company: fmt.Sprintf("c%d", i), Kazoo: fmt.Sprintf("k%d", i), Twilio: fmt.Sprintf("AC%d", i), Location: fmt.Sprintf("loc%d", i)}
		ids, table = append(ids, link.Company), append(table, link)
		m.companies = append(m.companies, doc{"uuid": link.Company})
		for j := range i % 4 {
			sid, number := fmt.Sprintf("XE%d-%d", i, j), fmt.Sprintf("PN%d-%d", i, j)
			m.installed[link.Twilio] = append(m.installed[link.Twilio], installation(link.Twilio, sid, fmt.Sprintf("XB%d", j)))
			m.numbers[link.Twilio] = append(m.numbers[link.Twilio], doc{"sid": number, "phone_number": fmt.Sprintf("+1%d%d", i, j)})
			m.assigned[number] = append(m.assigned[number], doc{"sid": sid, "friendly_name": "At work"})
			m.charges[link.Location] = append(m.charges[link.Location], charge(link.Location, fmt.Sprintf("ch%d-%d", i, j)))
		}
	}
	m.links.Table = func() []Link { return table }
	return ids
}

func installation(account, sid, listing string) doc {
	return doc{
		"sid": sid, "account_sid": account, "friendly_name": "Installed " + sid, "unique_name": strings.ToLower(sid),
		"configuration": doc{"key": "s3cret"}, "date_created": "2026-01-02T03:04:05Z",
		"links": doc{"available_add_on": "https://elsewhere.example/v1/AvailableAddOns/" + listing},
	}
}

func charge(location, id string) doc {
	return doc{
		"chargeId": id, "entityType": "location", "entityId": location, "currency": "USD", "amountCharged": 0.1, "pricePerUnit": 0.01,
		"units": 10, "refunded": false, "meta": doc{"description": "10 messages"}, "createdAt": "2026-01-02T03:04:05.000Z",
	}
}

// asTwilio answers the account that is signed in, and only about itself.
func (m *linkedMarket) asTwilio(member string, items func(sid string, r *http.Request) []doc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sid, token, _ := r.BasicAuth()
		if about := r.PathValue("account"); token != "token-"+sid || (about != "" && about != sid) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		all, start := items(sid, r), number(r, "PageToken", 0)
		page, next := slice(all, start, min(number(r, "PageSize", 50), m.grant)), any(nil)
		if end := start + len(page); end < len(all) {
			next = fmt.Sprintf("https://elsewhere.example%s?%s", r.URL.Path, url.Values{"Page": {"1"}, "PageToken": {fmt.Sprint(end)}}.Encode())
		}
		reply(w, doc{member: page, "next_page_uri": next})
	}
}

func (m *linkedMarket) serveInstallation(w http.ResponseWriter, r *http.Request) {
	sid, _, _ := r.BasicAuth()
	one(func(*http.Request) []doc { return m.installed[sid] }, "sid")(w, r)
}

func (m *linkedMarket) serveAccount(w http.ResponseWriter, r *http.Request) {
	sid := strings.TrimSuffix(r.PathValue("file"), ".json")
	reply(w, doc{"sid": sid, "auth_token": "token-" + sid})
}

func serveToken(w http.ResponseWriter, r *http.Request) {
	location := r.PostFormValue("locationId")
	reply(w, doc{"access_token": "token-" + location, "expires_in": 86399, "locationId": location})
}

// asLocation hands over the location whose token the call carries.
func asLocation(serve func(w http.ResponseWriter, r *http.Request, location string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		location, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token-")
		if !ok || r.Header.Get("Version") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		serve(w, r, location)
	}
}

func (m *linkedMarket) serveCharges(w http.ResponseWriter, r *http.Request, location string) {
	all, skip, limit := m.charges[location], number(r, "skip", 0), min(number(r, "limit", 10), m.grant)
	reply(w, doc{"charges": slice(all, skip, limit), "pagination": doc{"total": len(all), "skip": skip, "limit": limit}})
}

func (m *linkedMarket) serveCharge(w http.ResponseWriter, r *http.Request, location string) {
	one(func(*http.Request) []doc { return m.charges[location] }, "chargeId")(w, r)
}

func (m *linkedMarket) serveFunds(w http.ResponseWriter, _ *http.Request, location string) {
	reply(w, doc{"hasFunds": len(m.charges[location]) > 0})
}

// apart leaves out the calls that fetch credentials: how many there are is the
// business of the rooms that keep them.
func apart(calls map[string]int) map[string]int {
	maps.DeleteFunc(calls, func(name string, _ int) bool { return name == "account" || name == "token" })
	return calls
}

// admin administers company c1 and is a plain member of c2.
func admin(t *testing.T) *auth.Viewer {
	t.Helper()
	return viewer(t, "ann", member("c1", auth.RoleUser, auth.RoleSysAdmin), member("c2", auth.RoleUser))
}

func installationID(i *model.AddOnInstallation) string { return i.ID }

func chargeID(c *model.Charge) string { return c.ID }
