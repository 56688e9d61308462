package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// How many companies a tenant has besides its vendors: the first tenant is the
// larger one, so that page counts differ between tenants.
const (
	acmeCompanies   = 72
	globexCompanies = 64
	resellers       = 2
)

// makeCompanies makes the marketplace's own company, vendors, resellers and
// customers. The customers' order is the story's: the first one belongs to the
// personas, the second buys the most.
func (m *maker) makeCompanies() {
	m.market = m.addCompany(m.tenant.Title, func(c *companySpec) { c.channelAdmin, c.vendor = true, true })
	for _, name := range shuffled(m, vendorNames) {
		m.vendors = append(m.vendors, m.addCompany(name, func(c *companySpec) { c.vendor = true }))
	}
	total := acmeCompanies
	if m.tenant.Name != "acme" {
		total = globexCompanies
	}
	for i, name := range m.companyNames(total) {
		m.customers = append(m.customers, m.addCompany(name, func(c *companySpec) {
			c.reseller = i >= total-resellers
			// Only companies further down may be disabled: the personas' must work.
			c.enabled = i < 5 || c.reseller || !m.chance(6)
		}))
	}
}

// companyNames gives distinct names; two of them differ in case and accents
// only from what a naive search would expect.
func (m *maker) companyNames(n int) []string {
	var names []string
	for _, head := range companyHeads {
		for _, tail := range companyTails {
			names = append(names, head+" "+tail)
		}
	}
	names = shuffled(m, names)[:n]
	names[2] = "Café " + names[2]
	names[3] = strings.ToLower(names[3])
	names[4] += ` & "Söhne" <GmbH>`
	return names
}

// addCompany makes a company and stores it once adjust has had its say. The
// random choices come in a fixed order whatever adjust does.
func (m *maker) addCompany(name string, adjust func(*companySpec)) *companySpec {
	number := m.number()
	c := &companySpec{
		uuid: m.uuid(), number: number, name: name, externalID: fmt.Sprintf("EXT-%s-%d", m.tenant.Name, number),
		domain: slug(name) + ".example", address: pick(m, cities), street: fmt.Sprintf("%d %s", 1+m.rng.IntN(980), pick(m, streets)),
		enabled: true, created: m.daysAgo(200, 2000),
	}
	if m.chance(70) {
		c.phone = fmt.Sprintf("925922%04d", m.rng.IntN(10_000))
	}
	if m.chance(60) {
		c.region = pick(m, regions)
	}
	c.size = pick(m, []string{"SMALL", "MEDIUM", "LARGE", ""})
	adjust(c)
	m.put(m.world.companies, c.record())
	m.world.shop.companies[c.uuid] = c
	return c
}

// slug writes a name as part of an address.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// millis is a time as epoch milliseconds.
func millis(t time.Time) int64 { return t.UnixMilli() }
