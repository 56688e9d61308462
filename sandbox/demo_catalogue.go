package sandbox

import (
	"fmt"
	"slices"
)

// How many products a tenant sells besides those of the shelf, and how many more
// only have a working copy. All of them fit a page of 100.
const (
	soldProducts     = 82
	delistedProducts = 2 // of the sold: gone from the catalogue, still subscribed to
	draftProducts    = 6
)

// demoCurrencies are the currencies products may be priced in.
var demoCurrencies = []string{"USD", "CAD", "EUR", "GBP", "CHF", "SEK"}

// rates turn a dollar price into the other currencies, in percent.
var rates = map[string]int64{"USD": 100, "CAD": 135, "EUR": 90, "GBP": 80, "CHF": 95, "SEK": 1050}

// makeCatalogue makes the products. The delisted ones come first, so that
// m.products begins with them.
func (m *maker) makeCatalogue() {
	var names []string
	for _, head := range productHeads {
		for _, tail := range productTails {
			names = append(names, head+" "+tail)
		}
	}
	for i, name := range shuffled(m, names)[:soldProducts+draftProducts] {
		p := m.newProduct(name)
		switch {
		case i < delistedProducts:
			p.delisted = true
		case i >= soldProducts:
			p.appStatus = pick(m, []string{"DEVELOPMENT", "PENDING"})
		}
		p.store(m)
		if p.appStatus == "PRODUCTION" {
			m.products = append(m.products, p)
		}
	}
}

// newProduct makes a product with one to three editions, all sold in the same
// currencies.
func (m *maker) newProduct(name string) *productSpec {
	p := &productSpec{
		number: m.number(), uuid: m.uuid(), name: name, kind: "WEB_APP", vendor: pick(m, m.vendors), appStatus: "PRODUCTION",
		category: m.rng.IntN(len(categoryNames)), languages: []string{"en"}, created: m.daysAgo(400, 1800), published: m.daysAgo(20, 390),
		stagingNumber: m.number(), stagingUUID: m.uuid(), addon: m.chance(8),
	}
	if m.chance(20) {
		p.kind = pick(m, []string{"STATIC", "WEB_APP_MANUAL_SETUP", "DOWNLOAD"})
	}
	if m.chance(30) {
		p.languages = []string{"en", "fr", "de"}
	}
	if m.chance(85) {
		p.blurb = name + " in one place"
		p.overview = fmt.Sprintf("%s by %s: set up in minutes, billed as you like.", name, p.vendor.name)
	}
	if m.chance(60) {
		p.rating, p.popularity = 1+m.rng.IntN(200), 1+m.rng.IntN(99)
	}
	currencies := m.currencies()
	for rank := range 1 + m.rng.IntN(3) {
		p.editions = append(p.editions, m.newEdition(rank+1, currencies))
	}
	p.free = p.hasFreePlan()
	return p
}

// hasFreePlan reports whether some plan costs nothing.
func (p *productSpec) hasFreePlan() bool {
	for _, e := range p.editions {
		for _, plan := range e.plans {
			if len(plan.costs) == 1 && plan.costs[0].prices[plan.currencies()[0]] == 0 {
				return true
			}
		}
	}
	return false
}

// currencies is what a product is sold in: mostly dollars and some more, now
// and then euros alone.
func (m *maker) currencies() []string {
	if m.chance(8) {
		return []string{"EUR"}
	}
	return append([]string{"USD"}, shuffled(m, demoCurrencies[1:])[:m.rng.IntN(len(demoCurrencies))]...)
}

// newEdition makes an edition with one to three plans: all recurring or all paid
// once, as its revenue type says.
func (m *maker) newEdition(rank int, currencies []string) *editionSpec {
	e := &editionSpec{
		number: m.number(), uuid: m.uuid(), name: pick(m, editionNames), code: m.uuid()[:8], rank: rank,
		revenue: "RECURRING", modified: m.daysAgo(15, 300), restricted: m.chance(5),
	}
	if e.name == "Free Trial" || m.chance(25) {
		e.trialDays = pick(m, []int{7, 15, 30})
	}
	oneTime := m.chance(10)
	if oneTime {
		e.revenue = "ONE_TIME"
	}
	for range 1 + m.rng.IntN(3) {
		e.plans = append(e.plans, m.newPlan(oneTime, currencies))
	}
	return e
}

// newPlan makes a plan of one of the printed kinds of pricing: flat, tiered, or
// per user.
func (m *maker) newPlan(oneTime bool, currencies []string) *planSpec {
	p := &planSpec{number: m.number(), uuid: m.uuid(), frequency: pick(m, []string{"MONTHLY", "MONTHLY", "MONTHLY", "YEARLY", "QUARTERLY"})}
	if oneTime {
		p.frequency = "ONE_TIME"
	} else if m.chance(35) {
		p.months = pick(m, []int{3, 6, 12})
		if m.chance(40) {
			p.feePct = 50
		}
	}
	cents := int64(m.rng.IntN(12_000))
	if m.chance(10) {
		cents = 0
	}
	switch m.rng.IntN(4) {
	case 0: // flat
		p.costs = append(p.costs, m.cost("NOT_APPLICABLE", cents, currencies))
	case 1: // tiers: the more, the cheaper
		low, high := m.cost("USER", cents, currencies), m.cost("USER", cents*8/10, currencies)
		low.strategy, low.most, low.byIncrement = strategyTiered, units(10), true
		high.strategy, high.least, high.byIncrement = strategyTiered, units(11), true
		p.costs = append(p.costs, low, high)
	default: // per user, sometimes up to so many, sometimes with a fee to begin with
		each := m.cost("USER", cents, currencies)
		if m.chance(20) {
			each.most, each.byIncrement = units(mostOrdered), true
		}
		p.costs = append(p.costs, each)
		if !oneTime && m.chance(40) {
			p.costs = append(p.costs, m.setupFee(currencies))
		}
	}
	return p
}

// setupFee is paid once, per order or per user.
func (m *maker) setupFee(currencies []string) costSpec {
	fee := m.cost("ONE_TIME_SETUP", 150+int64(m.rng.IntN(50))*10, currencies)
	if m.chance(40) {
		fee.dependency = "USER"
	}
	return fee
}

// cost prices a unit in every currency from its dollar price.
func (m *maker) cost(unit string, cents int64, currencies []string) costSpec {
	c := costSpec{number: m.number(), unit: unit, strategy: strategyUnit, increment: units(1), prices: map[string]int64{}}
	if unit == "NOT_APPLICABLE" {
		c.strategy = "FLAT_RATE"
	}
	for _, currency := range currencies {
		c.prices[currency] = cents * rates[currency] / 100
	}
	return c
}

// currencies are those the plan is sold in, dollars first if at all.
func (p *planSpec) currencies() []string {
	return slices.DeleteFunc(slices.Clone(demoCurrencies), func(currency string) bool {
		_, sold := p.costs[0].prices[currency]
		return !sold
	})
}
