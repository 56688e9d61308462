package sandbox

import "fmt"

// How many carts there are, and how they spread: some for the personas, a few
// for the best customers, and companies without any.
const (
	demoCarts     = 40
	mostCartItems = 4
)

// makeCarts makes the carts. The first belongs to the buyer, and is the one that
// checkout finds as active; the second is what became of an earlier one.
func (m *maker) makeCarts() {
	m.part("carts")
	buyer := m.persona("buyer")
	for i := range demoCarts {
		c := &cartSpec{
			id: m.objectID(), buyerType: "CUSTOMER", created: m.daysAgo(0, 60), company: m.customers[m.rng.IntN(20)],
			status: pick(m, []string{"ACTIVE", "ACTIVE", "FINALIZED", "LOCKED"}),
		}
		switch {
		case i == 0:
			c.company, c.buyer, c.status = m.customers[0], buyer, "ACTIVE"
		case i == 1:
			c.company, c.buyer, c.status = m.customers[0], buyer, "FINALIZED"
		case len(m.people[c.company.uuid]) == 0 || c.company == m.customers[0]:
			c.company = m.customers[1]
		}
		if c.buyer == nil {
			c.buyer = pick(m, m.people[c.company.uuid])
		}
		m.finishCart(c, i)
	}
}

// finishCart decides who owns the cart, and fills and stores it.
func (m *maker) finishCart(c *cartSpec, position int) {
	c.owner, c.ownedBy, c.blocked = c.buyer, c.company, c.status == "LOCKED"
	if position > 1 && m.chance(15) { // a reseller shops for a customer
		c.buyerType, c.ownedBy = "PARTNER", m.customers[len(m.customers)-1]
		c.owner = m.persona("reseller")
	}
	if m.chance(30) {
		c.note = fmt.Sprintf("%02d:00", 8+m.rng.IntN(10))
	}
	count := m.rng.IntN(mostCartItems + 1)
	if position < 2 {
		count = mostCartItems - 1
	}
	c.currency = "USD"
	for range count {
		if item := m.newCartItem(c.currency); item != nil {
			c.items = append(c.items, item)
		}
	}
	r := c.record()
	r.Facts["summary"] = c.summary(cartDate(m.today()))
	m.put(m.world.carts, r)
}

// newCartItem picks something that can be bought in the currency; nil, now and
// then, when luck picks what cannot.
func (m *maker) newCartItem(currency string) *cartItemSpec {
	for range 20 {
		p := pick(m, m.products[delistedProducts:])
		e := pick(m, p.editions)
		i := &cartItemSpec{uuid: m.uuid(), product: p, edition: e, plan: pick(m, e.plans), quantity: 1 + m.rng.IntN(mostOrdered)}
		if _, sold := i.plan.costs[0].prices[currency]; sold {
			return i
		}
	}
	return nil
}

// persona is the user of a persona who is a person.
func (m *maker) persona(name string) *userSpec {
	for _, people := range m.people {
		for _, u := range people {
			if u.persona && u.name == name {
				return u
			}
		}
	}
	return nil
}

// objectID gives an id of 24 hexadecimal digits from the seeded source.
func (m *maker) objectID() string {
	return fmt.Sprintf("%08x%016x", m.rng.Uint32(), m.rng.Uint64())
}
