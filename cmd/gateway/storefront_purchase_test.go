//go:build clients

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/shopspring/decimal"
)

// TestStorefrontSells goes from a visitor's search to the number of a purchase,
// by keyboard alone; the marketplace then has that one purchase more.
func TestStorefrontSells(t *testing.T) {
	g := startBackends(t, 1).start(t)
	b := g.openShop(t)
	b.fillCart(t)
	b.changeCart(t)
	b.press(t, "Checkout")
	b.waitForTitle(t, "Checkout")
	b.isRefused(t)
	b.answerAll(t)
	due := b.read(t, dueNow)
	b.agree(t)
	b.checkAccessible(t)
	if *picture != "" {
		b.screenshot(t, *picture)
	}
	b.buy(t)
	b.checkAccessible(t)
	g.checkPurchase(t, b.read(t, purchaseNumber), due)
	b.press(t, "Cart")
	b.waitForText(t, "Your cart is empty.")
	b.checkNothingKept(t)
	b.checkQuiet(t, shopHost, signInHost)
}

// TestStorefrontBuysOnce though the answer to its purchase is lost on the way:
// the page asks again under the same key.
func TestStorefrontBuysOnce(t *testing.T) {
	g := startBackends(t, 1).start(t)
	lost := &loser{mark: "finalizeCart"}
	b := g.openShopThrough(t, lost.between)
	b.fillCart(t)
	b.press(t, "Cart")
	b.waitForTitle(t, "Cart")
	b.press(t, "Checkout")
	b.waitForTitle(t, "Checkout")
	b.answerAll(t)
	due := b.read(t, dueNow)
	b.agree(t)
	b.buy(t)
	g.checkPurchase(t, b.read(t, purchaseNumber), due)
	if asked := lost.seen.Load(); asked != 2 {
		t.Errorf("the purchase was asked for %d times", asked)
	}
}

// loser loses the answer to the first request whose body has a mark, after the
// graph has given it.
type loser struct {
	mark string
	seen atomic.Int32
}

func (l *loser) between(graph http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the page has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !bytes.Contains(body, []byte(l.mark)) || l.seen.Add(1) > 1 {
			graph.ServeHTTP(w, r)
			return
		}
		graph.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler) // how a handler breaks its connection
	})
}

// Parts of the pages.
const (
	dueNow         = `[...document.querySelectorAll('tr')].find((row) => row.cells[0].innerText === 'Due now')?.cells[1].innerText ?? ''`
	purchaseNumber = `document.querySelector('#purchase-number').innerText`
	delivery       = `section[aria-labelledby=delivery] `
	payment        = `section[aria-labelledby=payment] `
)

// line is a script that finds a part of a product's line in the cart.
func line(product, part string) string {
	return `[...document.querySelectorAll('.lines li')].find((li) => li.querySelector('h2').innerText === ` + quote(product) + `)?.querySelector(` + quote(part) + `)`
}

// fillCart empties the cart that the demo's buyer has, and puts goods and a
// service into it.
func (b *tab) fillCart(t *testing.T) {
	t.Helper()
	b.find(t, "Harbor Tracker")
	b.signIn(t)
	b.waitForTitle(t, "Harbor Tracker") // which takes the focus
	b.press(t, "Cart")
	b.waitForTitle(t, "Cart")
	b.waitFor(t, `document.querySelector('.lines li')`)
	for b.read(t, `String(document.querySelectorAll('.lines li').length)`) != "0" {
		some := b.read(t, `document.querySelector('.lines').innerText`)
		b.press(t, "Remove")
		b.waitFor(t, `document.querySelector('.lines')?.innerText !== `+quote(some))
	}
	b.waitForText(t, "Your cart is empty.")
	b.find(t, "Harbor Tracker")
	b.fill(t, "Quantity (item)", "2")
	b.press(t, "Add to cart")
	b.waitForText(t, "It is in your cart.")
	b.find(t, "Harbor Office Suite")
	b.fill(t, "Quantity (license)", "10")
	b.press(t, "Add to cart")
	b.waitForText(t, "It is in your cart.")
}

// find searches a product and opens it.
func (b *tab) find(t *testing.T, product string) {
	t.Helper()
	b.press(t, "Catalogue")
	b.fill(t, "Search products", product)
	b.press(t, "Search")
	b.press(t, product)
	b.waitForTitle(t, product)
}

// changeCart changes a quantity, and tries a code that is none before one that is.
func (b *tab) changeCart(t *testing.T) {
	t.Helper()
	b.press(t, "Cart")
	b.waitForTitle(t, "Cart")
	b.waitFor(t, line("Harbor Tracker", "input"))
	b.checkAccessible(t)
	for _, change := range []func(){
		func() {
			b.key(t, line("Harbor Tracker", "input"), "3")
			b.key(t, line("Harbor Tracker", "[type=submit]"), kb.Enter)
		},
		func() {
			b.fill(t, "Discount code", "NO_SUCH_CODE")
			b.press(t, "Apply")
			b.waitForText(t, "Discount NO_SUCH_CODE does not exist or is expired.")
			b.fill(t, "Discount code", "FLAT_50_OFF")
			b.press(t, "Apply")
			b.waitForText(t, "FLAT_50_OFF is applied.")
		},
	} {
		was := b.read(t, dueNow)
		change()
		b.waitFor(t, `(`+dueNow+`) !== `+quote(was))
	}
}

// isRefused checks an order of which nothing was told yet.
func (b *tab) isRefused(t *testing.T) {
	t.Helper()
	b.press(t, "Check order")
	b.waitFor(t, `document.querySelector('[data-code=REQUIRED_FIELD_VALIDATION_ERROR]')`)
	b.checkAccessible(t)
}

// answerAll fills in the checkout: what the vendor wants to know, where to
// deliver and how, and a new card.
func (b *tab) answerAll(t *testing.T) {
	t.Helper()
	b.fill(t, "Your tenant's name", "harbor.example")
	b.fill(t, "Alternate email address", "other@acme.example")
	b.fill(t, "First name", "Ada")
	b.fill(t, "Last name", "Lovelace")
	b.press(t, "Save details")
	b.waitForText(t, "Your details are saved.")

	b.fill(t, "Name", "Ada Lovelace")
	b.fillAddress(t, delivery)
	b.press(t, "Save address")
	b.waitForText(t, "To Ada Lovelace, 50 Grove St, Somerville.")
	b.key(t, `document.querySelector('`+delivery+`[type=radio]')`, " ")
	b.waitFor(t, `document.querySelector('`+delivery+`[type=radio]:enabled:checked')`)

	b.fill(t, "Name on card", "Ada Lovelace")
	b.fill(t, "Card number", "4242424242424242")
	b.fill(t, "Expires (month)", "12")
	b.fill(t, "Expires (year)", "2031")
	b.fill(t, "Security code", "123")
	b.fillAddress(t, payment)
	b.press(t, "Add card")
	b.waitForText(t, "VISA ending in 4242")
}

func (b *tab) fillAddress(t *testing.T, section string) {
	t.Helper()
	for name, text := range map[string]string{"street": "50 Grove St", "city": "Somerville", "state": "MA", "zip": "02114", "country": "US"} {
		b.key(t, `document.querySelector('`+section+`[name=`+name+`]')`, text)
	}
}

// agree has the order checked, which a vendor takes some time for, and agrees to the terms.
func (b *tab) agree(t *testing.T) {
	t.Helper()
	b.press(t, "Check order")
	b.key(t, named("input", "I agree to the terms"), " ")
}

func (b *tab) buy(t *testing.T) {
	t.Helper()
	b.press(t, "Buy now")
	b.waitForTitle(t, "Thank you")
}

// checkPurchase holds what the page told to what the marketplace has: one
// purchase, of that number, whose orders come to what was due.
func (b *backends) checkPurchase(t *testing.T, number, due string) {
	t.Helper()
	var purchases map[string]map[string]int
	if err := json.Unmarshal(b.control(t, http.MethodGet, "/purchases", ""), &purchases); err != nil {
		t.Fatal(err)
	}
	if carts := slices.Collect(maps.Values(purchases["acme"])); !slices.Equal(carts, []int{1}) {
		t.Errorf("carts were bought so often: %v", carts)
	}
	var total decimal.Decimal
	for _, o := range b.orders(t, number) {
		total = total.Add(o.Total)
	}
	if want := strings.NewReplacer("$", "", ",", "").Replace(due); total.StringFixed(2) != want {
		t.Errorf("%s was due, and the orders of %s come to %s", want, number, total)
	}
}

// order is what is looked at of an order.
type order struct {
	Total decimal.Decimal `json:"totalPrice"`
}

// orders reads the orders of a purchase, without the gateway.
func (b *backends) orders(t *testing.T, number string) []order {
	t.Helper()
	r := request(t, http.MethodGet, b.rest("acme")+"/api/billing/v1/orders?referenceCode="+number, nil)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token(t, "acme", "partner"))
	status, _, body := b.do(t, r)
	var page struct {
		Content []order `json:"content"`
	}
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		t.Fatalf("the orders of %s: %d %.500s", number, status, body)
	}
	return page.Content
}
