package sandbox

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// cartPrice is what a cart costs, worked out from the plans of its items.
type cartPrice struct {
	cart   *cartSpec
	billed time.Time // when what recurs would first be billed
	items  []itemPrice
}

// itemPrice is what an item costs.
type itemPrice struct {
	*cartItemSpec
	billed   time.Time // when it would first be billed
	charges  []charge
	discount *discountSpec // nil for none
	off      amount        // what the discount takes off what the plan costs
}

// price works a cart out.
func (s *shop) price(c *cartSpec) cartPrice {
	p := cartPrice{cart: c, billed: cartDate(s.today), items: make([]itemPrice, len(c.items))}
	for i, item := range c.items {
		p.items[i] = itemPrice{cartItemSpec: item, billed: p.billed, charges: item.charges(c.currency)}
		if d := s.discounts[item.body.DiscountCode]; d != nil {
			p.items[i].discount = d
			p.items[i].off = d.off(p.items[i].list())
		}
	}
	return p
}

// list is what the plan costs without discount: each time that it is billed, or
// once for a plan that is paid once.
func (i itemPrice) list() amount {
	return i.sum(func(c costSpec) bool { return c.unit != "ONE_TIME_SETUP" })
}

// plan is what the plan costs.
func (i itemPrice) planTotal() amount { return i.list().Sub(i.off) }

// setup is what is paid once beside the plan.
func (i itemPrice) setup() amount {
	return i.sum(func(c costSpec) bool { return c.unit == "ONE_TIME_SETUP" })
}

// sum adds what some of the costs come to.
func (i itemPrice) sum(of func(costSpec) bool) amount {
	var sum amount
	for _, c := range i.charges {
		if of(c.cost) {
			sum = sum.Add(c.total())
		}
	}
	return sum
}

// due is what of the plan is paid at once: nothing while a trial runs.
func (i itemPrice) due() amount {
	if i.edition.trialDays > 0 && i.plan.frequency != "ONE_TIME" {
		return amount{}
	}
	return i.planTotal()
}

// dueParts are the amounts that are due at once, each taxed by itself: of every
// item its plan and its setup, and the fees.
func (p cartPrice) dueParts() []amount {
	var parts []amount
	for _, i := range p.items {
		parts = append(parts, i.due(), i.setup())
	}
	for _, f := range p.cart.fees {
		parts = append(parts, f.Amount)
	}
	return parts
}

// totals are what is due before tax, and the tax.
func (p cartPrice) totals() (due, taxes amount) {
	for _, part := range p.dueParts() {
		due, taxes = due.Add(part), taxes.Add(tax(part))
	}
	return due, taxes
}

// recurring is what will be billed again, by period and without tax.
func (p cartPrice) recurring() map[string]amount {
	out := map[string]amount{}
	for _, i := range p.items {
		if i.plan.frequency != "ONE_TIME" {
			out[i.plan.frequency] = out[i.plan.frequency].Add(i.planTotal())
		}
	}
	return out
}

// shippingKey starts the key of a fee for shipping.
const shippingKey = "SHIPPING_FEE"

// shipping is the fee for shipping, null while none was chosen.
func (p cartPrice) shipping() any {
	var sum amount
	found := false
	for _, f := range p.cart.fees {
		if strings.HasPrefix(f.Key, shippingKey) {
			sum, found = sum.Add(f.Amount), true
		}
	}
	if !found {
		return nil
	}
	return tenPlaces(sum)
}

// preview is what the cart costs in all. The names of taxes and shipping are ours.
func (p cartPrice) preview() Document {
	items := make([]any, len(p.items))
	for i, item := range p.items {
		items[i] = item.preview()
	}
	due, taxes := p.totals()
	summary := []any{}
	if taxes.IsPositive() {
		summary = append(summary, Document{"description": "Flat Tax", "taxAmount": tenPlaces(taxes)})
	}
	return Document{
		"items": items, "amountDueBeforeTax": tenPlaces(due), "amountDueAfterTax": tenPlaces(due.Add(taxes)),
		"totalTaxAmount": tenPlaces(taxes), "taxSummary": summary, "shippingFeeAmount": p.shipping(),
		"recurringTotals": p.recurringTotals(true),
	}
}

// recurringTotals has a total per period, with tax where that is shown.
func (p cartPrice) recurringTotals(taxed bool) []any {
	totals := p.recurring()
	out := []any{}
	for _, period := range slices.Sorted(maps.Keys(totals)) {
		one := Document{
			"billingCycle": billingCycle(period), "totalSalePrice": tenPlaces(totals[period]), "nextInvoiceDate": p.billed.Format(time.DateOnly),
		}
		if taxed {
			one["totalSalePriceTaxIncluded"] = tenPlaces(totals[period].Add(tax(totals[period])))
		}
		out = append(out, one)
	}
	return out
}

// summary is where each price of the cart comes from.
func (p cartPrice) summary() Document {
	items := make([]any, len(p.items))
	for i, item := range p.items {
		items[i] = item.summary(p.cart.currency)
	}
	return Document{"items": items, "recurringTotals": p.recurringTotals(false)}
}

// billingCycle is when an item is billed.
func billingCycle(period string) Document { return Document{"period": period, "dayOfMonth": cartDay} }

// cartDay is the day of the month on which all carts would be billed.
const cartDay = 15

// cartDate is when what is in a cart today would first be billed.
func cartDate(today time.Time) time.Time {
	return time.Date(today.Year(), today.Month()+1, cartDay, 0, 0, 0, 0, time.UTC)
}
