package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// cartDay is the day of the month on which all demo carts would be billed.
const cartDay = 15

// summary is the pricing summary of the cart, first billed when it starts: what
// each item costs and why, and what recurs per billing cycle. One-time prices are
// in no total, as printed.
func (c *cartSpec) summary(starts time.Time) Document {
	items := make([]any, len(c.items))
	totals := map[string]int64{}
	for i, item := range c.items {
		items[i] = item.summary(c.currency, starts)
		for _, cost := range item.charged() {
			if cost.recurs() && item.plan.frequency != "ONE_TIME" {
				totals[item.plan.frequency] += cost.prices[c.currency] * item.unitsOf(cost)
			}
		}
	}
	recurring := []any{}
	for _, period := range slices.Sorted(maps.Keys(totals)) {
		recurring = append(recurring, Document{
			"billingCycle": billingCycle(period), "totalSalePrice": exactMoney(totals[period]), "nextInvoiceDate": starts.Format(time.DateOnly),
		})
	}
	return Document{"items": items, "recurringTotals": recurring}
}

// summary is the item's part of the summary: where each price comes from, and
// what it comes to.
func (i *cartItemSpec) summary(currency string, starts time.Time) Document {
	sources, effective := []any{}, []any{}
	for _, cost := range i.charged() {
		head := cost.heading()
		price := i.calculation(cost, currency)
		sources = append(sources, head.with(Document{"sources": []any{price.with(Document{
			"priceType": "BASE_PRICE", "priceLevel": "NONE", "priceEntity": "NONE",
		})}}))
		effective = append(effective, head.with(price))
	}
	start := starts.Format(time.DateOnly)
	return Document{
		"itemId": i.uuid, "pricingPlanId": i.plan.uuid, "productId": i.product.uuid, "editionId": i.edition.uuid,
		"detailedCost": Document{"costSources": sources}, "effectiveCost": Document{"costs": effective},
		"schedule": Document{
			"billingCycle": billingCycle(i.plan.frequency), "servicePeriod": Document{"start": start, "end": nil},
			"billingPeriod": Document{"start": start, "end": nil}, "freeTrialPeriod": i.trial(starts),
		},
	}
}

// trial is null for an edition without one.
func (i *cartItemSpec) trial(starts time.Time) any {
	if i.edition.trialDays == 0 {
		return nil
	}
	return Document{
		"start": starts.Format(time.DateOnly), "end": starts.AddDate(0, 0, i.edition.trialDays).Format(time.DateOnly),
	}
}

// charged are the costs that apply to the item's quantity: of tiers the one it
// falls into.
func (i *cartItemSpec) charged() []costSpec {
	return slices.DeleteFunc(slices.Clone(i.plan.costs), func(c costSpec) bool {
		return c.strategy == "TIERED" && (i.quantity < c.least || c.most > 0 && i.quantity > c.most)
	})
}

// unitsOf is how often the item pays a cost.
func (i *cartItemSpec) unitsOf(c costSpec) int64 {
	if c.unit == "NOT_APPLICABLE" || c.unit == "ONE_TIME_SETUP" && c.dependency == "" {
		return 1
	}
	return int64(i.quantity)
}

// calculation is one price: how it is defined and what it comes to.
func (i *cartItemSpec) calculation(c costSpec, currency string) Document {
	price, units := c.prices[currency], i.unitsOf(c)
	definition := Document{"price": exactMoney(price), "priceRanges": nil}
	strategy := "FLAT"
	if c.unit == "USER" {
		strategy = c.strategy
		var most any
		if c.most > 0 {
			most = c.most
		}
		definition = Document{"price": nil, "priceRanges": []any{Document{"min": c.least, "max": most, "price": exactMoney(price)}}}
	}
	return Document{"pricingStrategy": strategy, "definition": definition, "calculations": []any{Document{
		"quantity": exactMoney(units * 100), "salePrice": exactMoney(price), "totalPrice": exactMoney(price * units),
	}}}
}

// recurs reports whether the cost is part of every invoice.
func (c costSpec) recurs() bool { return c.unit != "ONE_TIME_SETUP" }

// heading names a cost. Costs have no uuid elsewhere; a digest of their number
// gives them one that never changes.
func (c costSpec) heading() Document {
	category, kind := "RECURRING", "RECURRING_PER_UNIT"
	var unit any = c.unit
	switch c.unit {
	case "NOT_APPLICABLE":
		kind, unit = "RECURRING_FLAT", nil
	case "ONE_TIME_SETUP":
		category, kind, unit = "ONE_TIME", "ONE_TIME_SETUP", nullable(c.dependency)
	}
	return Document{
		"costId":           uuid.NewSHA1(uuid.NameSpaceOID, []byte("cost "+id(c.number))).String(),
		"costTypeCategory": category, "costType": kind, "unit": unit,
	}
}

// billingCycle is when an item is billed.
func billingCycle(period string) Document { return Document{"period": period, "dayOfMonth": cartDay} }

// cartDate is when what is in a cart today would first be billed.
func cartDate(today time.Time) time.Time {
	return time.Date(today.Year(), today.Month()+1, cartDay, 0, 0, 0, 0, time.UTC)
}

// exactMoney writes cents with the ten decimals that checkout prints.
func exactMoney(cents int64) string { return fmt.Sprintf("%d.%02d00000000", cents/100, cents%100) }
