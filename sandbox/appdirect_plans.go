package sandbox

import (
	"fmt"
	"strings"
)

// planSpec is what a payment plan's documents are made of.
type planSpec struct {
	number    int64
	uuid      string
	frequency string // MONTHLY, YEARLY, ONE_TIME, …
	months    int    // minimum service length; 0 means no contract
	feePct    int    // termination fee of the contract in percent; 0 means none
	costs     []costSpec
}

// costSpec is one price of a plan: for some units, or for a tier of them.
type costSpec struct {
	number           int64
	unit, dependency string // dependency is "" when there is none
	least, most      amount // units; most 0 means unlimited
	increment        amount // units are bought in multiples of it; 0 means any part of one
	byIncrement      bool
	strategy         string           // UNIT, TIERED, VOLUME, STAIRSTEP or FLAT_RATE
	prices           map[string]int64 // cents by currency
}

// planPath is a plan's address, which goes through its product and edition.
func planPath(product, edition, plan int64) href {
	return href(fmt.Sprintf("/api/marketplace/v1/products/%d/editions/%d/paymentPlans/%d", product, edition, plan))
}

// document is the plan as the marketplace prints it.
func (p *planSpec) document(product, edition int64) Document {
	costs := make([]any, len(p.costs))
	for i, c := range p.costs {
		costs[i] = c.document()
	}
	return Document{
		"href": planPath(product, edition, p.number), "id": p.number, "uuid": p.uuid, "frequency": p.frequency,
		"contract": p.contract(), "allowCustomUsage": false, "keepBillDateOnUsageChange": false, "separatePrepaid": false,
		"isPrimaryPrice": false, "primaryPrice": false, "costs": costs, "discount": nil,
	}
}

// contract is null for a plan that binds to nothing.
func (p *planSpec) contract() any {
	if p.months == 0 {
		return nil
	}
	var fee any
	if p.feePct > 0 {
		fee = Document{"type": "PERCENTAGE", "description": "Early termination", "percentageFee": p.feePct, "flatFee": nil}
	}
	return Document{
		"minimumServiceLength": p.months, "cancellationPeriodLimit": nil, "endOfContractGracePeriod": nil,
		"blockSwitchToShorterContract": false, "blockContractDowngrades": false, "blockContractUpgrades": false,
		"alignWithParentCycleStartDate": false, "gracePeriod": nil, "terminationFee": fee, "autoExtensionPricingId": p.number,
	}
}

// document is the cost as the marketplace prints it.
func (c costSpec) document() Document {
	amount := Document{}
	for currency, cents := range c.prices {
		amount[currency] = number(shortMoney(cents))
	}
	return Document{
		"id": c.number, "unit": c.unit, "unitDependency": nullable(c.dependency), "minUnits": number(c.least.String()), "maxUnits": c.upTo(),
		"meteredUsage": false, "increment": number(c.increment.String()), "pricePerIncrement": c.byIncrement, "blockContractDecrease": false,
		"blockContractIncrease": false, "blockOriginalContractDecrease": false, "amount": amount, "pricingStrategy": c.strategy,
	}
}

// upTo is the most units that the cost is for, null for any number.
func (c costSpec) upTo() any {
	if c.most.IsZero() {
		return nil
	}
	return number(c.most.String())
}

// shortMoney writes cents without trailing zeros, as amounts are printed: 10, 1.5.
func shortMoney(cents int64) string {
	whole := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	return strings.TrimSuffix(strings.TrimRight(whole, "0"), ".")
}

// price is the plan's recurring unit price in a currency, in cents.
func (p *planSpec) price(currency string) int64 {
	for _, c := range p.costs {
		if c.unit != "ONE_TIME_SETUP" {
			return c.prices[currency]
		}
	}
	return 0
}
