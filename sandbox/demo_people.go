package sandbox

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// How people spread over companies: a few companies are crowded, so that lists
// of members span pages of any size, and most are small.
const (
	crowd        = 130 // members of the second customer
	leastUsers   = 320 // users of a tenant
	mostInSmall  = 6   // members of an ordinary company, at most
	secondJobPct = 12  // users who are members of a second company
)

// makePeople makes the personas, then everybody else, then second memberships.
func (m *maker) makePeople() {
	m.makePersonas()
	taken := map[string]int{}
	for i, c := range m.customers {
		members := 1 + m.rng.IntN(mostInSmall)
		switch {
		case i == 1:
			members = crowd
		case i == 7:
			members = 0 // a company nobody belongs to yet
		}
		for j := range members {
			m.addMember(c, j, taken)
		}
	}
	for _, c := range append([]*companySpec{m.market}, m.vendors...) {
		m.addMember(c, 0, taken)
	}
	for m.world.users.Len() < leastUsers {
		m.addMember(pick(m, m.customers[8:40]), 1, taken)
	}
	m.makeSecondMemberships()
}

// makePersonas adds the people of Tenant.Personas. Their uuids depend on their
// email alone, so that they stay the same users in every seed.
func (m *maker) makePersonas() {
	m.addPersonas(map[string]*companySpec{
		"admin": m.market, "support": m.market, "company-admin": m.customers[0], "buyer": m.customers[0],
		"reseller": m.customers[len(m.customers)-1],
	})
}

// makeStaff adds the personas that nothing else is about: one for each further
// right. It comes last, so that all others' data does not depend on them.
func (m *maker) makeStaff() {
	m.addPersonas(map[string]*companySpec{
		"sales": m.market, "product-support": m.market, "network": m.market, "billing-admin": m.customers[0],
		"reseller-manager": m.customers[len(m.customers)-1], "developer": m.vendors[0],
	})
}

// addPersonas makes these members of these companies.
func (m *maker) addPersonas(places map[string]*companySpec) {
	for _, p := range m.tenant.Personas {
		at := places[p.Name]
		if at == nil {
			continue
		}
		first, last, _ := strings.Cut(p.Name, "-")
		u := &userSpec{
			uuid:  uuid.NewSHA1(uuid.NameSpaceURL, []byte(m.tenant.Issuer+"/"+p.Email)).String(),
			first: title(first), last: title(last + " " + m.tenant.Name), email: p.Email, name: p.Name,
			external: "U-" + p.Name, activated: true, persona: true, created: m.today().AddDate(-3, 0, 0), number: m.number(),
		}
		var roles []string
		for _, role := range p.Scopes {
			switch role {
			case "ROLE_USER":
			case "ROLE_CORPORATE_ADMIN":
				u.roles = append(u.roles, role)
			default:
				roles = append(roles, role)
			}
		}
		m.put(m.world.users, u.record())
		m.addMembership(at, u, membershipSpec{roles: roles, enabled: true, lastUsed: true})
	}
}

// addMember makes a user; a company's first one administers it.
func (m *maker) addMember(c *companySpec, position int, taken map[string]int) {
	first, last := pick(m, firstNames), pick(m, lastNames)
	name := asciiName(first + "." + last)
	taken[name]++
	if n := taken[name]; n > 1 {
		name += fmt.Sprint(n)
	}
	u := &userSpec{
		uuid: m.uuid(), number: m.number(), first: first, last: last, name: name, email: name + "@" + c.domain,
		activated: position == 0 || !m.chance(8), created: m.daysAgo(10, 1900), locale: pick(m, []string{"en_US", "fr_FR", "de_DE"}),
	}
	if m.chance(40) {
		u.external = "U-" + u.uuid[:8]
	}
	m.put(m.world.users, u.record())
	spec := membershipSpec{enabled: position == 0 || !m.chance(7), lastUsed: m.chance(70)}
	if position == 0 {
		spec.roles = []string{"ROLE_BILLING_ADMIN", "ROLE_SYS_ADMIN"}
	} else if m.chance(15) {
		spec.roles = []string{pick(m, []string{"ROLE_BILLING_ADMIN", "ROLE_SYS_ADMIN", "ROLE_DEVELOPER"})}
	}
	if m.chance(25) {
		spec.position = pick(m, []string{"Office manager", "Controller", "Engineer", "Director"})
	}
	m.addMembership(c, u, spec)
}

// addMembership makes the user a member and an owner-to-be of subscriptions.
func (m *maker) addMembership(c *companySpec, u *userSpec, spec membershipSpec) {
	spec.joined = u.created.AddDate(0, 0, m.rng.IntN(9))
	spec.mosi = m.chance(10)
	m.put(m.world.memberships, spec.record(c, u))
	m.people[c.uuid] = append(m.people[c.uuid], u)
	m.world.shop.users[u.uuid] = u
}

// makeSecondMemberships lets some people belong to two companies, and makes sure
// that at most one of their memberships is the last used one.
func (m *maker) makeSecondMemberships() {
	for i, c := range m.customers {
		for _, u := range m.people[c.uuid] {
			if u.persona || !m.chance(secondJobPct) {
				continue
			}
			other := m.customers[(i+5+m.rng.IntN(len(m.customers)-10))%len(m.customers)]
			if m.world.memberships.Get(membershipID(other.uuid, u.uuid)) == nil {
				m.addMembership(other, u, membershipSpec{enabled: !m.chance(10)})
			}
		}
	}
}

// asciiName is a name as user names and email addresses carry it.
func asciiName(name string) string {
	return strings.NewReplacer("é", "e", "'", "").Replace(strings.ToLower(name))
}

// title capitalises the first letter of each word.
func title(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
