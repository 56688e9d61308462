package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// How telephony accounts differ in size. Those of the first customers are fixed
// so that lists of each length are known to exist; the rest is drawn.
var kazooSizes = map[int]kazooSize{
	0: {users: 14, devices: 22, numbers: 12, calls: 90},    // the personas' company
	1: {users: 64, devices: 118, numbers: 137, calls: 260}, // spans pages of every list
	2: {users: 3},                                          // nobody has a phone yet
	3: {users: 2, devices: 1, numbers: 1},                  // no calls
	4: {},                                                  // nothing at all
}

// kazooSize is how much an account has.
type kazooSize struct{ users, devices, numbers, calls int }

// Accounts below the parent that are no company's.
const (
	kazooResellers = 1
	kazooUnlinked  = 3
	underReseller  = 6 // every so many linked accounts belong to the reseller
)

// kazooMaker makes the telephony of one tenant.
type kazooMaker struct {
	*maker
	out    *kazooWorld
	taken  map[string]bool // numbers given out
	realms int
}

// kazooSpec is an account in the making.
type kazooSpec struct {
	id, name, realm, zone string
	above                 []string // ids, the topmost first
	reseller              bool
	company               *companySpec // nil for accounts that are no company's
	size                  kazooSize
	created               time.Time
}

// makeKazoo makes the parent account, a reseller below it, one account per linked
// company and a few that are nobody's.
func (m *maker) makeKazoo() {
	m.part("kazoo")
	k := &kazooMaker{maker: m, out: &kazooWorld{
		today: m.today(), accounts: &Collection{}, parent: m.tenant.Kazoo.AccountID, below: map[string]*kazooAccount{},
	}, taken: map[string]bool{}}
	m.world.kazoo = k.out
	k.makeParent()
	reseller := k.newSpec("Wholesale "+m.tenant.Title, m.hex(32))
	reseller.reseller, reseller.size = true, kazooSize{users: 2, numbers: 1}
	k.makeAccount(reseller)
	for i, l := range m.linksInOrder() {
		company := m.companyOf(l.Company)
		spec := k.newSpec(company.name, l.KazooAccount)
		spec.company, spec.size = company, k.drawSize(i)
		if i%underReseller == underReseller-1 {
			spec.above = append(spec.above, reseller.id)
		}
		k.makeAccount(spec)
	}
	for i := range kazooUnlinked {
		spec := k.newSpec(fmt.Sprintf("Lab %d", i+1), m.hex(32))
		spec.size = kazooSize{users: 1, devices: 1, numbers: 2}
		k.makeAccount(spec)
	}
}

// linksInOrder are the links with telephony in the order of the customers, which
// is the story's.
func (m *maker) linksInOrder() []Link {
	all := slices.DeleteFunc(m.world.links.all(), func(l Link) bool { return l.KazooAccount == "" })
	place := map[string]int{}
	for i, c := range m.customers {
		place[c.uuid] = i
	}
	slices.SortFunc(all, func(a, b Link) int { return place[a.Company] - place[b.Company] })
	return all
}

// companyOf finds a customer; every link is of one.
func (m *maker) companyOf(uuid string) *companySpec {
	return m.customers[slices.IndexFunc(m.customers, func(c *companySpec) bool { return c.uuid == uuid })]
}

// drawSize is how much the account at a place has.
func (k *kazooMaker) drawSize(place int) kazooSize {
	if fixed, ok := kazooSizes[place]; ok {
		return fixed
	}
	users := 1 + k.rng.IntN(9)
	return kazooSize{users: users, devices: users + k.rng.IntN(users+1), numbers: 1 + k.rng.IntN(7), calls: k.rng.IntN(45)}
}

// newSpec names an account below the parent.
func (k *kazooMaker) newSpec(name, id string) *kazooSpec {
	k.realms++
	return &kazooSpec{
		id: id, name: name, realm: fmt.Sprintf("%s-%d.sip.%s.example", slug(name), k.realms, k.tenant.Name),
		zone: pick(k.maker, kazooZones), above: []string{k.out.parent}, created: k.daysAgo(60, 1500),
	}
}

// kazooZones are time zones of accounts and people.
var kazooZones = []string{"America/Los_Angeles", "America/New_York", "America/Chicago", "Europe/Paris"}

// makeParent makes the account above all others, whose administrator is the
// service of the tenant's credentials.
func (k *kazooMaker) makeParent() {
	c := k.tenant.Kazoo
	spec := k.newSpec(c.AccountName, c.AccountID)
	spec.realm, spec.above, spec.reseller = "sip."+k.tenant.Name+".example", nil, true
	below := k.makeAccount(spec)
	below.apiKey = c.APIKey
	admin := &phoneUser{
		id: hexOf(k.tenant.Name, "kazoo user", 32), first: "Gateway", last: "Service", username: c.User, email: c.User,
		admin: true, zone: spec.zone, created: k.today().AddDate(-2, 0, 0),
	}
	k.put(below.users, admin.record())
}

// makeAccount makes an account with all that belongs to it, and files it.
func (k *kazooMaker) makeAccount(s *kazooSpec) *kazooAccount {
	below := newKazooAccount()
	below.apiKey = k.hex(64)
	below.balance = fmt.Sprintf("%d.%02d", k.rng.IntN(400), 1+k.rng.IntN(99))
	below.limits = Document{
		"id": "limits", "twoway_trunks": k.rng.IntN(4), "inbound_trunks": k.rng.IntN(11), "outbound_trunks": k.rng.IntN(6), "allow_prepay": true,
	}
	k.out.below[s.id] = below
	people := k.makePhoneUsers(s, below)
	k.makeDevices(s, below, people)
	k.makeNumbers(s, below)
	k.makeCallflows(s, below, people)
	k.makeGroupsAndRooms(below, people)
	k.makeCalls(s, below)
	k.put(k.out.accounts, s.record(below))
	return below
}

// record makes the account's document and its summary.
func (s *kazooSpec) record(below *kazooAccount) *Record {
	above := "undefined" // as printed for an account without a reseller
	if len(s.above) > 0 {
		above = s.above[len(s.above)-1]
	}
	keys := []string{accountNameKey(s.name), "realm:" + s.realm}
	for _, n := range below.numbers.all() {
		keys = append(keys, "number:"+n.ID)
	}
	at := gregorian(s.created)
	return &Record{
		ID: s.id, Aliases: keys, Facts: map[string]any{"tree": s.above, "created": at, "summary": Document{
			"id": s.id, "name": s.name, "realm": s.realm, "tree": texts(s.above...), "flags": []any{},
		}},
		Body: Document{
			"id": s.id, "name": s.name, "realm": s.realm, "enabled": true, "is_reseller": s.reseller, "reseller_id": above,
			"billing_mode": "manual", "call_restriction": Document{}, "caller_id": Document{}, "created": at,
			"dial_plan": Document{}, "language": "en-us", "music_on_hold": Document{}, "preflow": Document{},
			"ringtones": Document{}, "superduper_admin": false, "timezone": s.zone, "wnm_allow_additions": s.reseller,
		},
	}
}

// freeNumber gives a number nobody has.
func (k *kazooMaker) freeNumber() string {
	for {
		n := fmt.Sprintf("+1%s%d%06d", pick(k.maker, areaCodes), 2+k.rng.IntN(8), k.rng.IntN(1_000_000))
		if !k.taken[n] {
			k.taken[n] = true
			return n
		}
	}
}

// areaCodes are where the demo's numbers are.
var areaCodes = []string{"415", "212", "312", "617", "303", "503"}

// makeNumbers makes numbers in ascending order, as the list shows them.
func (k *kazooMaker) makeNumbers(s *kazooSpec, below *kazooAccount) {
	var numbers []string
	for range s.size.numbers {
		numbers = append(numbers, k.freeNumber())
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		features := [][]any{{}, texts("local"), texts("local", "cnam"), texts("local", "e911")}[k.rng.IntN(4)]
		state := "in_service"
		if k.chance(15) {
			state = pick(k.maker, []string{"reserved", "port_in", "aging"})
		}
		at := gregorian(k.daysAgo(20, 1000))
		body := Document{"id": n, "state": state, "features": features}
		short := Document{
			"id": n, "assigned_to": s.id, "created": at, "features": features, "state": state, "updated": at + int64(k.rng.IntN(90_000)),
		}
		facts := map[string]any{"created": at, "summary": short}
		if state == "in_service" && k.chance(80) {
			short["used_by"], facts["used"] = "callflow", "callflow"
		}
		k.put(below.numbers, &Record{ID: n, Body: body, Facts: facts})
	}
}

// phoneUser is a user of an account.
type phoneUser struct {
	id, first, last, username, email, zone string
	admin, disabled                        bool
	created                                time.Time
}

// makePhoneUsers makes the users of an account. Those of a company are some of
// its people, under the same email address; the rest are desks without one.
func (k *kazooMaker) makePhoneUsers(s *kazooSpec, below *kazooAccount) []*phoneUser {
	var known []*userSpec
	if s.company != nil {
		known = k.people[s.company.uuid]
	}
	var out []*phoneUser
	for i := range s.size.users {
		u := &phoneUser{id: k.hex(32), first: "Desk", last: fmt.Sprint(i + 1), zone: s.zone, admin: i == 0, created: s.created.AddDate(0, 0, i)}
		u.username = fmt.Sprintf("desk%d@%s", i+1, s.realm)
		if i < len(known) {
			u.first, u.last, u.email = known[i].first, known[i].last, known[i].email
			u.username = u.email
		}
		u.disabled = i > 1 && k.chance(5)
		k.put(below.users, u.record())
		out = append(out, u)
	}
	return out
}

// name is the user's for people.
func (u *phoneUser) name() string { return u.first + " " + u.last }

// record makes the user's document and its summary.
func (u *phoneUser) record() *Record {
	level := "user"
	if u.admin {
		level = "admin"
	}
	short := Document{
		"id": u.id, "features": texts("caller_id", "vm_to_email"), "username": u.username, "first_name": u.first,
		"last_name": u.last, "priv_level": level, "timezone": u.zone, "flags": []any{},
	}
	body := Document{
		"id": u.id, "first_name": u.first, "last_name": u.last, "username": u.username, "priv_level": level, "enabled": !u.disabled,
		"timezone": u.zone, "call_restriction": Document{}, "caller_id": Document{"internal": Document{"name": u.name()}},
		"contact_list": Document{}, "dial_plan": Document{}, "media": kazooMedia(), "music_on_hold": Document{},
		"hotdesk": Document{"enabled": false, "keep_logged_in_elsewhere": false, "require_pin": false},
		"profile": Document{}, "require_password_update": false, "ringtones": Document{}, "verified": false, "vm_to_email_enabled": true,
	}
	if u.email != "" {
		short["email"], body["email"] = u.email, u.email
	}
	return &Record{ID: u.id, Body: body, Facts: map[string]any{
		"summary": short, "username": strings.ToLower(u.username), "enabled": !u.disabled, "created": gregorian(u.created),
	}}
}

// kazooMedia is the part of users and devices that says how they sound.
func kazooMedia() Document {
	return Document{
		"audio": Document{"codecs": texts("PCMU")}, "video": Document{"codecs": []any{}},
		"encryption": Document{"enforce_security": false, "methods": []any{}},
	}
}
