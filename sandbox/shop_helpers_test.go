package sandbox

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// till is where one buyer shops.
type till struct {
	*fixture
	clock          *fakeClock // nil where time is real
	user, company  string
	tenant, caller string // whose API, and the persona that calls it
}

// served counts the buyers of the sandbox that tills share.
var served atomic.Int64

// openTill makes somebody a buyer who has not been one before, and has a card. The
// sandbox is shared: whatever is not a cart's or a buyer's own needs ownTill.
func openTill(t *testing.T) *till {
	t.Helper()
	w := shopping.acme()
	company := strings.TrimPrefix(bigCompany(w), "/account/v2/companies/")
	people := where(w.memberships.all(), "company", company)
	next := int(served.Add(1))
	if next >= len(people) {
		t.Fatal("all of the company have shopped already")
	}
	return &till{fixture: shopping, user: people[next].text("user"), company: company, tenant: "acme", caller: "partner"}
}

// ownTill starts a sandbox for the buyer among the personas, with a clock.
func ownTill(t *testing.T) *till {
	t.Helper()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	f.box.limits.setEnforce("", false)
	buyer := f.acme().users.Get(emailKey("buyer@acme.example"))
	return &till{
		fixture: f, clock: clock, user: buyer.ID, company: f.acme().membershipsOf(buyer.ID)[0].text("company"), tenant: "acme", caller: "partner",
	}
}

// shopper makes the till that of one of the control API's shoppers.
func (l *till) shopper(t *testing.T, name string) *till {
	t.Helper()
	who := field(l.control(t, http.MethodGet, "/shoppers", "").json(t), l.tenant, name)
	out := *l
	out.user, out.company = factText(field(who, "userId")), factText(field(who, "companyId"))
	if out.user == "" || out.company == "" {
		t.Fatalf("no shopper is called %s", name)
	}
	return &out
}

// send makes a call with a JSON body, or none.
func (l *till) send(t *testing.T, method, path string, body any) answer {
	t.Helper()
	return l.callWith(t, method, l.tenant, l.caller, path, body)
}

// want sends what must be answered with a status.
func (l *till) want(t *testing.T, status int, method, path string, body any) answer {
	t.Helper()
	a := l.send(t, method, path, body)
	if a.status != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.body)
	}
	return a
}

// ok sends what must succeed with an object.
func (l *till) ok(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	return l.want(t, http.StatusOK, method, path, body).object(t)
}

// refused sends what must be refused for one reason, and returns the first.
func (l *till) refused(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	problems := blocking(t, l.want(t, http.StatusBadRequest, method, path, body).object(t))
	if len(problems) == 0 {
		t.Fatalf("%s %s is refused without a reason", method, path)
	}
	return problems[0]
}

const cartsPath = "/v3/checkout/shoppingCarts"

// newCart makes a cart of the buyer and returns its path.
func (l *till) newCart(t *testing.T, items ...map[string]any) string {
	t.Helper()
	body := map[string]any{"buyerUserId": l.user, "buyerCompanyId": l.company, "currency": "USD"}
	if len(items) > 0 {
		body["items"] = items
	}
	return cartsPath + "/" + factText(l.ok(t, http.MethodPost, cartsPath, body)["id"])
}

// plan is the uuid of the plan of a product of the shelf.
func (l *till) plan(name string) string { return planOf(l.acme(), name).plan.uuid }

func planOf(w *world, name string) offer { return (&maker{world: w}).shelved(name) }

// units are so many of a unit as an item's body has them.
func unitsOf(unit string, quantity any) []any {
	return []any{map[string]any{"unit": unit, "quantity": quantity}}
}

// line is an item's body.
func (l *till) line(name string, more ...map[string]any) map[string]any {
	body := map[string]any{"pricingPlanId": l.plan(name)}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return body
}

// blocking reads the reasons out of a refusal or a validation.
func blocking(t *testing.T, body map[string]any) []map[string]any {
	t.Helper()
	list, ok := body["blockingErrors"].([]any)
	if !ok {
		t.Fatalf("no blockingErrors in %v", body)
	}
	out := make([]map[string]any, len(list))
	for i, v := range list {
		out[i], _ = v.(map[string]any)
	}
	return out
}

// params are an issue's, by key.
func params(problem map[string]any) map[string]string {
	out := map[string]string{}
	list, _ := problem["messageParameters"].([]any)
	for _, p := range list {
		out[factText(field(p, "key"))] = factText(field(p, "value"))
	}
	return out
}

// purchased reads how often a cart became a purchase.
func (l *till) purchased(t *testing.T, cart string) string {
	t.Helper()
	return factText(field(l.control(t, http.MethodGet, "/purchases", "").json(t), l.tenant, cart[len(cartsPath)+1:]))
}

// forget forgets tokens, so that the next call asks for a new one.
func (l *till) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.tokens)
}

// later moves the clock.
func (l *till) later(d time.Duration) { l.clock.advance(d) }
