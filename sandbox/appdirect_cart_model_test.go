package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// modelCart is a cart as plainly as it can be thought of: money is cents.
type modelCart struct {
	items map[string]modelItem
	fees  map[string]int64
}

// modelItem is so many of a product, with a discount or none.
type modelItem struct {
	product, unit, code string
	quantity            int64
}

// modelPrices are what products of the shelf cost, written down a second time.
var modelPrices = map[string]struct {
	unit  string
	price func(quantity int64) int64
}{
	"Harbor Backup": {"GIGABYTE", func(n int64) int64 {
		return min(n, 10)*100 + max(min(n, 50)-10, 0)*80 + max(n-50, 0)*50
	}},
	"Harbor Archive": {"GIGABYTE", func(n int64) int64 {
		switch {
		case n <= 10:
			return n * 200
		case n <= 50:
			return n * 150
		}
		return n * 100
	}},
	"Harbor Contacts": {"CONTACT", func(n int64) int64 {
		switch {
		case n <= 10:
			return 1900
		case n <= 50:
			return 5900
		}
		return 9900
	}},
	"Harbor Priority Support": {"", func(int64) int64 { return 1500 }},
	"Harbor Notes":            {"", func(int64) int64 { return 0 }},
}

// cost is what the item costs after its discount, rounded half up.
func (i modelItem) cost() int64 {
	price := modelPrices[i.product].price(i.quantity)
	switch i.code {
	case "FLAT_50_OFF":
		return max(price-5000, 0)
	case "SPRING_20":
		return price - (price*20+50)/100
	}
	return price
}

// totals are what is due before tax, and the tax of each part rounded half up.
func (m modelCart) totals() (due, taxes int64) {
	part := func(amount int64) {
		due += amount
		taxes += (amount*775 + 5000) / 10000
	}
	for _, i := range m.items {
		part(i.cost())
	}
	for _, fee := range m.fees {
		part(fee)
	}
	return due, taxes
}

// body is the item on the wire.
func (i modelItem) body(l *till) map[string]any {
	more := map[string]any{}
	if i.unit != "" {
		more["units"] = unitsOf(i.unit, fmt.Sprint(i.quantity))
	}
	if i.code != "" {
		more["discountCode"] = i.code
	}
	return l.line(i.product, more)
}

// drawItem draws something to buy.
func drawItem(t *rapid.T) modelItem {
	i := modelItem{
		product: rapid.SampledFrom(slices.Sorted(maps.Keys(modelPrices))).Draw(t, "product"), quantity: 1,
		code: rapid.SampledFrom([]string{"", "", "FLAT_50_OFF", "SPRING_20"}).Draw(t, "code"),
	}
	if i.unit = modelPrices[i.product].unit; i.unit != "" {
		i.quantity = rapid.Int64Range(1, 120).Draw(t, "quantity")
	}
	return i
}

// pickKey draws one of a map's keys; false when there is none.
func pickKey[V any](t *rapid.T, of map[string]V) (string, bool) {
	if len(of) == 0 {
		return "", false
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(of))).Draw(t, "which"), true
}

// TestCartsBehaveAsAModelDoes makes any sequence of writes to a cart and to a plain
// model of it: after each of them both cost the same, and both hold the same.
func TestCartsBehaveAsAModelDoes(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	rapid.Check(t, func(rt *rapid.T) {
		cart, m := l.newCart(t), modelCart{items: map[string]modelItem{}, fees: map[string]int64{}}
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			l.writeBoth(t, rt, cart, m)
			l.compare(t, rt, cart, m)
		}
		if len(m.items) == 0 {
			return
		}
		l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
		l.want(t, http.StatusConflict, http.MethodPost, cart+"/items", l.line("Harbor Notes"))
		l.compare(t, rt, cart, m)
	})
}

// writeBoth makes one write to the cart and to its model.
func (l *till) writeBoth(t *testing.T, rt *rapid.T, cart string, m modelCart) {
	switch kind := rapid.SampledFrom([]string{"add", "add", "replace", "remove", "undiscount", "fee", "unfee"}).Draw(rt, "write"); kind {
	case "add":
		item := drawItem(rt)
		m.items[factText(l.ok(t, http.MethodPost, cart+"/items", item.body(l))["id"])] = item
	case "replace":
		if id, found := pickKey(rt, m.items); found {
			m.items[id] = drawItem(rt)
			l.ok(t, http.MethodPut, cart+"/items/"+id, m.items[id].body(l))
		}
	case "remove":
		if id, found := pickKey(rt, m.items); found {
			delete(m.items, id)
			l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/items/"+id, nil)
		}
	case "undiscount":
		if id, found := pickKey(rt, m.items); found && m.items[id].code != "" {
			plain := m.items[id]
			l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/discounts/"+plain.code+"?itemId="+id, nil)
			plain.code = ""
			m.items[id] = plain
		}
	case "fee":
		cents := rapid.Int64Range(0, 3000).Draw(rt, "cents")
		fee := l.ok(t, http.MethodPost, cart+"/fees", map[string]any{"key": "HANDLING", "amount": fromCents(cents).String()})
		m.fees[factText(fee["id"])] = cents
	case "unfee":
		if id, found := pickKey(rt, m.fees); found {
			delete(m.fees, id)
			l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/fees/"+id, nil)
		}
	}
}

// compare holds the cart against its model.
func (l *till) compare(t *testing.T, rt *rapid.T, cart string, m modelCart) {
	preview, read := l.ok(t, http.MethodGet, cart+"/preview", nil), l.ok(t, http.MethodGet, cart, nil)
	due, taxes := m.totals()
	want := []any{tenPlaces(fromCents(due)), tenPlaces(fromCents(taxes)), tenPlaces(fromCents(due + taxes))}
	got := []any{preview["amountDueBeforeTax"], preview["totalTaxAmount"], preview["amountDueAfterTax"]}
	if !slices.Equal(got, want) {
		rt.Fatalf("the cart costs %v, its model %v: %v", got, want, m)
	}
	items := read["items"].([]any)
	if len(items) != len(m.items) {
		rt.Fatalf("%d items, the model has %d", len(items), len(m.items))
	}
	for _, item := range items {
		model, known := m.items[factText(field(item, "id"))]
		if !known || factText(field(item, "pricingPlanId")) != l.plan(model.product) || factText(field(item, "discountCode")) != model.code {
			rt.Fatalf("item %v, the model has %v", item, model)
		}
	}
}
