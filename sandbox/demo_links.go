package sandbox

import (
	"fmt"
	"hash/fnv"
	"math/big"
	"math/rand/v2"
)

// How many of a tenant's companies have accounts elsewhere, in percent of all of
// them, vendors included. Telephony stays below 70, so that at least 30 percent
// go without; locations are a number, since wallets are the rarest.
const (
	linkedPct      = 62
	telephonyPct   = 56
	addOnsPct      = 36
	locations      = 22
	attributesPart = 3 // every third linked company says so in attributes
)

// makeLinks decides which customers have accounts in which other backends. The
// personas' company has all of them by table, the crowded one by attributes.
func (m *maker) makeLinks() {
	m.part("links")
	total := m.world.companies.Len()
	order := append([]*companySpec{}, m.customers[:2]...)
	order = append(order, shuffled(m, m.customers[2:])...)
	for i, c := range order[:share(total, linkedPct)] {
		l := Link{Company: c.uuid}
		// From the back, so that companies with telephony and those with a wallet
		// overlap without being the same.
		fromBack := share(total, linkedPct) - 1 - i
		if i < share(total, telephonyPct) {
			l.KazooAccount = m.hex(32)
		}
		if i < 2 || fromBack < share(total, addOnsPct)-2 {
			l.TwilioAccount = "AC" + m.hex(32)
		}
		if i < locations/2 || fromBack < locations/2 {
			l.LeadConnectorLocation = m.alnum(20)
			l.LeadConnectorCompany = m.tenant.LeadConnector.CompanyID
		}
		m.addLink(c, l, i%attributesPart == 1)
	}
}

// share is a percentage of a number, rounded down.
func share(total, percent int) int { return total * percent / 100 }

// addLink files a link and, when attributes are to say it, writes them into the
// company's document.
func (m *maker) addLink(c *companySpec, l Link, byAttributes bool) {
	if !byAttributes {
		m.world.links.byTable = append(m.world.links.byTable, l)
		return
	}
	m.world.links.byAttributes = append(m.world.links.byAttributes, l)
	c.links = l.attributes()
	record := c.record()
	for _, a := range c.links {
		name, value := a.(Document)["name"].(string), a.(Document)["value"]
		record.Facts[customPrefix+name] = value
	}
	m.put(m.world.companies, record)
}

// hex gives hexadecimal digits from the seeded source.
func (m *maker) hex(digits int) string {
	text := ""
	for len(text) < digits {
		text += fmt.Sprintf("%016x", m.rng.Uint64())
	}
	return text[:digits]
}

// alnum gives letters and digits from the seeded source.
func (m *maker) alnum(length int) string {
	n, ok := new(big.Int).SetString("1"+m.hex(48), 16)
	if !ok { // hexadecimal digits always parse
		n = new(big.Int)
	}
	return alnum(n, length)
}

// part starts a source of random numbers of its own for what is named, so that
// a change there leaves the documents of all else as they are.
func (m *maker) part(name string) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(m.tenant.Name + "/" + name)) // a hash takes everything
	m.rng = rand.New(rand.NewPCG(m.seed, sum.Sum64()))
}
