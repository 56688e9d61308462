package sandbox

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// drawTiers draws the tiers of a unit: bounds that rise, and a price for each.
func drawTiers(t *rapid.T, strategy string) []costSpec {
	var out []costSpec
	from := 1
	count := rapid.IntRange(1, 5).Draw(t, "tiers")
	for i := range count {
		c := each("GIGABYTE", strategy, rapid.Int64Range(0, 5000).Draw(t, "price"), units(from), amount{}, units(1))
		if i < count-1 {
			most := from + rapid.IntRange(0, 30).Draw(t, "width")
			c.most, from = units(most), most+1
		}
		out = append(out, c)
	}
	return out
}

// plainPrice prices a quantity unit by unit, in cents.
func plainPrice(tiers []costSpec, strategy string, quantity int64) int64 {
	tierOf := func(n int64) costSpec {
		for _, c := range tiers {
			if n >= c.least.IntPart() && (c.most.IsZero() || n <= c.most.IntPart()) {
				return c
			}
		}
		return costSpec{}
	}
	last := tierOf(quantity).prices["USD"]
	switch strategy {
	case strategyVolume:
		return last * quantity
	case strategyStairstep:
		return last
	}
	var sum int64
	for n := int64(1); n <= quantity; n++ {
		sum += tierOf(n).prices["USD"]
	}
	return sum
}

// TestTiersAgainstAPlainModel prices any tiers as counting one unit after another
// does.
func TestTiersAgainstAPlainModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		strategy := rapid.SampledFrom([]string{strategyTiered, strategyVolume, strategyStairstep}).Draw(t, "strategy")
		tiers := drawTiers(t, strategy)
		quantity := rapid.IntRange(1, 200).Draw(t, "quantity")
		o := offer{product: &productSpec{}, edition: &editionSpec{}, plan: &planSpec{frequency: "MONTHLY", costs: tiers}}
		price := itemPrice{cartItemSpec: o.item("it", units(quantity))}
		price.charges = price.cartItemSpec.charges("USD")
		want := fromCents(plainPrice(tiers, strategy, int64(quantity)))
		if got := price.list(); !got.Equal(want) {
			t.Fatalf("%d units of %s cost %s, want %s", quantity, strategy, got, want)
		}
	})
}

// drawCart draws a cart of what a tenant sells, with discounts and fees.
func drawCart(t *rapid.T, w *world) *cartSpec {
	c := &cartSpec{id: "cart", currency: "USD", buyer: &userSpec{}, owner: &userSpec{}, company: &companySpec{}, ownedBy: &companySpec{}}
	carts := w.carts.all()
	for n := range rapid.IntRange(0, 5).Draw(t, "items") {
		var item cartItemSpec
		from := w.shop.carts[rapid.SampledFrom(carts).Draw(t, "cart").ID]
		if len(from.items) == 0 {
			continue
		}
		item = *rapid.SampledFrom(from.items).Draw(t, "item")
		item.body.ID = fmt.Sprint(n)
		item.body.DiscountCode = rapid.SampledFrom([]string{"", "FLAT_50_OFF", "SPRING_20", "TRACKER_25"}).Draw(t, "code")
		item.body.Units = nil
		for _, rule := range item.plan.quantityRules() {
			quantity := rule.least.Add(rule.increment.Mul(units(rapid.IntRange(0, 40).Draw(t, "steps"))))
			item.body.Units = append(item.body.Units, unitBody{Unit: rule.unit, Quantity: quantity})
		}
		c.items = append(c.items, &item)
	}
	for range rapid.IntRange(0, 2).Draw(t, "fees") {
		c.fees = append(c.fees, cartFee{ID: newUUID(), Key: shippingKey, Amount: fromCents(rapid.Int64Range(0, 5000).Draw(t, "fee"))})
	}
	return c
}

// TestTotalsAreSumsOfParts: of any cart, the preview's totals are those of its
// items, the orders come to what is due, and nothing is less than nothing.
func TestTotalsAreSumsOfParts(t *testing.T) {
	t.Parallel()
	w := worldOf(t, 0, 1)
	rapid.Check(t, func(t *rapid.T) {
		c := drawCart(t, w)
		price := w.shop.price(c)
		due, taxes := price.totals()
		var orders, setups, parts amount
		for at, item := range price.items {
			var fees []cartFee
			if at == 0 {
				fees = c.fees
			}
			for _, line := range item.soldLines(fees) {
				orders = orders.Add(line.total())
			}
			if item.due().IsZero() && item.planTotal().IsPositive() { // its trial comes first
				orders = orders.Sub(item.planTotal()).Sub(tax(item.planTotal()))
			}
			setups = setups.Add(item.setup()).Add(tax(item.setup()))
			parts = parts.Add(item.due()).Add(item.setup())
			if item.planTotal().IsNegative() || item.off.IsNegative() {
				t.Fatalf("item %s costs %s after %s off", item.body.ID, item.planTotal(), item.off)
			}
		}
		for _, f := range c.fees {
			parts = parts.Add(f.Amount)
		}
		if !parts.Equal(due) {
			t.Fatalf("parts come to %s, %s is due", parts, due)
		}
		if len(c.items) > 0 && !orders.Add(setups).Equal(due.Add(taxes)) {
			t.Fatalf("orders come to %s and %s, %s and %s are due", orders, setups, due, taxes)
		}
		checkPreview(t, price)
	})
}

// checkPreview holds a preview's own numbers together.
func checkPreview(t *rapid.T, p cartPrice) {
	preview := p.preview()
	number := func(v any) amount {
		n, err := decimal.NewFromString(factText(v))
		if err != nil {
			t.Fatalf("%v is no amount", v)
		}
		return n
	}
	before, after := number(preview["amountDueBeforeTax"]), number(preview["amountDueAfterTax"])
	if !before.Add(number(preview["totalTaxAmount"])).Equal(after) {
		t.Fatalf("%s and tax are not %s", before, after)
	}
	for _, item := range preview["items"].([]any) {
		for _, cost := range field(item, "costs").([]any) {
			if product := number(field(cost, "quantity")).Mul(number(field(cost, "salePrice"))); !product.Equal(number(field(cost, "totalSalePrice"))) {
				t.Fatalf("%v", cost)
			}
		}
	}
	for _, total := range preview["recurringTotals"].([]any) {
		net := number(field(total, "totalSalePrice"))
		if !number(field(total, "totalSalePriceTaxIncluded")).Equal(net.Add(tax(net))) {
			t.Fatalf("%v", total)
		}
	}
}

// TestQuantityRulesAgreeWithTiers: whatever a rule lets through has a price.
func TestQuantityRulesAgreeWithTiers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tiers := drawTiers(t, strategyVolume)
		plan := &planSpec{costs: tiers}
		rules := plan.quantityRules()
		if len(rules) != 1 || !rules[0].most.Equal(tiers[len(tiers)-1].most) {
			t.Fatalf("rules of one unit: %v", rules)
		}
		quantity := units(rapid.IntRange(0, 300).Draw(t, "quantity"))
		item := offer{plan: plan}.item("it", quantity)
		if len(rules[0].check(quantity, "it")) == 0 && len(item.charges("USD")) == 0 {
			t.Fatalf("%s units are allowed and cost nothing at all", quantity)
		}
	})
}

// FuzzQuantity takes any number that JSON can write: it is refused or worked with,
// in no time.
func FuzzQuantity(f *testing.F) {
	for _, seed := range []string{"1", `"0.5"`, "1e7", "1e-7", "-1", `"99999999999999999999"`, `"1e9999"`, "null", "{}"} {
		f.Add([]byte(seed))
	}
	rule := quantityRule{unit: "MEGABYTE", least: fromCents(50), most: units(1000), increment: fromCents(50)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var q amount
		if q.UnmarshalJSON(raw) != nil {
			return
		}
		if len(rule.check(q, "it")) == 0 && (q.LessThan(rule.least) || q.GreaterThan(rule.most)) {
			t.Errorf("%s is let through", raw)
		}
	})
}
