package sandbox

import (
	"fmt"
	"time"
)

// demoLeads is how many leads a tenant has, enough for three pages of 50.
const demoLeads = 120

// leadStatuses are the documented ones; every one of them occurs.
var leadStatuses = []string{
	"SUBMITTED", "ASSIGNED", "CONVERTED", "PENDING_SUBMISSION", "DISQUALIFIED", "DELETED", "PENDING_CONVERSION_APPROVAL",
	"CONVERSION_APPROVED", "LEGACY", "PENDING_FOR_MANAGERS", "ACCEPTED_FOR_MANAGERS",
}

// makeLeads makes leads of the resellers, of the marketplace itself and of
// visitors who asked for a product.
func (m *maker) makeLeads() {
	m.part("leads")
	names := m.companyNames(demoLeads)
	for i := range demoLeads {
		l := &leadSpec{
			uuid: m.uuid(), partner: "APPDIRECT", kind: "MANUAL", status: leadStatuses[m.rng.IntN(3)], company: names[i],
			prospect: pick(m, cities), street: fmt.Sprintf("%d %s", 1+m.rng.IntN(980), pick(m, streets)),
			phone: fmt.Sprintf("+1445555%04d", m.rng.IntN(10_000)), first: pick(m, firstNames), last: pick(m, lastNames), created: m.daysAgo(1, 700),
		}
		if i < len(leadStatuses) || m.chance(40) {
			l.status = leadStatuses[i%len(leadStatuses)]
		}
		l.email = asciiName(l.first+"."+l.last) + "@" + slug(l.company) + ".example"
		l.changed = l.created.Add(time.Duration(m.rng.IntN(72)) * time.Hour)
		m.originate(l)
		m.settle(l)
		m.put(m.world.leads, l.record())
	}
}

// originate decides who found the lead and what it is about.
func (m *maker) originate(l *leadSpec) {
	l.source, l.target = "CUSTOMER", pick(m, []string{"PROVIDER", "RESELLER", "VENDOR"})
	l.creator, l.creatorCompany, l.creatorRole = m.persona("admin"), m.market, "CHANNEL_ADMIN"
	if m.chance(45) {
		l.creator, l.creatorCompany, l.creatorRole = m.persona("reseller"), m.customers[len(m.customers)-1], "RESELLER"
		l.source, l.target = "RESELLER", "PROVIDER"
	}
	if m.chance(40) {
		l.kind, l.product = "PRODUCT", pick(m, m.products)
		l.notes = "Interested in " + l.product.name
	}
	if m.chance(50) {
		l.closes, l.seats = m.today().AddDate(0, 1+m.rng.IntN(6), 0), 1+m.rng.IntN(200)
	}
}

// settle assigns the lead to a reseller, and to a customer what was converted.
func (m *maker) settle(l *leadSpec) {
	if l.status != "SUBMITTED" && l.status != "PENDING_SUBMISSION" {
		seller := m.customers[len(m.customers)-1-m.rng.IntN(resellers)]
		l.resellerCompany, l.reseller = seller, m.people[seller.uuid][0]
	}
	if l.status != "CONVERTED" {
		return
	}
	l.customer = m.customers[m.rng.IntN(20)]
	if m.chance(25) || len(m.people[l.customer.uuid]) == 0 {
		l.customer = m.customers[0]
	}
	l.customerUser = m.people[l.customer.uuid][0]
}
