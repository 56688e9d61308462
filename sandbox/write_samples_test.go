package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

// writeSample is a printed request with its printed answer.
type writeSample struct {
	Endpoint string `json:"endpoint"`
	Status   int    `json:"status"`
	Request  any    `json:"request"` // null when none is printed
	Body     any    `json:"body"`
}

// notSold are members of printed carts that the sandbox refuses with 501: prices
// and terms of one's own, and changes of subscriptions.
var notSold = []string{"customPrices", "customContractConfiguration", "subscriptionId"}

// printedShop is a till with everything that printed requests refer to.
type printedShop struct {
	*till
	method, quote, fulfilment string
	cart                      string // path
}

func openPrintedShop(t *testing.T, samples []writeSample) *printedShop {
	t.Helper()
	l := openTill(t)
	p := &printedShop{till: l, method: factText(l.pay(t, "4111111111111111")["id"])}
	p.cart = l.newCart(t)
	i := slices.IndexFunc(samples, func(s writeSample) bool { return s.Endpoint == "PATCH /v3/checkout/shoppingCarts/{shoppingCartId}" })
	whole, _ := p.adapted(t, samples[i].Request).(map[string]any)
	printed, _ := whole["items"].([]any)[0].(map[string]any)
	child := maps.Clone(printed)
	child["id"] = "child"
	whole["items"] = []any{l.line("Harbor Tracker", map[string]any{"id": "parent"}), child}
	whole["associations"] = []any{map[string]any{"parentItemId": "parent", "childItemIds": []any{"child"}, "type": "ADDON"}}
	l.ok(t, http.MethodPatch, p.cart, whole)
	f := l.deliver(t, p.cart, map[string]any{"deliveryAddress": homeAddress(nil)})
	p.fulfilment, p.quote = factText(f["uuid"]), factText(field(f["shippingQuotes"].([]any)[1], "shippingQuoteId"))
	l.ok(t, http.MethodPost, p.cart+"/items", l.line("Harbor Notes"))
	return p
}

// adapted is a printed request about things that the shop has.
func (p *printedShop) adapted(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, member := range v {
			out = append(out, p.adapted(t, member))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			if slices.Contains(notSold, name) {
				continue
			}
			out[name] = p.adapted(t, member)
			if ours, known := p.ours(name); known {
				out[name] = ours
			}
		}
		return out
	default:
		return v
	}
}

// ours is the value of a member that refers to something.
func (p *printedShop) ours(name string) (any, bool) {
	values := map[string]any{
		"ownerUserId": p.user, "buyerUserId": p.user, "ownerId": p.user, "ownerCompanyId": p.company, "buyerCompanyId": p.company,
		"companyId": p.company, "pricingPlanId": p.plan("Harbor Contacts"), "discountCode": "FLAT_50_OFF", "paymentMethodId": p.method,
		"shoppingCartId": p.cart[len(cartsPath)+1:], "shippingQuoteId": p.quote, "itemPath": "", "associations": []any{},
	}
	v, ok := values[name]
	return v, ok
}

// path fills an endpoint's template.
func (p *printedShop) path(template string) string {
	discount := planDiscount(p.acme(), "FLAT_50_OFF")
	path := fillPath(template, map[string]string{
		"shoppingCartId": p.cart[len(cartsPath)+1:], "itemId": "child", "fulfillmentUuid": p.fulfilment, "discountId": discount,
	})
	switch {
	case strings.HasSuffix(path, "/validation"):
		return path + "?level=PREVENT_FINALIZE"
	case strings.HasSuffix(path, "/fulfillments"):
		return path + "?shoppingCartId=" + p.cart[len(cartsPath)+1:]
	case strings.HasSuffix(path, "/paymentMethods"):
		return path + p.owned()
	}
	return path
}

func planDiscount(w *world, code string) string {
	w.shop.mu.Lock()
	defer w.shop.mu.Unlock()
	return id(w.shop.discounts[code].number)
}

// TestWritesAnswerEveryPrintedKey sends the printed requests, about things that are
// there: they are taken, and what a printed answer has, ours has too, as the same
// kind of value.
func TestWritesAnswerEveryPrintedKey(t *testing.T) {
	raw, err := os.ReadFile("testdata/appdirect_write_samples.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []writeSample
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		t.Run(s.Endpoint, func(t *testing.T) {
			t.Parallel()
			p := openPrintedShop(t, samples)
			method, template, _ := strings.Cut(s.Endpoint, " ")
			got := p.answerOf(t, method, template, s)
			for _, key := range slices.Sorted(maps.Keys(keysOf(s.Body))) {
				if !got[key] && !slices.ContainsFunc(notSold, func(name string) bool { return strings.Contains(key, "."+name) }) {
					t.Errorf("printed, not served: %s", key)
				}
			}
		})
	}
	if len(samples) < 18 {
		t.Errorf("only %d samples", len(samples))
	}
}

// answerOf sends a printed request and gathers the keys of the answer.
func (p *printedShop) answerOf(t *testing.T, method, template string, s writeSample) map[string]bool {
	t.Helper()
	path := p.path(template)
	var body any
	switch {
	case strings.HasSuffix(template, "/paymentMethods") && method == http.MethodPost:
		token := p.ok(t, http.MethodPost, "/appMarket/v2/paymentMethodTokens", card("4111111111111111"))["id"]
		body, path = map[string]any{"ownerId": p.user, "companyId": p.company, "token": token}, template
	case s.Request != nil:
		body, path = p.adapted(t, s.Request), strings.Split(path, "?")[0]
	}
	switch {
	case strings.HasSuffix(template, "/paymentMethods/defaults"):
		p.caller = "admin"
	case strings.HasSuffix(template, "/validation"):
		p.ok(t, http.MethodPatch, p.cart, map[string]any{"paymentMethodId": p.pay(t, declinedCard)["id"]})
		p.ok(t, http.MethodPost, path, nil)
		if method == http.MethodGet {
			path, _, _ = strings.Cut(path, "?")
		}
	}
	return keysOf(p.want(t, s.Status, method, path, body).json(t))
}
