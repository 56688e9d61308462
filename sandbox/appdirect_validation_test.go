package sandbox

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// codes are those of issues, in their order.
func codes(problems []map[string]any) []string {
	var out []string
	for _, p := range problems {
		out = append(out, factText(p["code"]))
	}
	return out
}

// filled is what the office suite asks for.
func filled(changes map[string]any) map[string]any {
	values := map[string]any{"SubDomain": "acme", "AlternateEmail": "ada@acme.example", "FirstName": "Ada", "LastName": "Berg"}
	for k, v := range changes {
		values[k] = v
	}
	return map[string]any{"customAttributes": map[string]any{"vendorRequiredFields": map[string]any{"customAttributes": values}}}
}

// firewall is one with or without what it asks for.
func firewall(l *till, site any) map[string]any {
	return l.line("Harbor Firewall", map[string]any{
		"customAttributes": map[string]any{"subscription": map[string]any{"customAttributes": map[string]any{"siteCode": site}}},
	})
}

// TestBlockingErrors reaches every documented code, and what is left of the cart
// can be bought once the cause is gone.
func TestBlockingErrors(t *testing.T) {
	l := ownTill(t)
	broken := brokenCart(l.acme())
	tests := []struct {
		name string
		cart func(*testing.T, *till) string
		want []string
	}{
		{"required field", func(t *testing.T, l *till) string { return l.newCart(t, l.line("Harbor Domain")) }, []string{"REQUIRED_FIELD_VALIDATION_ERROR"}},
		{"field of another form", func(t *testing.T, l *till) string {
			return l.newCart(t, l.line("Harbor Office Suite", filled(map[string]any{"AlternateEmail": "nobody"})))
		}, []string{"REQUIRED_FIELD_VALIDATION_ERROR"}},
		{
			"attributes of subscription and purchase", func(t *testing.T, l *till) string { return l.newCart(t, firewall(l, "nowhere")) },
			[]string{"PURCHASE_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR", "SUBSCRIPTION_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR"},
		},
		{
			"quantities", func(*testing.T, *till) string { return cartsPath + "/" + broken },
			[]string{"INVALID_ITEM_QUANTITIES", "INVALID_ITEM_QUANTITIES"},
		},
		{
			"nobody pays", func(t *testing.T, l *till) string {
				return l.shopper(t, "cardless").newCart(t, l.line("Harbor Backup"))
			},
			[]string{"DEFAULT_PAYMENT_METHOD_NOT_FOUND"},
		},
		{
			"declined", func(t *testing.T, l *till) string {
				return l.shopper(t, "declined").newCart(t, l.line("Harbor Backup"))
			},
			[]string{"PURCHASE_PRE_AUTH_FAILED"},
		},
		{"daily limit", func(t *testing.T, l *till) string {
			return l.shopper(t, "dailyLimited").newCart(t, l.line("Harbor Contacts", map[string]any{"units": unitsOf("CONTACT", 60)}))
		}, []string{"DAILY_SPEND_LIMIT_EXHAUSTED"}},
		{"thirty days' limit", func(t *testing.T, l *till) string {
			return l.shopper(t, "thirtyDaysLimited").newCart(t, l.line("Harbor Archive", map[string]any{"units": unitsOf("GIGABYTE", 300)}))
		}, []string{"THIRTY_DAYS_SPEND_LIMIT_EXHAUSTED"}},
		{"nowhere to ship to", func(t *testing.T, l *till) string { return l.newCart(t, l.line("Harbor Tracker")) }, []string{"DELIVERY_ADDRESS_NOT_FOUND"}},
		{"nothing in it", func(t *testing.T, l *till) string { return l.newCart(t) }, []string{"SHOPPING_CART_EMPTY"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cart := test.cart(t, l)
			body := l.want(t, http.StatusBadRequest, http.MethodPost, cart+"/finalize", nil).object(t)
			if got := codes(blocking(t, body)); !slices.Equal(got, test.want) || body["message"] != "Payload is not valid" || body["code"] != test.want[0] {
				t.Errorf("refused with %v", body)
			}
			if after := l.ok(t, http.MethodGet, cart, nil); after["status"] != "ACTIVE" {
				t.Errorf("the cart is %v", after["status"])
			}
		})
	}
}

// brokenCart is the demo's, with quantities that are not allowed.
func brokenCart(w *world) string {
	all := w.carts.all()
	return all[len(all)-1].ID
}

// TestRefusalsCanBeMended: with the causes gone, the same cart is bought.
func TestRefusalsCanBeMended(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, firewall(l, "BOS-01"))
	order := map[string]any{"customAttributes": map[string]any{"purchase": map[string]any{"customAttributes": map[string]any{"poNumber": "PO-7"}}}}
	problem := l.refused(t, http.MethodPost, cart+"/finalize", nil)
	want := map[string]string{
		"PURCHASE_CUSTOM_ATTRIBUTE_KEY":           "poNumber",
		"PURCHASE_CUSTOM_ATTRIBUTE_ERROR_MESSAGE": "Purchase custom attribute 'poNumber' has failed validation: Missing information",
	}
	if !cmp.Equal(params(problem), want) || problem["itemId"] != nil {
		t.Errorf("%v", problem)
	}
	l.ok(t, http.MethodPatch, cart, order)
	l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
}

// TestLimitsCountWhatWasSpent, for as long as they look back.
func TestLimitsCountWhatWasSpent(t *testing.T) {
	t.Parallel()
	l := ownTill(t).shopper(t, "dailyLimited")
	buy := func(status int) {
		t.Helper()
		cart := l.newCart(t, l.line("Harbor Contacts", map[string]any{"units": unitsOf("CONTACT", 30)})) // 59, and tax
		l.want(t, status, http.MethodPost, cart+"/finalize", nil)
	}
	buy(http.StatusAccepted)
	buy(http.StatusBadRequest)
	l.later(25 * time.Hour)
	l.forget() // the token is older than it may be
	buy(http.StatusAccepted)

	l = l.shopper(t, "thirtyDaysLimited")
	buy(http.StatusAccepted)
	company := l.ok(t, http.MethodGet, "/account/v2/companies/"+l.company, nil)
	if _, shown := company["thirtyDaysPurchaseRemainingAmt"]; shown {
		t.Error("a company by itself shows its limits")
	}
	if left := l.acme().companies.Get(l.company).Body["thirtyDaysPurchaseRemainingAmt"]; factText(left) != "136.43" {
		t.Errorf("left to spend: %v", left)
	}
}

// TestValidationLevels: the first looks at items and fields alone.
func TestValidationLevels(t *testing.T) {
	t.Parallel()
	l := openTill(t).shopper(t, "cardless")
	cart := l.newCart(t, l.line("Harbor Tracker"), firewall(l, "x"))
	l.want(t, http.StatusNotFound, http.MethodGet, cart+"/validation", nil)
	pre := blocking(t, l.ok(t, http.MethodPost, cart+"/validation?level=PRE_FINALIZE", nil))
	all := blocking(t, l.ok(t, http.MethodPost, cart+"/validation?level=PREVENT_FINALIZE", nil))
	if len(pre) != 2 || len(all) != 4 || !slices.Equal(codes(all)[:2], codes(pre)) {
		t.Errorf("before: %v; in all: %v", codes(pre), codes(all))
	}
	l.want(t, http.StatusBadRequest, http.MethodPost, cart+"/validation", nil)
	l.want(t, http.StatusBadRequest, http.MethodPost, cart+"/validation?level=ALL", nil)
}

// TestPendingValidation is settled after so many readings, not before.
func TestPendingValidation(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Domain", map[string]any{"id": "slow"}), firewall(l, "x"))
	check := l.ok(t, http.MethodPost, cart+"/validation?level=PRE_FINALIZE", nil)
	for range pollsUntilSettled {
		if got := codes(blocking(t, check)); !cmp.Equal(check["pendingValidations"], any([]any{"slow"})) || slices.Contains(got, "REQUIRED_FIELD_VALIDATION_ERROR") {
			t.Fatalf("while the vendor thinks: %v", check)
		}
		id := check["id"]
		if check = l.ok(t, http.MethodGet, cart+"/validation", nil); check["id"] != id {
			t.Error("another validation")
		}
	}
	problem := blocking(t, check)
	if len(check["pendingValidations"].([]any)) != 0 || len(problem) != 3 {
		t.Fatalf("settled: %v", check)
	}
	want := map[string]string{"REQUIRED_FIELD_KEY": "domain", "REQUIRED_FIELD_ERROR_MESSAGE": "Required field 'domain' has failed validation: Missing information"}
	if i := slices.Index(codes(problem), "REQUIRED_FIELD_VALIDATION_ERROR"); problem[i]["itemId"] != "slow" || !cmp.Equal(params(problem[i]), want) {
		t.Errorf("the vendor said %v", problem[i])
	}
}

// TestPreauthorisation tells whether somebody will pay, before anything is bought.
func TestPreauthorisation(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Priority Support"))
	auth := l.ok(t, http.MethodGet, cart+"/preauth", nil)
	if auth["amount"] != "16.1600000000" || l.ok(t, http.MethodGet, cart, nil)["preAuthId"] != auth["preAuthId"] {
		t.Errorf("authorised: %v", auth)
	}
	made := l.pay(t, declinedCard)
	problem := l.refused(t, http.MethodGet, cart+"/preauth", nil)
	if problem["code"] != "PURCHASE_PRE_AUTH_FAILED" || params(problem)["PAYMENT_METHOD"] != made["id"] {
		t.Errorf("declined: %v", problem)
	}
	good := l.pay(t, "4111111111111111")
	l.ok(t, http.MethodPatch, cart, map[string]any{"paymentMethodId": made["id"]})
	l.refused(t, http.MethodPost, cart+"/finalize", nil)
	l.ok(t, http.MethodPatch, cart, map[string]any{"paymentMethodId": good["id"]})
	l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
}

// TestFreeCartNeedsNobodyWhoPays, not even somebody without a card.
func TestFreeCartNeedsNobodyWhoPays(t *testing.T) {
	t.Parallel()
	l := openTill(t).shopper(t, "cardless")
	cart := l.newCart(t, l.line("Harbor Notes"))
	l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
}
