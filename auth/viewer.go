package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Membership binds a person to a company.
type Membership struct {
	CompanyID string // the company's uuid
	Roles     []Role // the membership record's; roles of other records are ignored here
	Enabled   bool   // a membership that isn't grants nothing
	LastUsed  bool   // the company that the person worked in last
}

// Person is who a subject is, as the backend's records say.
type Person struct {
	ID          string       // the backend's uuid
	Email       string       // as the backend writes it
	Roles       []Role       // the user record's; roles of other records are ignored here
	Memberships []Membership // all of them, disabled ones too
}

// Directory reads who a subject is, and to whom they sell. It is called by Viewer.Resolve on every operation that needs
// it, so an implementation caches briefly; it must be safe for concurrent use.
type Directory interface {
	// Person reads one subject of a tenant. The subject is what the token says: a uuid or an e-mail address. One that
	// doesn't exist is a Person without ID, or an error of the implementation's choice.
	Person(ctx context.Context, tenant, subject string) (Person, error)
	// Customers reads the uuids of the companies that a reseller sells to in a role, which is RoleReseller or
	// RoleResellerManager and effective for them. None is no error.
	Customers(ctx context.Context, reseller *Viewer, as Role) ([]string, error)
}

// kind is what a viewer is.
type kind int

const (
	anonymous kind = iota
	user
	service
)

func (k kind) String() string { return [...]string{"anonymous", "user", "service"}[k] }

// secret keeps a token out of reach of fmt, which would follow a plain field: behind the pointer it prints an address.
type secret struct{ value string }

// Viewer is who is asking, within one tenant. It is immutable and safe for concurrent use. The zero Viewer is the
// anonymous visitor of no tenant.
type Viewer struct {
	tenant  string
	kind    kind
	sub     string // as the token says; "" for anonymous
	client  string
	company string // the token's claim, not yet checked against the memberships
	scopes  []string
	token   *secret

	authority string // see Subject

	person    Person
	wide      roleSet            // effective everywhere in the marketplace
	own       roleSet            // effective user-record roles: they hold for the person themself
	inCompany map[string]roleSet // effective in one company; one entry, maybe empty, per enabled membership
	customers map[string]roleSet // by which reseller's roles one company is the viewer's customer; nil for who sells to nobody
}

// Anonymous returns the visitor of a tenant who shows no token.
func Anonymous(tenant string) *Viewer { return &Viewer{tenant: tenant} }

// identity is what a verified token says; viewer makes a Viewer of it.
type identity struct {
	subject, client, company string
	scopes                   []string
	service                  bool
}

// newViewer makes the viewer of a verified token. A service's rights are known at once, a user's only after Resolve.
func newViewer(tenant string, id identity, token string) *Viewer {
	v := &Viewer{
		tenant: tenant, kind: user, sub: id.subject, client: id.client, company: id.company,
		scopes: id.scopes, token: &secret{token},
	}
	if id.service {
		v.kind = service
		v.sub, v.company = id.client, ""
		v.wide = serviceRights(id.scopes)
	}
	v.authority = authorityOf(v)
	return v
}

// serviceRights are the scopes themselves, but only the two that client credentials may ask for.
func serviceRights(scopes []string) roleSet {
	rights := roleSet{}
	if slices.Contains(scopes, string(RolePartner)) {
		rights[RolePartner], rights[RolePartnerRead] = true, true // who may write may read
	}
	if slices.Contains(scopes, string(RolePartnerRead)) {
		rights[RolePartnerRead] = true
	}
	return rights
}

// Resolve returns the viewer with memberships, roles and customers read from d. For anonymous visitors and services there is
// nothing to read, and v itself is returned. It is called only when an operation needs more than PUBLIC. An error is
// the Directory's, wrapped, or an *Error with Unauthorized where the subject doesn't exist in this marketplace.
func (v *Viewer) Resolve(ctx context.Context, d Directory) (*Viewer, error) {
	if v.kind != user {
		return v, nil
	}
	p, err := d.Person(ctx, v.tenant, v.sub)
	if err != nil {
		return nil, fmt.Errorf("auth: read the viewer's roles: %w", err)
	}
	if p.ID == "" {
		return nil, unauthorized("the token's user is not known in this marketplace", nil)
	}
	return v.as(p).withCustomers(ctx, d)
}

// as returns a copy of v that is p, with rights = scopes ∩ roles.
func (v *Viewer) as(p Person) *Viewer {
	w := *v
	w.person = Person{ID: p.ID, Email: p.Email, Roles: slices.Clone(p.Roles)}
	w.wide, w.own, w.inCompany = roleSet{}, roleSet{}, map[string]roleSet{}
	for _, r := range p.Roles {
		if r.Record() == RecordUser && v.carries(r) {
			w.own[r] = true
			if r.MarketplaceWide() {
				w.wide[r] = true
			}
		}
	}
	for _, m := range p.Memberships {
		m.Roles = slices.Clone(m.Roles)
		w.person.Memberships = append(w.person.Memberships, m)
		w.join(m)
	}
	return &w
}

// join adds what one membership grants. It is only called on a viewer that nobody else sees yet.
func (v *Viewer) join(m Membership) {
	if !m.Enabled || m.CompanyID == "" {
		return
	}
	in := v.inCompany[m.CompanyID]
	if in == nil {
		in = roleSet{}
		v.inCompany[m.CompanyID] = in
	}
	if v.own[RoleUser] {
		in[RoleUser] = true
	}
	for _, r := range m.Roles {
		switch {
		case r.Record() != RecordMembership || !v.carries(r):
		case r.MarketplaceWide():
			v.wide[r] = true
		default:
			in[r] = true
		}
	}
}

func (v *Viewer) carries(r Role) bool { return slices.Contains(v.scopes, string(r)) }

// Tenant returns the name of the tenant that the request is for.
func (v *Viewer) Tenant() string { return v.tenant }

// IsAnonymous reports whether no token was shown.
func (v *Viewer) IsAnonymous() bool { return v.kind == anonymous }

// IsService reports whether the token was made by client credentials: an application without a person.
func (v *Viewer) IsService() bool { return v.kind == service }

// UserID returns the person's uuid: "" for services and anonymous visitors, and before Resolve.
func (v *Viewer) UserID() string { return v.person.ID }

// Email returns the person's address: "" for services and anonymous visitors, and before Resolve.
func (v *Viewer) Email() string { return v.person.Email }

// ClientID returns the client application that the token was made for; "" where the token doesn't say.
func (v *Viewer) ClientID() string { return v.client }

// Scopes returns the token's scopes, sorted and without duplicates. The slice is the caller's own.
func (v *Viewer) Scopes() []string { return slices.Clone(v.scopes) }

// Memberships returns the person's memberships, disabled ones too, in the backend's order; none before Resolve. The
// slice is the caller's own.
func (v *Viewer) Memberships() []Membership {
	ms := slices.Clone(v.person.Memberships)
	for i := range ms {
		ms[i].Roles = slices.Clone(ms[i].Roles)
	}
	return ms
}

// UserRoles returns the roles that the person's own record carries, whatever the token's scopes; none before Resolve.
func (v *Viewer) UserRoles() []Role { return slices.Clone(v.person.Roles) }

// CurrentCompany returns the company that the viewer works in: the token's claim, else the last used one, else the only
// one, else "". Only companies with an enabled membership count, a claimed one too.
func (v *Viewer) CurrentCompany() string {
	if _, ok := v.inCompany[v.company]; ok {
		return v.company
	}
	for _, m := range v.person.Memberships {
		if m.Enabled && m.LastUsed && m.CompanyID != "" {
			return m.CompanyID
		}
	}
	if len(v.inCompany) == 1 {
		for id := range v.inCompany {
			return id
		}
	}
	return ""
}

// Has reports whether the role is effective (in the token's scopes and held) anywhere.
func (v *Viewer) Has(r Role) bool {
	if v.wide[r] || v.own[r] {
		return true
	}
	for _, in := range v.inCompany {
		if in[r] {
			return true
		}
	}
	return false
}

// HasIn reports whether the role is effective in the company: a marketplace-wide role is so in every one.
func (v *Viewer) HasIn(r Role, companyID string) bool {
	return v.wide[r] || v.inCompany[companyID][r]
}

// Rights returns the roles that are effective anywhere, sorted.
func (v *Viewer) Rights() []Role {
	return slices.DeleteFunc(sortedRoles(), func(r Role) bool { return !v.Has(r) })
}

// RightsIn returns the roles that are effective in the company, sorted.
func (v *Viewer) RightsIn(companyID string) []Role {
	return slices.DeleteFunc(sortedRoles(), func(r Role) bool { return !v.HasIn(r, companyID) })
}

func sortedRoles() []Role {
	all := Roles()
	slices.Sort(all)
	return all
}

// CompanyIDs returns the companies in which an enabled membership has at least one effective role, sorted.
func (v *Viewer) CompanyIDs() []string {
	return v.companiesWith(Roles())
}

// companiesWith returns the companies in which one of roles is effective by membership, sorted.
func (v *Viewer) companiesWith(roles []Role) []string { return companiesIn(v.inCompany, roles) }

// AccessToken returns the token itself, for calls made with the viewer's own authority; "" for anonymous visitors. It
// must reach no log, error, metric or cache.
func (v *Viewer) AccessToken() string {
	if v.token == nil {
		return ""
	}
	return v.token.value
}

// Sub returns whom the token names: a uuid or an e-mail address, as [Directory] takes them; of a service its client
// application, and "" for anonymous visitors.
func (v *Viewer) Sub() string { return v.sub }

// Subject returns a stable id of the authority that the token carries, for cache keys: two tokens share it only if
// they are of the same tenant, person, client application, company claim and scopes, because the backend may answer
// differently when any of these differ. It holds nothing readable, and is the same before and after Resolve.
func (v *Viewer) Subject() string {
	if v.kind == anonymous {
		return anonymous.String()
	}
	return v.authority
}

// authorityOf digests what makes two tokens' rights at the backend the same.
func authorityOf(v *Viewer) string {
	h := sha256.New()
	// JSON, for an encoding in which no two different lists can look alike. Strings always marshal.
	_ = json.NewEncoder(h).Encode([][]string{{v.tenant, v.sub, v.client, v.company}, v.scopes})
	return v.kind.String() + ":" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:24])
}

// String describes the viewer for people, without token, name or address.
func (v *Viewer) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s of %s %s", v.kind, v.tenant, v.person.ID))
}

// GoString is String: no verb of fmt shows a token.
func (v *Viewer) GoString() string { return v.String() }

// LogValue describes the viewer for logs: tenant, kind, client application and user id.
func (v *Viewer) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("tenant", v.tenant), slog.String("kind", v.kind.String()),
		slog.String("client", v.client), slog.String("user", v.person.ID),
	)
}

// MarshalJSON writes String, so that a viewer that ends up in some JSON shows nothing.
func (v *Viewer) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }
