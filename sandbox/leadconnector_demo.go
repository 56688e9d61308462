package sandbox

import (
	"fmt"
	"time"
)

// How charges spread: over all wallets, two of which have most of them, and the
// last of which has none.
const (
	demoCharges  = 400
	chargedFirst = 20 // locations with charges
)

// walletMeters are what the demo's app bills: name, unit and price in hundredths
// of a cent.
var walletMeters = []struct {
	name, unit string
	perUnit    int64
}{{"Send Text Message", "message", 100}, {"Transcribe Call", "minute", 250}, {"Verify Number", "lookup", 55}}

// makeWallets makes the agency, a location for each link, and their charges.
func (m *maker) makeWallets() {
	m.part("wallets")
	own := m.tenant.LeadConnector
	w := &walletWorld{locations: &Collection{}, charges: &Collection{}, plan: m.objectID(), version: m.objectID()}
	m.world.wallets = w
	for _, l := range m.world.links.all() {
		if l.LeadConnectorLocation != "" {
			m.makeLocation(w, l)
		}
	}
	user := m.alnum(20)
	w.company = &Record{
		ID: own.CompanyID, Facts: map[string]any{"user": user, "owner": pick(m, firstNames) + " " + pick(m, lastNames)},
		Body: agencyDocument(own.CompanyID, m.tenant.Title, m.tenant.Name+".example", user, w.locations.Len()),
	}
	var meters []string
	for range walletMeters {
		meters = append(meters, m.objectID())
	}
	w.rebilling = rebillingDocument(w.plan, meters)
	m.makeCharges(w, meters)
}

// makeLocation makes a company's location.
func (m *maker) makeLocation(w *walletWorld, l Link) {
	company := m.world.companies.Get(l.Company)
	spec := locationSpec{
		id: l.LeadConnectorLocation, company: l.LeadConnectorCompany, name: company.text("name"), user: m.alnum(20),
		phone: fmt.Sprintf("+1512555%04d", m.rng.IntN(10_000)), first: pick(m, firstNames), last: pick(m, lastNames),
		street: fmt.Sprintf("%d %s", 1+m.rng.IntN(980), pick(m, streets)), at: pick(m, cities),
		// The first wallet is the personas', who must be able to buy.
		funds: w.locations.Len() == 0 || !m.chance(25), installed: m.daysAgo(100, 600),
	}
	r := spec.record(w.version)
	r.Facts["id"] = r.ID
	m.put(w.locations, r)
}

// makeCharges spreads the charges over the first locations.
func (m *maker) makeCharges(w *walletWorld, meters []string) {
	locations := w.locations.all()
	locations = locations[:min(chargedFirst, len(locations))]
	for i := range demoCharges {
		at := locations[i%len(locations)] // everyone has some
		if i >= 2*len(locations) {
			at = locations[min(m.rng.IntN(len(locations)), m.rng.IntN(len(locations)))]
		}
		kind := m.rng.IntN(len(walletMeters))
		meter := walletMeters[kind]
		c := chargeSpec{
			id: "charge_" + m.hex(24), app: m.tenant.LeadConnector.AppID, meter: meters[kind], location: at.ID, event: "evt_" + m.hex(12),
			user: at.text("user"), units: 1 + m.rng.Int64N(500), perUnit: meter.perUnit, refunded: m.chance(5), created: m.daysAgo(0, 180),
		}
		c.description = fmt.Sprintf("%s: %d x %s", meter.name, c.units, meter.unit)
		c.created = c.created.Add(time.Duration(m.rng.IntN(1000)) * time.Millisecond)
		m.put(w.charges, c.record())
	}
}

// rebillingDocument is what the app's plan and its meters cost. The least and
// the most are texts while the price between them is a number, as printed.
func rebillingDocument(plan string, meters []string) Document {
	usage := make([]any, len(walletMeters))
	for i, meter := range walletMeters {
		price := walletMoney(meter.perUnit)
		usage[i] = Document{
			"productType": "workflow_action", "productName": meter.name, "usageUnit": "action / " + meter.unit, "meterId": meters[i],
			"meterName": meter.name, "fixedPricePerUnit": price, "priceType": "fixed", "minPricePerUnit": fmt.Sprint(price),
			"maxPricePerUnit": fmt.Sprint(price), "executionLimitPerCycle": 1000,
		}
	}
	return Document{"plans": Document{
		"subscription": []any{Document{
			"resellingAmount": 0, "baseAmount": 49, "planId": plan, "features": texts("Messages", "Transcripts"), "paymentType": "month",
			"name": "Monthly Plan - 49", "paymentTime": "month",
		}},
		"usage": usage,
	}}
}
