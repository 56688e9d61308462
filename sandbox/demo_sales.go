package sandbox

import "fmt"

// Few enough for one page, many enough to walk over in small ones.
const (
	demoDiscounts = 14
	demoQuotes    = 27
)

// makeDiscounts makes discounts with and without code, dates and product.
func (m *maker) makeDiscounts() {
	for i := range demoDiscounts {
		d := &discountSpec{
			number: m.number(), percentage: 5 * (1 + m.rng.IntN(12)), created: m.daysAgo(100, 900),
			description: fmt.Sprintf("Welcome offer %d", i+1), redemptions: m.rng.IntN(40),
		}
		if m.chance(70) {
			d.code = fmt.Sprintf("SAVE%d-%02d", d.percentage, i)
		}
		if m.chance(50) {
			d.starts = d.created.AddDate(0, 0, 7)
			d.ends = d.starts.AddDate(0, 6, 0)
		}
		if m.chance(40) {
			d.product = pick(m, m.products)
		}
		m.addDiscount(d)
	}
}

// addDiscount files a discount, and offers it to whoever knows its code.
func (m *maker) addDiscount(d *discountSpec) {
	m.discounts = append(m.discounts, d)
	m.put(m.world.discounts, d.record())
	if d.code != "" {
		m.world.shop.discounts[d.code] = d
	}
}

// makeQuotes makes quotes of the resellers' companies for other customers.
func (m *maker) makeQuotes() {
	sellers := m.customers[len(m.customers)-resellers:]
	for i := range demoQuotes {
		seller, buyer := pick(m, sellers), m.customers[i%5]
		q := &quoteSpec{
			uuid: m.uuid(), display: fmt.Sprintf("Q%d", 5_000_000+m.rng.IntN(999_999)), name: fmt.Sprintf("Offer %d for %s", i+1, buyer.name),
			status: pick(m, []string{"OPEN", "PENDING", "ACCEPTED"}), created: m.daysAgo(1, 200), source: m.uuid(),
			owner: pick(m, m.people[seller.uuid]), ownerCompany: seller, customer: pick(m, m.people[buyer.uuid]), company: buyer,
		}
		m.put(m.world.quotes, q.record())
	}
}
