package sandbox

import "fmt"

// How subscriptions spread: the personas' company has some, one company more
// than fits a small page, many one or two, and some none at all.
const (
	leastSubscriptions   = 520
	personaSubscriptions = 9
	mostSubscriptions    = 64
	ordinaryAtMost       = 11
	noneEvery            = 6 // every so many customers buy nothing
	maxOrderLines        = 3
	mostOrdered          = 25 // units in one order
)

// demoStatuses are the statuses of subscriptions and how often they occur. The
// last one is in no document: a client must live with what it does not know.
var demoStatuses = []struct {
	name   string
	weight int
}{
	{"ACTIVE", 600},
	{"FREE_TRIAL", 80},
	{"CANCELLED", 80},
	{"SUSPENDED", 40},
	{"INITIALIZED", 30},
	{"FINISHED", 30},
	{"FREE_TRIAL_EXPIRED", 25},
	{"FREE_TRIAL_CANCELLED", 20},
	{"PENDING_REMOTE_CREATION", 20},
	{"PENDING_USER_APPROVAL", 15},
	{"UPCOMING", 15},
	{"PENDING_MIGRATION_ACTIVATION", 15},
	{"FAILED", 15},
	{"DELETED", 10},
	{"ONE_TIME", 10},
	{unknownStatus, 10},
}

// unknownStatus is what a newer version of the real thing might answer.
const unknownStatus = "PENDING_PARTNER_REVIEW"

// makeSubscriptions spreads subscriptions over the customers.
func (m *maker) makeSubscriptions() {
	for i, c := range m.customers {
		count := 1 + m.rng.IntN(ordinaryAtMost)
		switch {
		case i == 0:
			count = personaSubscriptions
		case i == 1:
			count = mostSubscriptions
		case i%noneEvery == 3 || len(m.people[c.uuid]) == 0:
			count = 0
		}
		m.subscribe(c, count)
	}
	// The rest goes to a few good customers, which keeps the spread uneven.
	for m.world.subscriptions.Len() < leastSubscriptions {
		m.subscribe(m.customers[10+2*m.rng.IntN(6)], 1)
	}
	m.coverStatuses()
}

// subscribe gives a company subscriptions; without people to own them it gets
// none.
func (m *maker) subscribe(c *companySpec, count int) {
	if len(m.people[c.uuid]) == 0 {
		return
	}
	for range count {
		m.addSubscription(c, m.someStatus())
	}
}

// coverStatuses makes sure that every status, and both products that left the
// catalogue, occur in every seed.
func (m *maker) coverStatuses() {
	big := m.customers[1]
	for _, s := range demoStatuses {
		m.addSubscription(big, s.name)
	}
	for _, p := range m.products[:delistedProducts] {
		s := m.newSubscription(m.customers[0], "ACTIVE", p)
		m.note(m.world.subscribe(s))
	}
}

// someStatus draws a status by its weight.
func (m *maker) someStatus() string {
	total := 0
	for _, s := range demoStatuses {
		total += s.weight
	}
	at := m.rng.IntN(total)
	for _, s := range demoStatuses {
		if at -= s.weight; at < 0 {
			return s.name
		}
	}
	return demoStatuses[0].name
}

// addSubscription makes and stores a subscription to some product.
func (m *maker) addSubscription(c *companySpec, status string) {
	s := m.newSubscription(c, status, pick(m, m.products))
	m.note(m.world.subscribe(s))
}

// newSubscription makes a subscription of the company to the product, owned by
// one of its people. One in ten writes its dates as numbers.
func (m *maker) newSubscription(c *companySpec, status string, p *productSpec) *subscriptionSpec {
	edition := pick(m, p.editions)
	s := &subscriptionSpec{
		uuid: m.uuid(), status: status, company: c, user: pick(m, m.people[c.uuid]), product: p, edition: edition,
		plan: pick(m, edition.plans), created: m.daysAgo(3, 900), today: m.today(),
	}
	if m.chance(90) {
		s.external = m.uuid()
	}
	switch status {
	case "CANCELLED", "FINISHED", "FREE_TRIAL_CANCELLED", "FREE_TRIAL_EXPIRED", "DELETED":
		s.ended = s.created.AddDate(0, 0, 3)
	}
	if style := m.rng.IntN(20); style < 2 {
		s.dates = dateStyle(style + 1)
	}
	s.order = m.newOrder(s)
	if s.plan.costs[0].unit == "USER" {
		s.maxUsers = s.order.quantity + 1
	}
	return s
}

// newOrder makes the subscription's order. Numbers are drawn for as many lines as
// there may be, so that what the order holds does not shift later ids.
func (m *maker) newOrder(s *subscriptionSpec) orderSpec {
	o := orderSpec{
		number: m.number(), kind: "NEW", status: orderStatus(s), currency: s.plan.currencies()[0], quantity: 1 + m.rng.IntN(mostOrdered),
		costStyle: wrapping(m.rng.IntN(3)), lineStyle: wrapping(m.rng.IntN(3)),
	}
	for range maxOrderLines {
		o.lines = append(o.lines, m.number())
	}
	if m.chance(20) {
		o.currency = pick(m, s.plan.currencies())
	}
	if m.chance(75) {
		o.taxPermille = 62 + m.rng.Int64N(3)
	}
	if m.chance(25) {
		o.kind, o.previous = "MIGRATION", m.number()
	}
	if m.chance(12) {
		o.discount = pick(m, m.discounts)
	}
	if m.chance(8) {
		o.code = fmt.Sprintf("REF-%d", o.number)
	}
	for _, c := range s.plan.costs {
		if c.unit == "ONE_TIME_SETUP" {
			o.oneTime, o.setup = m.number(), fromCents(c.prices[o.currency])
		}
	}
	return o
}

// orderStatus follows the subscription's, as in the printed documents.
func orderStatus(s *subscriptionSpec) string {
	switch {
	case s.plan.frequency == "ONE_TIME":
		return "ONE_TIME"
	case s.status == "INITIALIZED":
		return "PENDING_REMOTE_CREATION"
	default:
		return s.status
	}
}
