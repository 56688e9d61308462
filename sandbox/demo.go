package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// tenantNumbers is the room each tenant has for its numeric ids, which keeps the
// ids of two tenants apart whatever the seeds.
const tenantNumbers = 1_000_000

// maker makes one tenant's demo data. All choices come from one seeded source
// in a fixed order; errors are collected so that making reads as a story.
type maker struct {
	tenant Tenant
	seed   uint64
	rng    *rand.Rand
	last   int64 // last numeric id given out
	world  *world
	errs   []error

	market    *companySpec // the marketplace's own company
	vendors   []*companySpec
	customers []*companySpec // buyers of subscriptions, resellers' companies included
	people    map[string][]*userSpec
	products  []*productSpec
	discounts []*discountSpec
}

// newWorld makes the data of the tenant with this index from a seed, as it is
// when the day begins. One seed on one day always means the same documents, and
// on another day the same with other dates.
func newWorld(t Tenant, index int, seed uint64, today time.Time) (*world, error) {
	m := &maker{
		tenant: t, seed: seed, rng: rand.New(rand.NewPCG(seed, uint64(index)+1)),
		last: int64(index+1) * tenantNumbers, world: emptyWorld(today), people: map[string][]*userSpec{},
	}
	m.makeCompanies()
	m.makePeople()
	m.makeCatalogue()
	m.makeDiscounts()
	m.makeSubscriptions()
	m.makeQuotes()
	m.makeCarts()
	m.makeLeads()
	m.makeLinks()
	m.makeKazoo()
	m.makeTwilio()
	m.makeWallets()
	m.makeInvoices()
	m.makeBundles()
	m.makeOpinions()
	m.makeShop()
	m.makeAssociations()
	m.makeStaff()
	return m.world, errors.Join(m.errs...)
}

// put stores a record and remembers an error for the end.
func (m *maker) put(c *Collection, r *Record) { m.note(c.Put(r)) }

// note remembers an error for the end; nil is none.
func (m *maker) note(err error) {
	if err != nil {
		m.errs = append(m.errs, err)
	}
}

// number gives the next numeric id, leaving gaps as real ids have them.
func (m *maker) number() int64 {
	m.last += 1 + m.rng.Int64N(3)
	return m.last
}

// uuid gives a version 4 uuid from the seeded source.
func (m *maker) uuid() string {
	a, b := m.rng.Uint64(), m.rng.Uint64()
	a = a&^0xf000 | 0x4000
	b = b&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&0xffffffffffff)
}

// chance is true in percent of all cases.
func (m *maker) chance(percent int) bool { return m.rng.IntN(100) < percent }

// today is the day that the data is of, as it begins: nothing in the data has
// happened later.
func (m *maker) today() time.Time { return m.world.today }

// daysAgo is a moment up to most days before today, to the second.
func (m *maker) daysAgo(least, most int) time.Time {
	days := least + m.rng.IntN(most-least+1)
	return m.today().AddDate(0, 0, -days).Add(-time.Duration(m.rng.IntN(86_400)) * time.Second)
}

// pick is one of the choices.
func pick[T any](m *maker, choices []T) T { return choices[m.rng.IntN(len(choices))] }

// shuffled is a shuffled copy.
func shuffled[T any](m *maker, all []T) []T {
	out := append([]T(nil), all...)
	m.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// id writes a number as it stands in paths and references.
func id(n int64) string { return strconv.FormatInt(n, 10) }

// nullable is null for an empty text.
func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}
