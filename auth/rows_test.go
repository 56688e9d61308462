package auth

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRowsByViewer is an expectation by hand: for each rule and kind of viewer, the scope of a list.
func TestRowsByViewer(t *testing.T) {
	t.Parallel()
	viewers := map[string]*Viewer{
		"nobody": nobody, "buyer": buyer, "boss": boss, "seller": seller, "admin": admin, "network": network,
		"partner": partner, "reader": readOnly, "narrow": narrow, "unscoped": unscoped, "dealer": dealer, "chief": chief,
	}
	everybody := map[string]string{
		"nobody": "all", "buyer": "all", "boss": "all", "seller": "all", "admin": "all", "network": "all",
		"partner": "all", "reader": "all", "narrow": "all", "unscoped": "all", "dealer": "all", "chief": "all",
	}
	signedIn := map[string]string{
		"nobody": "none", "buyer": "all", "boss": "all", "seller": "all", "admin": "all", "network": "all",
		"partner": "all", "reader": "all", "narrow": "all", "unscoped": "none", "dealer": "all", "chief": "all",
	}
	ownCompanies := map[string]string{
		"nobody": "none", "buyer": "company:c1", "boss": "company:c1,c2,c3", "seller": "company:c1", "admin": "all",
		"network": "all", "partner": "all", "reader": "all", "narrow": "company:c1", "unscoped": "none",
		"dealer": "company:c1", "chief": "company:c1",
	}
	withCustomers := maps.Clone(ownCompanies)
	withCustomers["dealer"], withCustomers["chief"] = "company:c1,c7", "company:c1,c7,c8"
	administered := map[string]string{
		"nobody": "none", "buyer": "none", "boss": "company:c1,c2", "seller": "none", "admin": "all",
		"network": "all", "partner": "all", "reader": "all", "narrow": "none", "unscoped": "none", "dealer": "none", "chief": "none",
	}
	want := map[string]map[string]string{
		RulePublic: everybody, RuleViewer: signedIn, RuleCompanyList: withCustomers, RuleCompanyRead: withCustomers,
		RuleMembershipRead: withCustomers, RuleSubscriptionRead: withCustomers,
		RuleCompanyAttribute: {
			"nobody": "none", "buyer": "none", "boss": "company:c1,c2", "seller": "company:c1", "admin": "all", "network": "all",
			"partner": "all", "reader": "all", "narrow": "none", "unscoped": "none", "dealer": "company:c1,c7", "chief": "company:c1,c7,c8",
		},
		RuleUserRead: {
			"nobody": "none", "buyer": "user:u-self;company:c1", "boss": "user:u-self;company:c1,c2,c3",
			"seller": "user:u-self;company:c1", "admin": "all", "network": "all", "partner": "all", "reader": "all",
			"narrow": "user:u-self;company:c1", "unscoped": "none",
			"dealer": "user:u-self;company:c1,c7", "chief": "user:u-self;company:c1,c7,c8",
		},
		RuleBillingRead:   administered,
		RuleTelephonyRead: ownCompanies, RuleTelephonyMoney: administered, RuleAddOnRead: ownCompanies, RuleWalletRead: administered,
		RuleCartRead: {
			"nobody": "none", "buyer": "user:u-self", "boss": "user:u-self;company:c1,c2", "seller": "user:u-self",
			"admin": "all", "network": "all", "partner": "all", "reader": "all", "narrow": "user:u-self", "unscoped": "none",
			"dealer": "user:u-self", "chief": "user:u-self",
		},
		RuleCartWrite: {
			"nobody": "none", "buyer": "user:u-self", "boss": "user:u-self;company:c1,c2", "seller": "user:u-self",
			"admin": "all", "network": "all", "partner": "all", "reader": "none", "narrow": "user:u-self", "unscoped": "none",
			"dealer": "user:u-self", "chief": "user:u-self",
		},
		RulePaymentMethods: {
			"nobody": "none", "buyer": "user:u-self", "boss": "user:u-self;company:c1,c2", "seller": "user:u-self",
			"admin": "all", "network": "all", "partner": "all", "reader": "all", "narrow": "user:u-self", "unscoped": "none",
			"dealer": "user:u-self", "chief": "user:u-self",
		},
		RuleLeadRead: {
			"nobody": "none", "buyer": "none", "boss": "none", "seller": "none", "admin": "all",
			"network": "all", "partner": "all", "reader": "all", "narrow": "none", "unscoped": "none", "dealer": "none", "chief": "none",
		},
		RulePartnerLeadRead: {
			"nobody": "none", "buyer": "none", "boss": "none", "seller": "company:c1", "admin": "none",
			"network": "none", "partner": "none", "reader": "none", "narrow": "none", "unscoped": "none", "dealer": "company:c1", "chief": "company:c1",
		},
	}
	got := map[string]map[string]string{}
	for _, r := range Rules() {
		got[r.Name] = map[string]string{}
		for name, v := range viewers {
			got[r.Name][name] = v.Rows(r.Name).String()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestRoleOfAnotherRuleOpensNothing(t *testing.T) {
	t.Parallel()
	support := userWith(allRoleScopes(), Person{Memberships: []Membership{member("c1", RoleChannelProductSupport)}})
	for _, rule := range Rules() {
		if rule.Rows != RowsAll && (support.May(rule.Name, "c1") || !support.Rows(rule.Name).None()) {
			t.Errorf("%s: product support, which it doesn't name, may see rows", rule.Name)
		}
	}
	for _, v := range []*Viewer{admin, partner, boss} {
		if v.May("EVERYTHING", "c1") || !v.Rows("EVERYTHING").None() {
			t.Errorf("an unknown rule lets %v see rows", v)
		}
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		viewer        *Viewer
		rule, company string
		want          bool
	}{
		{"visitor sees the catalogue", nobody, RulePublic, "", true},
		{"visitor sees no company", nobody, RuleCompanyRead, "c1", false},
		{"buyer, own", buyer, RuleCompanyRead, "c1", true},
		{"buyer, other", buyer, RuleCompanyRead, "c2", false},
		{"buyer, no company", buyer, RuleCompanyRead, "", false},
		{"buyer, own subscription", buyer, RuleSubscriptionRead, "c1", true},
		{"buyer, own bill", buyer, RuleBillingRead, "c1", false},
		{"billing admin, own bill", boss, RuleBillingRead, "c1", true},
		{"company admin, own bill", boss, RuleBillingRead, "c2", true},
		{"mere member of the third", boss, RuleBillingRead, "c3", false},
		{"admin, any", admin, RuleBillingRead, "c9", true},
		{"partner, any", partner, RuleMembershipRead, "c9", true},
		{"reader, any", readOnly, RuleMembershipRead, "c9", true},
		{"network manager, any", network, RuleCompanyList, "c9", true},
		{"reseller, own", seller, RuleCompanyRead, "c1", true},
		{"reseller, nobody's customer", dealer, RuleCompanyRead, "c2", false},
		{"reseller, customer", dealer, RuleCompanyRead, "c7", true},
		{"reseller, their manager's customer", dealer, RuleCompanyRead, "c8", false},
		{"reseller, customer's bill", dealer, RuleBillingRead, "c7", false},
		{"reseller, customer's phones", dealer, RuleTelephonyRead, "c7", false},
		{"reseller, leads in a customer's name", dealer, RulePartnerLeadRead, "c7", false},
		{"manager, customer", chief, RuleSubscriptionRead, "c8", true},
		{"member, own phones", buyer, RuleTelephonyRead, "c1", true},
		{"member, other phones", buyer, RuleTelephonyRead, "c2", false},
		{"member, own calls", buyer, RuleTelephonyMoney, "c1", false},
		{"company admin, own calls", boss, RuleTelephonyMoney, "c2", true},
		{"member, own add-ons", buyer, RuleAddOnRead, "c1", true},
		{"reseller, customer's add-ons", seller, RuleAddOnRead, "c2", false},
		{"member, own wallet", buyer, RuleWalletRead, "c1", false},
		{"billing admin, own wallet", boss, RuleWalletRead, "c1", true},
		{"billing admin, a wallet where mere member", boss, RuleWalletRead, "c3", false},
		{"reader, any wallet", readOnly, RuleWalletRead, "c9", true},
		{"member, company's carts", buyer, RuleCartRead, "c1", false},
		{"billing admin, company's carts", boss, RuleCartRead, "c1", true},
		{"mere member, third's carts", boss, RuleCartRead, "c3", false},
		{"admin, any cart", admin, RuleCartRead, "c9", true},
		{"member, leads", buyer, RuleLeadRead, "c1", false},
		{"reseller, leads of the marketplace", seller, RuleLeadRead, "c1", false},
		{"admin, leads", admin, RuleLeadRead, "", true},
		{"reseller, partner leads", seller, RulePartnerLeadRead, "c1", true},
		{"admin, partner leads", admin, RulePartnerLeadRead, "c1", false},
		{"partner service, partner leads", partner, RulePartnerLeadRead, "c1", false},
		{"narrow token, other", narrow, RuleCompanyRead, "c2", false},
		{"token without roles", unscoped, RuleCompanyRead, "c1", false},
	} {
		if got := tc.viewer.May(tc.rule, tc.company); got != tc.want {
			t.Errorf("%s: May(%s, %q) = %v, want %v", tc.name, tc.rule, tc.company, got, tc.want)
		}
	}
}

func TestMaySeeUser(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		viewer *Viewer
		user   string
		in     []string
		want   bool
	}{
		{"self without company", buyer, "u-self", nil, true},
		{"colleague", buyer, "u2", []string{"c7", "c1"}, true},
		{"stranger", buyer, "u2", []string{"c7"}, false},
		{"nobody's user", buyer, "", nil, false},
		{"company without id", buyer, "u2", []string{""}, false},
		{"visitor", nobody, "", []string{"c1"}, false},
		{"admin", admin, "u2", nil, true},
		{"partner", partner, "u2", nil, true},
		{"token without roles, self", unscoped, "u-self", []string{"c1"}, false},
		{"company admin's token without USER", userWith([]string{"ROLE_SYS_ADMIN"}, Person{
			Roles: userRoles, Memberships: []Membership{member("c1", RoleSysAdmin), member("c2")},
		}), "u2", []string{"c2"}, false},
	} {
		if got := tc.viewer.MaySeeUser(tc.user, tc.in); got != tc.want {
			t.Errorf("%s: MaySeeUser(%q, %v) = %v, want %v", tc.name, tc.user, tc.in, got, tc.want)
		}
	}
}

func TestRowsValues(t *testing.T) {
	t.Parallel()
	rows := CompanyRows("b", "", "a", "b")
	if diff := cmp.Diff([]string{"a", "b"}, rows.Companies()); diff != "" {
		t.Errorf("Companies() (-want +got):\n%s", diff)
	}
	rows.Companies()[0] = "z"
	if !rows.Allows("a") || rows.Allows("") || rows.Allows("z") || rows.All() || rows.None() || rows.User() != "" {
		t.Errorf("rows = %v", rows)
	}
	if got := CompanyRows("a,b", "c;d", "all").String(); got != "company:a%2Cb,all,c%3Bd" {
		t.Errorf("String() = %q", got)
	}
	if !AllRows().Allows("") || AllRows().None() || !AllRows().AllowsUser("", nil) {
		t.Error("AllRows doesn't allow all")
	}
	if got := (Rows{}).String() + " " + buyer.Rows(RuleUserRead).User(); got != "none u-self" {
		t.Errorf("none and user = %q", got)
	}
}

// TestMayBeAll: whoever sees everything is not ruled out before their roles are read, whatever the rule; and a token
// without a wide role's scope is.
func TestMayBeAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		v := anyViewer(rt)
		for _, rule := range rules {
			if rule.Rows == RowsAll {
				continue
			}
			unresolved := *v
			unresolved.wide, unresolved.own, unresolved.inCompany, unresolved.person = nil, nil, nil, Person{}
			if v.kind == service {
				unresolved.wide = v.wide
			}
			if v.Rows(rule.Name).All() && !unresolved.MayBeAll(rule.Name) {
				rt.Fatalf("%v sees all of %s, and is ruled out before", v, rule.Name)
			}
		}
	})
	for v, want := range map[*Viewer]bool{nobody: false, narrow: false, unscoped: false, admin: true, partner: true} {
		if got := v.MayBeAll(RuleCompanyList); got != want {
			t.Errorf("%v may be all: %v", v, got)
		}
	}
}

// Viewers of any roles and scopes, for properties.
func anyViewer(t *rapid.T) *Viewer {
	role := rapid.SampledFrom(Roles())
	company := rapid.SampledFrom([]string{"", "c1", "c2", "c3"})
	scopes := rapid.SliceOfDistinct(rapid.Map(role, func(r Role) string { return string(r) }), rapid.ID).Draw(t, "scopes")
	if rapid.Bool().Draw(t, "service") {
		return serviceWith(scopes...)
	}
	membership := rapid.Custom(func(t *rapid.T) Membership {
		return Membership{
			CompanyID: company.Draw(t, "company"), Roles: rapid.SliceOf(role).Draw(t, "roles"),
			Enabled: rapid.Bool().Draw(t, "enabled"), LastUsed: rapid.Bool().Draw(t, "lastUsed"),
		}
	})
	return userWith(scopes, Person{
		Roles:       rapid.SliceOf(role).Draw(t, "userRoles"),
		Memberships: rapid.SliceOf(membership).Draw(t, "memberships"),
	})
}

func TestEntityAndListAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := anyViewer(t)
		company := rapid.SampledFrom([]string{"", "c1", "c2", "c3", "c4"}).Draw(t, "asked")
		for _, r := range Rules() {
			if may, allows := v.May(r.Name, company), v.Rows(r.Name).Allows(company); may != allows {
				t.Fatalf("%s: May(%q) = %v but Rows().Allows = %v", r.Name, company, may, allows)
			}
			if !r.admits(v) && !v.Rows(r.Name).None() {
				t.Fatalf("%s refuses the field but shows %v", r.Name, v.Rows(r.Name))
			}
		}
	})
}

func TestRightsNeverExceedScopesOrRoles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := anyViewer(t)
		held := slices.Clone(v.UserRoles())
		for _, m := range v.Memberships() {
			held = append(held, m.Roles...)
		}
		for _, r := range v.Rights() {
			if v.IsService() {
				if r != RolePartner && r != RolePartnerRead {
					t.Fatalf("a service has %s", r)
				}
				continue
			}
			if !slices.Contains(v.Scopes(), string(r)) || !slices.Contains(held, r) {
				t.Fatalf("%s is effective with scopes %v and roles %v", r, v.Scopes(), held)
			}
		}
	})
}

func TestRowsStringIsInjective(t *testing.T) {
	t.Parallel()
	ids := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab,;:%")), 0, 3, -1), 0, 3)
	draw := rapid.Custom(func(t *rapid.T) Rows {
		rows := CompanyRows(ids.Draw(t, "companies")...)
		rows.user = rapid.StringOfN(rapid.RuneFrom([]rune("ab,;:%")), 0, 3, -1).Draw(t, "user")
		return rows
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		same := a.user == b.user && slices.Equal(a.companies, b.companies)
		if same != (a.String() == b.String()) {
			t.Fatalf("%+v and %+v: %q and %q", a, b, a, b)
		}
	})
}
