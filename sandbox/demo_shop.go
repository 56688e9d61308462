package sandbox

import (
	"slices"
	"time"
)

// makeShop adds what checkout needs and random goods have not: products of every
// kind of pricing with bounds, fields and shipping, discount codes, ways to pay,
// and companies that may not spend what they like. Names are the same in every
// seed.
func (m *maker) makeShop() {
	m.part("shop")
	for _, g := range shelf() {
		m.shelve(g)
	}
	m.makeCodes()
	m.makeLimits()
	m.makePaymentMethods()
	m.makeBrokenCart()
	m.makeShoppers()
	m.world.shop.lastNumber = m.last
}

// goods is a product of the shelf with its one edition and one plan.
type goods struct {
	name, kind, blurb    string
	frequency            string
	addon, physical      bool
	costs                []costSpec
	fields, subscription []fieldSpec
	purchase             []fieldSpec
}

// each is a cost by unit, in cents.
func each(unit, strategy string, price int64, least, most, increment amount) costSpec {
	return costSpec{unit: unit, strategy: strategy, prices: map[string]int64{"USD": price}, least: least, most: most, increment: increment}
}

// flat is a cost that does not depend on any quantity, in cents.
func flat(unit string, price int64) costSpec {
	return each(unit, "FLAT_RATE", price, amount{}, amount{}, units(1))
}

// shelf is what every tenant sells besides its random goods.
func shelf() []goods { return slices.Concat(pricedGoods(), shippedGoods(), askingGoods()) }

// pricedGoods are priced in all the ways there are.
func pricedGoods() []goods {
	one, half := units(1), fromCents(50)
	tiers := func(unit, strategy string, prices ...int64) []costSpec {
		return []costSpec{
			each(unit, strategy, prices[0], one, units(10), one), each(unit, strategy, prices[1], units(11), units(50), one),
			each(unit, strategy, prices[2], units(51), amount{}, one),
		}
	}
	return []goods{
		{
			name: "Harbor Storage", kind: "WEB_APP", blurb: "Space by the user and the megabyte", frequency: "MONTHLY", costs: []costSpec{
				each("USER", strategyUnit, 3_00, one, units(9), one), each("MEGABYTE", strategyUnit, 20, half, units(1000), half),
			},
		},
		{
			name: "Harbor Backup", kind: "WEB_APP", blurb: "The more, the cheaper each further one", frequency: "MONTHLY",
			costs: tiers("GIGABYTE", strategyTiered, 1_00, 80, 50),
		},
		{
			name: "Harbor Archive", kind: "WEB_APP", blurb: "The more, the cheaper all of them", frequency: "YEARLY",
			costs: tiers("GIGABYTE", strategyVolume, 2_00, 1_50, 1_00),
		},
		{
			name: "Harbor Contacts", kind: "WEB_APP", blurb: "Three sizes", frequency: "QUARTERLY",
			costs: tiers("CONTACT", strategyStairstep, 19_00, 59_00, 99_00),
		},
		{
			name: "Harbor Notes", kind: "WEB_APP", blurb: "Free for everybody", frequency: "MONTHLY", costs: []costSpec{flat("NOT_APPLICABLE", 0)},
		},
		{
			name: "Harbor Priority Support", kind: "WEB_APP", blurb: "An add-on", frequency: "MONTHLY", addon: true,
			costs: []costSpec{flat("NOT_APPLICABLE", 15_00)},
		},
	}
}

// shippedGoods have to be sent somewhere.
func shippedGoods() []goods {
	return []goods{
		{
			name: "Harbor Tracker", kind: "STATIC", blurb: "A tag that tells where things are", frequency: "ONE_TIME", physical: true,
			costs: []costSpec{each("ITEM", strategyUnit, 440_00, units(1), units(20), units(1))},
		},
		{
			name: "Harbor Headset", kind: "STATIC", blurb: "Sold in pairs", frequency: "ONE_TIME", physical: true,
			costs: []costSpec{each("ITEM", strategyUnit, 49_50, units(2), units(40), units(2))},
		},
	}
}

// askingGoods want to know something of who buys them.
func askingGoods() []goods {
	return []goods{
		{
			name: "Harbor Office Suite", kind: "WEB_APP", blurb: "Mail, calendar and documents", frequency: "MONTHLY",
			costs: []costSpec{each("LICENSE", strategyUnit, 8_40, units(1), units(300), units(1))}, fields: officeFields(),
		},
		{
			name: "Harbor Domain", kind: "DOMAIN_REGISTRATION", blurb: "A name for a year", frequency: "YEARLY",
			costs: []costSpec{flat("NOT_APPLICABLE", 12_00)},
			fields: []fieldSpec{{
				kind: "TEXT", code: "domain", title: "Domain name", expression: `^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`, least: 4, most: 253, required: true,
			}},
		},
		{
			name: "Harbor Firewall", kind: "WEB_APP_MANUAL_SETUP", blurb: "Set up at your site", frequency: "MONTHLY",
			costs: []costSpec{flat("NOT_APPLICABLE", 40_00), flat("ONE_TIME_SETUP", 25_00)},
			subscription: []fieldSpec{{
				kind: "TEXT", code: "siteCode", title: "Site", tooltip: "Where it is set up", expression: `^[A-Z]{3}-\d{2}$`, most: 6, required: true,
			}},
			purchase: []fieldSpec{{kind: "TEXT", code: "poNumber", title: "Purchase order", expression: `^PO-\d+$`, least: 4, most: 20, required: true}},
		},
	}
}

// officeFields are what the vendor of an office suite asks for.
func officeFields() []fieldSpec {
	name := `^\p{L}[\p{L} .'-]*$`
	return []fieldSpec{
		{
			kind: "TEXT", code: "SubDomain", title: "Your tenant's name", tooltip: "It cannot be changed later.",
			expression: `^[a-zA-Z0-9.]+$`, least: 1, most: 255, required: true,
		},
		{kind: "EMAIL", code: "AlternateEmail", title: "Alternate email address", expression: `^[^@\s]+@[^@\s]+\.[^@\s]+$`, least: 2, most: 255, required: true},
		{kind: "TEXT", code: "FirstName", title: "First name", expression: name, least: 2, most: 255, required: true},
		{kind: "TEXT", code: "LastName", title: "Last name", expression: name, least: 1, most: 255, required: true},
		{kind: "PHONE_NUMBER", code: "Address/PhoneNumber", title: "Phone number", expression: `^[+]?[0-9]+([- ]?[0-9]+)*$`, most: 255},
	}
}

// shelve makes the product of some goods. Its uuids come from its name.
func (m *maker) shelve(g goods) {
	uuid := func(what string) string { return digestID(m.tenant.Name + "/" + what + " of " + g.name) }
	plan := &planSpec{number: m.number(), uuid: uuid("plan"), frequency: g.frequency, costs: g.costs}
	for i := range plan.costs {
		plan.costs[i].number = m.number()
	}
	e := &editionSpec{
		number: m.number(), uuid: uuid("edition"), name: "Standard", code: "HARBOR-" + uuid("edition")[:4], rank: 1, revenue: "RECURRING",
		modified: m.daysAgo(15, 300), plans: []*planSpec{plan},
	}
	if g.frequency == "ONE_TIME" {
		e.revenue = "ONE_TIME"
	}
	p := &productSpec{
		number: m.number(), uuid: uuid("product"), name: g.name, kind: g.kind, vendor: m.vendors[0], appStatus: "PRODUCTION", blurb: g.blurb,
		overview: g.name + " by " + m.vendors[0].name + ": " + g.blurb + ".", languages: []string{"en"}, created: m.daysAgo(400, 900),
		published: m.daysAgo(20, 390), stagingNumber: m.number(), stagingUUID: uuid("staging"), addon: g.addon, editions: []*editionSpec{e},
		physical: g.physical, fields: g.fields, subscriptionFields: g.subscription, purchaseFields: g.purchase,
	}
	p.free = p.hasFreePlan()
	p.store(m)
	m.products = append(m.products, p)
}

// shelved finds a product of the shelf by name, as something that can be bought.
func (m *maker) shelved(name string) offer {
	for _, o := range m.world.shop.offers {
		if o.product.name == name {
			return o
		}
	}
	return offer{}
}

// makeCodes makes discounts that everybody knows the codes of: of both types,
// expired, used up, and for one product or edition only.
func (m *maker) makeCodes() {
	tracker, office := m.shelved("Harbor Tracker"), m.shelved("Harbor Office Suite")
	for _, d := range []*discountSpec{
		{code: "FLAT_50_OFF", description: "50 off", price: units(50)},
		{code: "SPRING_20", description: "20 percent off", percentage: 20},
		{code: "EXPIRED_10", description: "10 percent off, once", percentage: 10, ends: m.today().AddDate(0, -1, 0)},
		{code: "SOLD_OUT_15", description: "15 percent off for the first", percentage: 15, redemptions: 25, maxRedemptions: 25},
		{code: "TRACKER_25", description: "25 percent off a tracker", percentage: 25, product: tracker.product},
		{code: "OFFICE_5", description: "5 off an office suite", price: units(5), product: office.product, edition: office.edition},
	} {
		d.number, d.created = m.number(), m.today().AddDate(-1, 0, 0)
		m.addDiscount(d)
	}
}

// Customers with something particular about them, by their place.
const (
	dailyLimited  = 2 // may spend 100 a day
	thirtyLimited = 3 // may spend 200 in thirty days
	declined      = 4 // have cards that are declined
	paying        = 20
)

// makeLimits bounds what two companies may spend.
func (m *maker) makeLimits() {
	m.customers[dailyLimited].dailyLimit = units(100)
	m.customers[thirtyLimited].thirtyDaysLimit = units(200)
	for _, c := range m.customers[dailyLimited : thirtyLimited+1] {
		m.note(m.world.showLimit(c, c.thirtyDaysLimit))
	}
}

// showLimit writes what the company may still spend in thirty days into its
// document; a company without that limit stays as it is.
func (w *world) showLimit(c *companySpec, left amount) error {
	old := w.companies.Get(c.uuid)
	if old == nil || c.thirtyDaysLimit.IsZero() {
		return nil
	}
	r := *old
	r.Body = old.Body.with(Document{
		"thirtyDaysPurchaseLimitOverrideAmt": number(c.thirtyDaysLimit.String()), "thirtyDaysPurchaseRemainingAmt": number(left.String()),
	})
	return w.companies.Put(&r)
}

// makePaymentMethods gives a card to the people of the best customers; all others,
// resellers among them, have none.
func (m *maker) makePaymentMethods() {
	for i, c := range m.customers[:paying] {
		for _, u := range m.people[c.uuid] {
			card := paymentCard{
				kind: "CARD", display: "1111", declined: i == declined,
				properties: Document{"cardHolderName": u.first + " " + u.last, "expirationMonth": "12", "expirationYear": "2031", "brand": "VISA"},
				address: Document{
					"street1": c.street, "city": c.address.city, "state": c.address.state, "country": c.address.country, "zip": c.address.zip,
				},
			}
			m.world.shop.methods = append(m.world.shop.methods, &paymentMethod{
				id: m.uuid(), owner: u.uuid, company: c.uuid, paymentCard: card, isDefault: true,
			})
		}
	}
}

// makeShoppers names somebody for each way in which a purchase can go.
func (m *maker) makeShoppers() {
	shopper := func(c *companySpec, u *userSpec) Document {
		return Document{"userId": u.uuid, "companyId": c.uuid, "email": u.email}
	}
	out := Document{
		"paying":   shopper(m.customers[0], m.persona("buyer")),
		"cardless": shopper(m.customers[len(m.customers)-1], m.persona("reseller")),
	}
	for name, place := range map[string]int{"dailyLimited": dailyLimited, "thirtyDaysLimited": thirtyLimited, "declined": declined} {
		out[name] = shopper(m.customers[place], m.people[m.customers[place].uuid][0])
	}
	m.world.shop.shoppers = out
}

// makeBrokenCart makes an open cart with more of a product than its plan has
// allowed since.
func (m *maker) makeBrokenCart() {
	c, buyer := m.customers[1], m.people[m.customers[1].uuid][1]
	m.note(m.world.shop.put(m.world, &cartSpec{
		id: m.objectID(), status: cartActive, currency: "USD", buyerType: "CUSTOMER", buyer: buyer, owner: buyer, company: c, ownedBy: c,
		created: m.today().Add(-time.Hour), items: []*cartItemSpec{m.shelved("Harbor Storage").item(m.uuid(), units(5000))},
	}))
}
