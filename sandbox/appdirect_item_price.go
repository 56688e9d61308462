package sandbox

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// summary is the item's part of the pricing summary: where each price comes from,
// and what it comes to.
func (i itemPrice) summary(currency string) Document {
	sources, effective := []any{}, []any{}
	for _, c := range i.charges {
		head, price := c.cost.heading(i.plan), c.calculation(i.plan, currency)
		sources = append(sources, head.with(Document{"sources": []any{price.with(Document{
			"priceType": "BASE_PRICE", "priceLevel": "NONE", "priceEntity": "NONE",
		})}}))
		effective = append(effective, head.with(price))
	}
	if i.off.IsPositive() {
		effective = append(effective, i.discountCost())
	}
	return Document{
		"itemId": i.body.ID, "pricingPlanId": i.plan.uuid, "productId": i.product.uuid, "editionId": i.edition.uuid,
		"detailedCost": Document{"costSources": sources}, "effectiveCost": Document{"costs": effective}, "schedule": i.schedule(),
	}
}

// preview is the item's part of the preview, which names things otherwise.
func (i itemPrice) preview() Document {
	listed, costs := []any{}, []any{}
	for _, c := range i.charges {
		head := c.cost.heading(i.plan).without("costId").with(Document{
			"pricingStrategy": c.cost.strategyName(), "salePrice": tenPlaces(c.price),
		})
		listed = append(listed, head)
		costs = append(costs, head.with(Document{"quantity": tenPlaces(c.quantity), "totalSalePrice": tenPlaces(c.total())}))
	}
	if i.off.IsPositive() {
		costs = append(costs, i.discountHeading().without("costId").with(Document{
			"pricingStrategy": "FLAT", "quantity": tenPlaces(units(1)), "salePrice": tenPlaces(i.off.Neg()), "totalSalePrice": tenPlaces(i.off.Neg()),
		}))
	}
	return Document{
		"itemId": i.body.ID, "pricingPlanId": i.plan.uuid, "productId": i.product.uuid,
		"pricingSources": []any{Document{"source": "BASE_CATALOG", "costs": listed}}, "costs": costs, "schedule": i.schedule(),
	}
}

// schedule is when the item is billed.
func (i itemPrice) schedule() Document {
	start := i.billed.Format(time.DateOnly)
	return Document{
		"billingCycle": billingCycle(i.plan.frequency), "servicePeriod": Document{"start": start, "end": nil},
		"billingPeriod": Document{"start": start, "end": nil}, "freeTrialPeriod": i.trial(),
	}
}

// trial is null for an edition without one.
func (i itemPrice) trial() any {
	if i.edition.trialDays == 0 {
		return nil
	}
	return Document{
		"start": i.billed.Format(time.DateOnly), "end": i.billed.AddDate(0, 0, i.edition.trialDays).Format(time.DateOnly),
	}
}

// discountCost is what a discount takes off, as one more cost of the plan's kind
// that is less than nothing: so the parts of an item add up.
func (i itemPrice) discountCost() Document {
	off := tenPlaces(i.off.Neg())
	return i.discountHeading().with(Document{
		"pricingStrategy": "FLAT", "definition": Document{"price": off, "priceRanges": nil},
		"calculations": []any{Document{"quantity": tenPlaces(units(1)), "salePrice": off, "totalPrice": off}},
	})
}

// discountHeading names the discount as a cost.
func (i itemPrice) discountHeading() Document {
	category := "RECURRING"
	if i.plan.frequency == "ONE_TIME" {
		category = "ONE_TIME"
	}
	return Document{"costId": digestID("discount " + id(i.discount.number)), "costTypeCategory": category, "costType": "DISCOUNT", "unit": nil}
}

// calculation is one price: how it is defined and what it comes to.
func (c charge) calculation(p *planSpec, currency string) Document {
	price := tenPlaces(c.price)
	definition := Document{"price": price, "priceRanges": nil}
	if c.cost.counts() {
		var ranges []any
		for _, tier := range p.costs {
			if tier.unit == c.cost.unit && (tier.number == c.cost.number || c.cost.strategy != strategyUnit) {
				ranges = append(ranges, tier.priceRange(currency))
			}
		}
		definition = Document{"price": nil, "priceRanges": ranges}
	}
	return Document{"pricingStrategy": c.cost.strategyName(), "definition": definition, "calculations": []any{Document{
		"quantity": tenPlaces(c.quantity), "salePrice": price, "totalPrice": tenPlaces(c.total()),
	}}}
}

// priceRange is a tier as checkout defines prices.
func (c costSpec) priceRange(currency string) Document {
	return Document{"min": number(c.least.String()), "max": c.upTo(), "price": tenPlaces(fromCents(c.prices[currency]))}
}

// strategyName is the strategy as checkout calls it.
func (c costSpec) strategyName() string {
	if !c.counts() {
		return "FLAT"
	}
	return c.strategy
}

// heading names a cost. Costs have no uuid elsewhere; a digest of their number
// gives them one that never changes.
func (c costSpec) heading(p *planSpec) Document {
	category, kind := "RECURRING", "RECURRING_PER_UNIT"
	var unit any = c.unit
	switch {
	case c.unit == "ONE_TIME_SETUP":
		category, kind, unit = "ONE_TIME", "ONE_TIME_SETUP", nullable(c.dependency)
	case c.unit == "NOT_APPLICABLE":
		kind, unit = "RECURRING_FLAT", nil
	}
	if category != "ONE_TIME" && p.frequency == "ONE_TIME" {
		category, kind = "ONE_TIME", strings.Replace(kind, "RECURRING", "ONE_TIME", 1)
	}
	return Document{"costId": digestID("cost " + id(c.number)), "costTypeCategory": category, "costType": kind, "unit": unit}
}

// digestID is a uuid that a name always has.
func digestID(name string) string { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String() }
