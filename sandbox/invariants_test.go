package sandbox

import (
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// members reads a billing list however it is wrapped.
func members(v any, name string) []any {
	if inner := field(v, name); inner != nil {
		v = inner
	}
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func amountOf(t *testing.T, v any) *big.Rat {
	t.Helper()
	n, ok := new(big.Rat).SetString(factText(v))
	if !ok {
		t.Fatalf("%v is no amount", v)
	}
	return n
}

// TestOrdersAddUp for every order of several seeds: the total is the sum of its
// lines, and a line is price times quantity.
func TestOrdersAddUp(t *testing.T) {
	t.Parallel()
	for _, seed := range testSeeds {
		for _, s := range worldOf(t, 0, seed).subscriptions.all() {
			order := field(plain(t, s.Body), "order")
			sum := new(big.Rat)
			for _, line := range members(field(order, "orderLines"), "orderLine") {
				total := amountOf(t, field(line, "totalPrice"))
				sum.Add(sum, total)
				if price := field(line, "price"); price != nil {
					if product := new(big.Rat).Mul(amountOf(t, price), amountOf(t, field(line, "quantity"))); product.Cmp(total) != 0 {
						t.Fatalf("subscription %s: a line of %v is %v", s.ID, line, product)
					}
				}
			}
			if sum.Cmp(amountOf(t, field(order, "totalPrice"))) != 0 {
				t.Fatalf("subscription %s: lines sum to %v, total is %v", s.ID, sum, field(order, "totalPrice"))
			}
		}
	}
}

// TestOrdersAreInACurrencyOfTheirPlan and name the plan they are for.
func TestOrdersAreInACurrencyOfTheirPlan(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	for _, s := range w.subscriptions.all() {
		order := field(plain(t, s.Body), "order")
		plan := field(order, "paymentPlan")
		if field(order, "paymentPlanId") != field(plan, "id") || s.text("plan") != field(plan, "id") {
			t.Errorf("subscription %s is for several plans", s.ID)
		}
		currency, _ := field(order, "currency").(string)
		for _, cost := range members(field(plan, "costs"), "cost") {
			if field(cost, "amount", currency) == nil {
				t.Errorf("subscription %s is paid in %s, which its plan is not sold in", s.ID, currency)
			}
		}
	}
}

// TestSubscriptionsReferToWhatTheirAddressesSay compares ids with addresses.
func TestSubscriptionsReferToWhatTheirAddressesSay(t *testing.T) {
	t.Parallel()
	for _, s := range shared.acme().subscriptions.all() {
		body := plain(t, s.Body)
		for _, name := range []string{"company", "user", "product", "edition"} {
			address, _ := field(body, name, "-href").(string)
			if id, _ := field(body, name, "-id").(string); id == "" || !strings.HasSuffix(address, "/"+id) || !strings.HasPrefix(address, "http://box/api/") {
				t.Errorf("subscription %s: %s %v is at %s", s.ID, name, id, address)
			}
		}
		if !strings.Contains(field(body, "company", "-href").(string), "/v1//companies/") {
			t.Error("the printed doubled slash is gone")
		}
	}
}

// TestCatalogueAndProductAgree on what both show of the same product.
func TestCatalogueAndProductAgree(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	for _, a := range w.applications.all() {
		listed, product := plain(t, a.Body), plain(t, w.products.Get(a.ID).Body)
		for _, name := range []string{"id", "uuid", "name", "href", "free", "addon", "freeTrialOrEditionPresent", "publishedOn", "rating"} {
			if field(listed, name) != field(product, name) {
				t.Errorf("product %s: %s is %v and %v", a.ID, name, field(listed, name), field(product, name))
			}
		}
		if field(listed, "productType") != field(product, "type") || field(listed, "vendorName") != field(product, "provider", "name") {
			t.Errorf("product %s: type or vendor differ", a.ID)
		}
		if w.companies.Get(field(product, "vendorUUID").(string)) == nil {
			t.Errorf("product %s: the vendor is no company", a.ID)
		}
		checkStartingPrice(t, listed, product)
	}
}

// checkStartingPrice compares with the cheapest plan, found the long way.
func checkStartingPrice(t *testing.T, listed, product any) {
	t.Helper()
	prices, _ := field(listed, "channelStartingPrice", "prices").(map[string]any)
	for currency, price := range prices {
		var least *big.Rat
		for _, e := range field(product, "pricing", "editions").([]any) {
			for _, p := range field(e, "plans").([]any) {
				cost := amountOf(t, field(field(p, "costs").([]any)[0], "amount", currency))
				if least == nil || cost.Cmp(least) < 0 {
					least = cost
				}
			}
		}
		if least.Cmp(amountOf(t, field(price, "price"))) != 0 {
			t.Errorf("%v starts at %v %s, the cheapest plan is %v", field(listed, "name"), field(price, "price"), currency, least)
		}
	}
}

// TestOneLastUsedMembershipAtMost so that a client knows where a user was last.
func TestOneLastUsedMembershipAtMost(t *testing.T) {
	t.Parallel()
	used := map[string]int{}
	for _, m := range shared.acme().memberships.all() {
		if m.Body["lastUsed"] == true {
			used[m.text("user")]++
		}
	}
	for user, n := range used {
		if n > 1 {
			t.Errorf("user %s was last in %d companies", user, n)
		}
	}
	if len(used) < 100 || len(used) == shared.acme().users.Len() {
		t.Errorf("%d users have a last used company", len(used))
	}
}

// TestReferencesInAnswersWork asks for each address that a page of answers has.
func TestReferencesInAnswersWork(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/account/v2/companies?size=3", "/account/v2/users?size=3", bigCompany(shared.acme()) + "/memberships?size=2", "/channel/v1/applications?size=3"} {
		addresses := addressesIn(shared.get(t, "admin", path).json(t))
		followed := 0
		for _, address := range addresses {
			if !strings.HasPrefix(address, shared.base("acme")+"/api/") {
				continue
			}
			r := request(t, http.MethodGet, address, "")
			r.Header.Set("Authorization", "Bearer "+shared.token(t, "acme", "partner"))
			if a := do(t, r); a.status != http.StatusOK {
				t.Errorf("%s leads to %d", address, a.status)
			}
			followed++
		}
		if followed == 0 {
			t.Errorf("%s has no references", path)
		}
	}
}

// addressesIn collects all texts that are addresses.
func addressesIn(v any) []string {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "http") {
			return []string{v}
		}
	case []any:
		var out []string
		for _, member := range v {
			out = append(out, addressesIn(member)...)
		}
		return out
	case map[string]any:
		var out []string
		for _, member := range v {
			out = append(out, addressesIn(member)...)
		}
		return out
	}
	return nil
}

// TestResetUnderLoad reads while the data is replaced: each answer is of one seed
// or the other, never of both.
func TestResetUnderLoad(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.steer(t, http.MethodPut, "/limits", `{"enforce":false}`)
	possible := map[string]bool{}
	for _, seed := range []string{"2", "1"} {
		f.steer(t, http.MethodPost, "/reset", `{"seed":`+seed+`}`)
		possible[string(f.get(t, "admin", "/account/v2/companies?size=100").body)] = true
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 15 {
				if a := f.call(t, http.MethodGet, "acme", "admin", "/account/v2/companies?size=100"); !possible[string(a.body)] {
					t.Errorf("an answer of neither seed: %d %.100s", a.status, a.body)
				}
			}
		})
	}
	for _, seed := range []string{"2", "1", "2"} {
		f.steer(t, http.MethodPost, "/reset", `{"seed":`+seed+`}`)
	}
	wg.Wait()
	if len(possible) != 2 {
		t.Error("the seeds do not differ")
	}
}
