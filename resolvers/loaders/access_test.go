package loaders

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
)

// market has two companies with two people each, one of whom is in both.
func market(t *testing.T) *backend {
	t.Helper()
	b := newBackend(t)
	b.companies = []doc{{"uuid": "b", "name": "Beta"}, {"uuid": "a", "name": "Alpha"}} // by name, descending
	for _, id := range []string{"ann", "bob", "both"} {
		b.users = append(b.users, doc{"uuid": id, "email": id + "@example.com"})
	}
	for _, at := range [][2]string{{"a", "ann"}, {"a", "both"}, {"b", "bob"}, {"b", "both"}} {
		b.memberships = append(b.memberships, doc{
			"company": doc{"uuid": at[0]}, "user": doc{"uuid": at[1], "email": at[1] + "@example.com"},
			"roles": []string{"ROLE_USER"}, "enabled": true, "lastUsed": at[0] == "b",
		})
	}
	b.subscriptions = soldTo("a", "b", "a")
	b.subscriptions[0]["order"] = doc{"id": "1", "totalPrice": "19.99"}
	return b
}

// TestWhoSeesWhat asks the same of each kind of viewer. What is not theirs must
// look like what does not exist.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	type seen struct{ Companies, Subscriptions, CompanyB, UserBob, SubscriptionOfB string }
	const nothing = "NotFoundError"
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   seen
	}{
		"service":         {service(t), seen{"b a", "s000 s001 s002", "b", "bob", "s001"}},
		"member of a":     {viewer(t, "ann", member("a")), seen{"a", "s000 s002", nothing, nothing, nothing}},
		"member of both":  {viewer(t, "both", member("a"), member("b")), seen{"b a", "s000 s002 s001", "b", "bob", "s001"}},
		"disabled in b":   {viewer(t, "both", member("a"), auth.Membership{CompanyID: "b", Enabled: false}), seen{"a", "s000 s002", nothing, nothing, nothing}},
		"deleted company": {viewer(t, "ann", member("a"), member("gone")), seen{"a", "s000 s002", nothing, nothing, nothing}},
		"nobody":          {auth.Anonymous("acme"), seen{"", "", nothing, nothing, nothing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := market(t)
			l := New(b.tenant(t), tc.viewer)
			companies, err := l.Companies(t.Context(), CompanyFilter{}, Page{first: 9})
			if err != nil {
				t.Fatal(err)
			}
			subscriptions, err := l.Subscriptions(t.Context(), anyStatus, Page{first: 9})
			if err != nil {
				t.Fatal(err)
			}
			got := seen{Companies: idsOf(companies.Items, companyIndex.id), Subscriptions: idsOf(subscriptions.Items, func(s *model.Subscription) string { return s.ID })}
			got.CompanyB = one2(t, companyIndex.id)(l.Company(t.Context(), "b"))
			got.UserBob = one2(t, userIndex.id)(l.User(t.Context(), "bob"))
			got.SubscriptionOfB = one2(t, func(s *model.Subscription) string { return s.ID })(l.Subscription(t.Context(), "s001"))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func idsOf[T any](items []T, id func(T) string) (out string) {
	for i, item := range items {
		if i > 0 {
			out += " "
		}
		out += id(item)
	}
	return out
}

// one2 is the object's id, or that it was not found.
func one2[T any](t *testing.T, id func(T) string) func(T, error) string {
	return func(object T, err error) string {
		switch {
		case isNotFound(err):
			return "NotFoundError"
		case err != nil:
			t.Error(err)
			return ""
		default:
			return id(object)
		}
	}
}

// TestRefusalsCostAlike: somebody else's object takes the calls that one takes
// which does not exist, so that the time does not tell them apart.
func TestRefusalsCostAlike(t *testing.T) {
	t.Parallel()
	ann := viewer(t, "ann", member("a"))
	for name, ask := range map[string]func(ctx context.Context, l *Loaders, id string) error{
		"company":      func(ctx context.Context, l *Loaders, id string) error { return second(l.Company(ctx, id)) },
		"user":         func(ctx context.Context, l *Loaders, id string) error { return second(l.User(ctx, id)) },
		"subscription": func(ctx context.Context, l *Loaders, id string) error { return second(l.Subscription(ctx, id)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := market(t)
			b.fault("userMemberships", nil)
			theirs := map[string]string{"company": "b", "user": "bob", "subscription": "s001"}[name]
			errTheirs := ask(t.Context(), New(b.tenant(t), ann), theirs)
			callsTheirs := b.counts()
			errNone := ask(t.Context(), New(b.tenant(t), ann), "none")
			if !isNotFound(errTheirs) || errNone == nil || errTheirs.Error() != errNone.Error() {
				t.Errorf("theirs %v, none %v", errTheirs, errNone)
			}
			if diff := cmp.Diff(callsTheirs, b.counts()); diff != "" {
				t.Errorf("calls (-theirs +none):\n%s", diff)
			}
		})
	}
}

func TestListsInsideCompanies(t *testing.T) {
	t.Parallel()
	b := market(t)
	l := New(b.tenant(t), viewer(t, "ann", member("a")))
	lists, errs := l.Memberships(t.Context(), []string{"b", "a"}, Page{first: 9})
	refused, ok := errors.AsType[*auth.Error](errs[0])
	if !ok || refused.Code != auth.Forbidden || lists[0] != nil {
		t.Errorf("another company's members: %v, %v", lists[0], errs[0])
	}
	if errs[1] != nil || idsOf(lists[1].Items, func(m *model.Membership) string { return m.User.ID }) != "ann both" {
		t.Errorf("their own members: %v, %v", lists[1], errs[1])
	}
	_, errs = l.CompanySubscriptions(t.Context(), []string{"b"}, anyStatus, Page{first: 9})
	if refused, ok := errors.AsType[*auth.Error](errs[0]); !ok || refused.Code != auth.Forbidden {
		t.Errorf("another company's subscriptions: %v", errs[0])
	}
	b.counts()
	// People who came along with memberships are not read again.
	users, errs := l.BuyersOf(t.Context(), []string{"both", "", "ann"})
	if errors.Join(errs...) != nil || users[0].ID != "both" || users[1] != nil || users[2].ID != "ann" {
		t.Errorf("users %v, %v", users, errs)
	}
	if calls := b.counts(); len(calls) > 0 {
		t.Errorf("they took %v", calls)
	}
}

func TestOrdersAreForThoseWhoPay(t *testing.T) {
	t.Parallel()
	b := market(t)
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		may    bool
	}{
		"service":            {service(t), true},
		"billing of a":       {viewer(t, "ann", member("a", auth.RoleBillingAdmin)), true},
		"administrator of a": {viewer(t, "ann", member("a", auth.RoleSysAdmin)), true},
		"member of a":        {viewer(t, "ann", member("a")), false},
		"billing of b":       {viewer(t, "bob", member("b", auth.RoleBillingAdmin)), false},
	} {
		order, err := New(b.tenant(t), tc.viewer).Order(&model.Subscription{CompanyID: "a", Billing: &model.Order{ID: "1"}})
		refused, _ := errors.AsType[*auth.Error](err)
		if tc.may && (err != nil || order.ID != "1") || !tc.may && (refused == nil || refused.Rule != auth.RuleBillingRead || order != nil) {
			t.Errorf("%s: %v, %v", name, order, err)
		}
	}
}

func users(ids ...string) (all []*model.User) {
	for _, id := range ids {
		all = append(all, &model.User{ID: id})
	}
	return all
}

func TestUserMemberships(t *testing.T) {
	t.Parallel()
	b := market(t)
	companies := func(list []*model.Membership) string {
		return idsOf(list, func(m *model.Membership) string { return m.CompanyID })
	}
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   string
	}{
		"service":   {service(t), "a b"},
		"themself":  {viewer(t, "both", member("a")), "a b"},
		"colleague": {viewer(t, "ann", member("a")), "a"},
	} {
		lists, errs := New(b.tenant(t), tc.viewer).UserMemberships(t.Context(), users("both"))
		if errs[0] != nil || companies(lists[0]) != tc.want {
			t.Errorf("%s sees %q, %v; want %q", name, companies(lists[0]), errs[0], tc.want)
		}
		for _, m := range lists[0] {
			if m.User == nil || m.User.ID != "both" {
				t.Errorf("%s sees a membership in %s without its person: %v", name, m.CompanyID, m.User)
			}
		}
	}
	got, errs := New(b.tenant(t), service(t)).CurrentMemberships(t.Context(), users("both", "ann", "stranger"))
	if errs[0] != nil || got[0].CompanyID != "b" {
		t.Errorf("the last used is %v, %v", got[0], errs[0])
	}
	if errs[1] != nil || got[1].CompanyID != "a" {
		t.Errorf("the only one is %v, %v", got[1], errs[1])
	}
	if got[2] != nil {
		t.Errorf("a stranger acts under %v", got[2])
	}
}

func TestCurrentMembership(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	a, b := &model.Membership{CompanyID: "a", IsLastUsed: &no}, &model.Membership{CompanyID: "b", IsLastUsed: &yes}
	c := &model.Membership{CompanyID: "c"}
	for name, tc := range map[string]struct {
		list    []*model.Membership
		claimed string
		want    *model.Membership
	}{
		"claimed before last used": {[]*model.Membership{b, a}, "a", a},
		"claimed elsewhere":        {[]*model.Membership{a, b}, "x", b},
		"last used":                {[]*model.Membership{a, b, c}, "", b},
		"the only one":             {[]*model.Membership{c}, "", c},
		"nothing says":             {[]*model.Membership{a, c}, "", nil},
		"none":                     {nil, "", nil},
	} {
		if got := current(tc.list, tc.claimed); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// TestOwnCompaniesAreFiltered as the backend would: by a part of the name, in its order.
func TestOwnCompaniesAreFiltered(t *testing.T) {
	t.Parallel()
	b := market(t)
	both := viewer(t, "both", member("a"), member("b"))
	asc := model.OrderDirectionAsc
	for want, f := range map[string]CompanyFilter{"b a": {}, "a b": {Order: &asc}, "a": {Name: "LPH"}, "": {Name: "gamma"}} {
		list, err := New(b.tenant(t), both).Companies(t.Context(), f, Page{first: 9})
		if err != nil || idsOf(list.Items, companyIndex.id) != want || *list.Total != len(list.Items) {
			t.Errorf("%+v: %v, %v; want %q", f, list, err, want)
		}
	}
	b.fail("company", http.StatusBadGateway)
	if list, err := New(b.tenant(t), both).Companies(t.Context(), CompanyFilter{}, Page{first: 9}); err == nil {
		t.Errorf("companies that could not be read were left out: %v", list.Items)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	b := market(t)
	b.users = append(b.users, doc{"uuid": "boss", "email": "big.ann@example.com", "roles": []string{"ROLE_CORPORATE_ADMIN"}})
	d := NewDirectory(map[string]*Tenant{"acme": b.tenant(t)}, 0)
	ann := auth.Person{
		ID: "ann", Email: "ann@example.com", Roles: []auth.Role{},
		Memberships: []auth.Membership{{CompanyID: "a", Roles: []auth.Role{auth.RoleUser}, Enabled: true}},
	}
	for subject, want := range map[string]auth.Person{
		"ann":             ann,
		"ANN@example.com": ann, // the filter finds big.ann as well
		"boss":            {ID: "boss", Email: "big.ann@example.com", Roles: []auth.Role{auth.RoleCorporateAdmin}},
		"nobody":          {},
		"n@example.com":   {},
	} {
		got, err := d.Person(t.Context(), "acme", subject)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", subject, err, diff)
		}
	}
	if _, err := d.Person(t.Context(), "globex", "ann"); !isNotFound(err) {
		t.Errorf("an unknown tenant's person: %v", err)
	}
	b.fail("userMemberships", http.StatusBadGateway)
	if p, err := d.Person(t.Context(), "acme", "bob"); err == nil {
		t.Errorf("memberships that could not be read made %+v: rights would be lost, and nobody told", p)
	}
}

func TestNewTenantFaults(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	good := b.tenant(t)
	for name, err := range map[string]error{
		"no client": second(NewTenant("acme", Backends{}, Links{}, good.cache, 1)),
		"no cache":  second(NewTenant("acme", Backends{AppDirect: b.client}, Links{}, nil, 1)),
		"no bound":  second(NewTenant("acme", Backends{AppDirect: b.client}, Links{}, good.cache, 0)),
		"no name":   second(NewTenant("", Backends{AppDirect: b.client}, Links{}, good.cache, 1)),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := From(t.Context()); err == nil {
		t.Error("a context without loaders gave some")
	}
}
