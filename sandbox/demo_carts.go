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
	c.owner, c.ownedBy = c.buyer, c.company
	if position > 1 && m.chance(15) { // a reseller shops for a customer
		c.buyerType, c.ownedBy = "PARTNER", m.customers[len(m.customers)-1]
		c.owner = m.persona("reseller")
	}
	if m.chance(30) {
		time := attributeValues{fmt.Sprintf("%02d:00", 8+m.rng.IntN(10))}
		c.attributes = &cartAttributes{Purchase: &attributeSet{CustomAttributes: map[string]attributeValues{"preferredTime": time}}}
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
	m.note(m.world.shop.put(m.world, c))
}

// newCartItem picks something that can be bought in the currency; nil, now and
// then, when luck picks what cannot.
func (m *maker) newCartItem(currency string) *cartItemSpec {
	for range 20 {
		p := pick(m, m.products[delistedProducts:])
		e := pick(m, p.editions)
		o := offer{product: p, edition: e}
		item := m.uuid()
		o.plan = pick(m, e.plans)
		quantity := units(1 + m.rng.IntN(mostOrdered))
		if _, sold := o.plan.costs[0].prices[currency]; sold {
			return o.item(item, quantity)
		}
	}
	return nil
}

// item is so many of what is offered.
func (o offer) item(id string, quantity amount) *cartItemSpec {
	i := &cartItemSpec{offer: o, body: cartItemBody{ID: id, PricingPlanID: o.plan.uuid, Units: []unitBody{}}}
	for _, rule := range o.plan.quantityRules() {
		i.body.Units = append(i.body.Units, unitBody{Quantity: quantity, Unit: rule.unit})
	}
	return i
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
