package sandbox

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// order finds the orders of a purchase by its number.
func (l *till) orders(t *testing.T, purchase string) []any {
	t.Helper()
	var out []any
	list := l.want(t, http.StatusOK, http.MethodGet, "/billing/v1/companies/"+l.company+"/orders?sortField=DATE&sortOrder=DESC", nil).list(t)
	for _, o := range list {
		if field(o, "purchaseId") == purchase {
			out = append(out, o)
		}
	}
	return out
}

// TestPurchase makes orders and subscriptions of what was in the cart.
func TestPurchase(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	cart := l.newCart(t, l.line("Harbor Backup", map[string]any{"units": unitsOf("GIGABYTE", 12), "discountCode": "SPRING_20"}), l.line("Harbor Priority Support"))
	preview := l.ok(t, http.MethodGet, cart+"/preview", nil)
	purchase := factText(l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil).object(t)["purchaseId"])
	after := l.ok(t, http.MethodGet, cart, nil)
	if after["status"] != "FINALIZED" || after["purchaseId"] != purchase || l.purchased(t, cart) != "1" {
		t.Errorf("afterwards: %v", after)
	}
	orders := l.orders(t, purchase)
	if len(orders) != 2 {
		t.Fatalf("%d orders of two items", len(orders))
	}
	sum := amountOf(t, "0")
	for _, o := range orders {
		if field(o, "referenceCode") != "024283" || field(o, "status") != "ACTIVE" {
			t.Errorf("order: %v", o)
		}
		if next := field(o, "nextBillingDate"); next != "2026-03-01T00:00:00-06:00" {
			t.Errorf("what was bought on the first of February is next billed on %v", next)
		}
		sum.Add(sum, amountOf(t, field(o, "totalPrice")))
		one := l.want(t, http.StatusOK, http.MethodGet, "/billing/v1/orders/"+factText(field(o, "id"))+"?expand=company", nil).object(t)
		if field(one, "company", "uuid") != l.company {
			t.Errorf("the company of the order is %v", one["company"])
		}
	}
	if sum.Cmp(amountOf(t, preview["amountDueAfterTax"])) != 0 {
		t.Errorf("the orders come to %v, the preview to %v", sum, preview["amountDueAfterTax"])
	}
	found := l.want(t, http.StatusOK, http.MethodGet, "/billing/v1/orders?referenceCode=024283", nil).list(t)
	subs := l.want(t, http.StatusOK, http.MethodGet, "/billing/v1/companies/"+l.company+"/subscriptions?orderReferenceCode=024283", nil).list(t)
	if len(found) != 2 || len(subs) != 2 || field(subs[0], "user", "-id") != l.user {
		t.Errorf("by number: %d orders, %d subscriptions", len(found), len(subs))
	}
	for _, s := range subs {
		own := l.want(t, http.StatusOK, http.MethodGet, "/billing/v1/subscriptions/"+factText(field(s, "id"))+"/orders", nil).list(t)
		if len(own) != 1 || field(own[0], "id") != field(s, "order", "id") {
			t.Errorf("orders of the subscription: %v", own)
		}
	}
	if d := l.acme().shop.discounts["SPRING_20"]; d.redemptions != 1 {
		t.Errorf("the discount was redeemed %d times", d.redemptions)
	}
}

// TestFinalizedCartIsClosed to every write.
func TestFinalizedCartIsClosed(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Notes", map[string]any{"id": "it"}))
	l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
	for _, write := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPost, "/finalize", nil},
		{http.MethodPatch, "", map[string]any{"locale": "en_US"}},
		{http.MethodDelete, "", nil},
		{http.MethodPost, "/items", l.line("Harbor Notes")},
		{http.MethodPut, "/items/it", l.line("Harbor Notes")},
		{http.MethodDelete, "/items/it", nil},
		{http.MethodPost, "/items/delete", map[string]any{"ids": []string{"it"}}},
		{http.MethodPost, "/fees", map[string]any{"key": "K", "amount": 1}},
		{http.MethodPost, "/validation?level=PRE_FINALIZE", nil},
		{http.MethodGet, "/preauth", nil},
	} {
		a := l.want(t, http.StatusConflict, write.method, cart+write.path, write.body)
		if field(a.json(t), "code") != "SHOPPING_CART_FINALIZED" {
			t.Errorf("%s %s: %s", write.method, write.path, a.body)
		}
	}
	if l.purchased(t, cart) != "1" {
		t.Errorf("%s purchases", l.purchased(t, cart))
	}
}

// TestManyFinalize one cart at once: one of them buys it.
func TestManyFinalize(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Priority Support"))
	var mu sync.Mutex
	byStatus := map[int]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a := l.send(t, http.MethodPost, cart+"/finalize", nil)
			mu.Lock()
			defer mu.Unlock()
			byStatus[a.status]++
		})
	}
	wg.Wait()
	if byStatus[http.StatusAccepted] != 1 || byStatus[http.StatusConflict] != 19 || l.purchased(t, cart) != "1" {
		t.Errorf("%v, %s purchases", byStatus, l.purchased(t, cart))
	}
	purchase := factText(l.ok(t, http.MethodGet, cart, nil)["purchaseId"])
	if n := len(l.orders(t, purchase)); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// TestManyCartsOneLimit: of carts that are bought at once, only those that the
// company may still pay for are.
func TestManyCartsOneLimit(t *testing.T) {
	t.Parallel()
	l := ownTill(t).shopper(t, "dailyLimited")
	var carts []string
	for range 20 {
		carts = append(carts, l.newCart(t, l.line("Harbor Contacts", map[string]any{"units": unitsOf("CONTACT", 30)}))) // 59, and tax
	}
	var bought atomic.Int64
	var wg sync.WaitGroup
	for _, cart := range carts {
		wg.Go(func() {
			if l.send(t, http.MethodPost, cart+"/finalize", nil).status == http.StatusAccepted {
				bought.Add(1)
			}
		})
	}
	wg.Wait()
	if bought.Load() != 1 {
		t.Errorf("%d carts of 59 each are bought, 100 may be spent", bought.Load())
	}
}

// TestNumbersOfPurchases go up by one.
func TestNumbersOfPurchases(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	for _, want := range []string{"024283", "024284", "024285"} {
		cart := l.newCart(t, l.line("Harbor Notes"))
		purchase := factText(l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil).object(t)["purchaseId"])
		if got := field(l.orders(t, purchase)[0], "referenceCode"); got != want {
			t.Errorf("number %v, want %s", got, want)
		}
	}
}

// TestLateFault loses the answer of a purchase that took place.
func TestLateFault(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	const route = `"route":"POST /v3/checkout/shoppingCarts/{shoppingCartId}/finalize"`
	for _, kind := range []string{`"drop":true`, `"status":503`, `"cutBody":true`} {
		cart := l.newCart(t, l.line("Harbor Notes"))
		l.steer(t, http.MethodPut, "/faults", `{"backend":"appdirect",`+route+`,`+kind+`,"late":true}`)
		r := request(t, http.MethodPost, l.base("acme")+"/api"+cart+"/finalize", "")
		r.Header.Set("Authorization", "Bearer "+l.token(t, "acme", "partner"))
		if a, err := try(r); err == nil && a.status == http.StatusAccepted {
			t.Errorf("%s: the answer came: %s", kind, a.body)
		}
		l.steer(t, http.MethodDelete, "/faults", "")
		if after := l.ok(t, http.MethodGet, cart, nil); after["status"] != "FINALIZED" || l.purchased(t, cart) != "1" {
			t.Errorf("%s: %v", kind, after)
		}
	}
}

// TestAnswerHeldBack takes effect at once, whatever becomes of the caller.
func TestAnswerHeldBack(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	cart := l.newCart(t, l.line("Harbor Notes"))
	l.steer(t, http.MethodPut, "/faults",
		`{"backend":"appdirect","route":"POST /v3/checkout/shoppingCarts/{shoppingCartId}/finalize","latencyMs":60000,"late":true}`)
	ctx, hangUp := context.WithCancel(t.Context())
	r := request(t, http.MethodPost, l.base("acme")+"/api"+cart+"/finalize", "").WithContext(ctx)
	r.Header.Set("Authorization", "Bearer "+l.token(t, "acme", "partner"))
	answered := make(chan error, 1)
	go func() {
		_, err := try(r)
		answered <- err
	}()
	for l.purchased(t, cart) != "1" { // while the caller still waits
		if t.Context().Err() != nil {
			t.Fatal("nothing is bought")
		}
	}
	select {
	case err := <-answered:
		t.Errorf("the answer came at once: %v", err)
	default:
	}
	hangUp()
	if err := <-answered; err == nil {
		t.Error("an answer came after all")
	}
}
