package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// How invoices spread over time: in each of the last rounds one for each company
// that pays for something and currency, due some days later. Rounds are days
// apart, not months, so that another day has the same ones.
const (
	invoiceRounds  = 6
	daysOfRound    = 30
	daysSince      = 4 // since the last round
	daysToPay      = 30
	firstReference = 24_000 // of the references that some invoices carry
)

// makeInvoices charges what the companies' subscriptions cost, round by round,
// so that later invoices have higher numbers.
func (m *maker) makeInvoices() {
	m.part("invoices")
	for age := invoiceRounds - 1; age >= 0; age-- {
		for _, c := range m.customers {
			m.invoice(c, m.today().AddDate(0, 0, -daysSince-age*daysOfRound), age)
		}
	}
}

// invoice charges a company for a round, in each currency that it pays in.
func (m *maker) invoice(c *companySpec, at time.Time, age int) {
	byCurrency := map[string]*invoiceSpec{}
	var currencies []string
	for _, s := range where(m.world.subscriptions.all(), "company", c.uuid) {
		created, _ := s.Facts["created"].(int64)
		if status := s.text("status"); (status != "ACTIVE" && status != "SUSPENDED") || created > millis(at) {
			continue
		}
		order, _ := s.Body["order"].(Document)
		currency := factText(order["currency"])
		i := byCurrency[currency]
		if i == nil {
			i = &invoiceSpec{
				number: m.number(), company: c.uuid, user: s.text("user"), currency: currency, created: at, due: at.AddDate(0, 0, daysToPay),
			}
			byCurrency[currency], currencies = i, append(currencies, currency)
		}
		i.charge(s, order)
	}
	for _, currency := range currencies {
		i := byCurrency[currency]
		i.status = m.invoiceStatus(i.cents, age)
		if style := m.rng.IntN(10); style < 2 {
			i.dates = dateStyle(style + 1)
		}
		if m.chance(60) {
			i.reference = "INV-" + strconv.Itoa(firstReference+m.rng.IntN(firstReference))
		}
		m.put(m.world.invoices, i.record())
	}
}

// charge adds what the order of a subscription costs.
func (i *invoiceSpec) charge(s *Record, order Document) {
	i.cents += cents(factText(order["totalPrice"]))
	i.orders, i.subscriptions = append(i.orders, factText(order["id"])), append(i.subscriptions, s.ID)
	if buyer := s.text("user"); !slices.Contains(i.buyers, buyer) {
		i.buyers = append(i.buyers, buyer)
	}
}

// invoiceStatus: the last round's is open, most older ones are paid, and some that
// are not have been due for long. Nothing is owed for an invoice of nothing.
func (m *maker) invoiceStatus(cents int64, age int) string {
	lot := m.rng.IntN(100)
	switch {
	case cents == 0:
		return "PAID"
	case age == 0 || age == 1 && lot < 25:
		return "UNPAID"
	case lot < 4:
		return "VOIDED"
	case lot < 8:
		return "CARRIED"
	case lot < 14:
		return "UNPAID"
	default:
		return "PAID"
	}
}

// cents reads an amount as longMoney writes it; what is no amount is nothing.
func cents(amount string) int64 {
	whole, fraction, _ := strings.Cut(amount, ".")
	n, _ := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return n
}
