package sandbox

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShopOfEverySeed holds what checkout relies on, for both tenants.
func TestShopOfEverySeed(t *testing.T) {
	for index, tenant := range Tenants() {
		names := shelfOf(worldOf(t, index, 1))
		for _, seed := range testSeeds {
			t.Run(fmt.Sprintf("%s %d", tenant.Name, seed), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, index, seed)
				if diff := cmp.Diff(names, shelfOf(w)); diff != "" || len(names) != len(shelf()) {
					t.Errorf("the shelf differs from seed to seed:\n%s", diff)
				}
				if w.applications.Len() > maxPageSize || w.staging.Len() > maxPageSize {
					t.Errorf("%d products and %d working copies do not fit a page", w.applications.Len(), w.staging.Len())
				}
				checkShoppers(t, w)
				checkCodes(t, w)
			})
		}
	}
}

// shelfOf are the uuids of products that every seed has, by name.
func shelfOf(w *world) map[string]string {
	out := map[string]string{}
	for _, g := range shelf() {
		o := planOf(w, g.name)
		if r := w.applications.Get(id(o.product.number)); r != nil && r.Body["buyable"] == true {
			out[g.name] = o.product.uuid + " " + o.plan.uuid
		}
	}
	return out
}

// checkShoppers: they can sign in, act for their company, and fail as they should.
func checkShoppers(t *testing.T, w *world) {
	t.Helper()
	want := map[string][]string{
		"paying": nil, "cardless": {"DEFAULT_PAYMENT_METHOD_NOT_FOUND"}, "declined": {"PURCHASE_PRE_AUTH_FAILED"},
		"dailyLimited": {"DAILY_SPEND_LIMIT_EXHAUSTED"}, "thirtyDaysLimited": {"THIRTY_DAYS_SPEND_LIMIT_EXHAUSTED"},
	}
	for name, codes := range want {
		who, _ := w.shop.shoppers[name].(Document)
		user, company := w.shop.users[factText(who["userId"])], w.shop.companies[factText(who["companyId"])]
		if user == nil || company == nil || !w.isMember(company.uuid, user.uuid) || w.activeUser(user.email) == nil || !company.enabled {
			t.Errorf("%s cannot shop: %v", name, who)
			continue
		}
		c := &cartSpec{currency: "USD", buyer: user, company: company}
		c.items = []*cartItemSpec{planOf(w, "Harbor Archive").item("it", units(300))}
		var got []string
		for _, problem := range w.shop.blocking(c, levelPreventFinalize, w.today) {
			got = append(got, problem.Code)
		}
		if !slices.Equal(got, codes) {
			t.Errorf("%s: %v, want %v", name, got, codes)
		}
	}
}

// checkCodes: of the codes that everybody knows, two are no good.
func checkCodes(t *testing.T, w *world) {
	t.Helper()
	for code, good := range map[string]bool{
		"FLAT_50_OFF": true, "SPRING_20": true, "TRACKER_25": true, "OFFICE_5": true, "EXPIRED_10": false, "SOLD_OUT_15": false,
	} {
		if d := w.shop.discounts[code]; d == nil || d.runs(w.today) != good || w.discounts.Get(id(d.number)) == nil {
			t.Errorf("%s: %+v", code, d)
		}
	}
}

// TestOrdersAreThoseOfSubscriptions, one each.
func TestOrdersAreThoseOfSubscriptions(t *testing.T) {
	t.Parallel()
	w := worldOf(t, 0, 2)
	if w.orders.Len() != w.subscriptions.Len() {
		t.Errorf("%d orders of %d subscriptions", w.orders.Len(), w.subscriptions.Len())
	}
	for _, s := range w.subscriptions.all() {
		order := field(plain(t, s.Body), "order")
		r := w.orders.Get(factText(field(order, "id")))
		if r == nil || !cmp.Equal(plain(t, r.Body), order) {
			t.Errorf("subscription %s: another order by itself", s.ID)
		}
	}
}
