package auth

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPermissionsByHand is what a front end is told, written down for a few viewers.
func TestPermissionsByHand(t *testing.T) {
	t.Parallel()
	marketplace := func(rules ...string) (out []Permission) {
		for _, r := range rules {
			out = append(out, Permission{Rule: r, Scope: ScopeMarketplace})
		}
		return out
	}
	of := func(rule string, scope Scope, companies ...string) Permission {
		return Permission{rule, scope, companies}
	}
	for name, tc := range map[string]struct {
		viewer *Viewer
		want   []Permission
	}{
		"nobody":   {nobody, nil},
		"unscoped": {unscoped, nil},
		"buyer": {buyer, []Permission{
			of(RuleCompanyList, ScopeCompany, "c1"), of(RuleCompanyRead, ScopeCompany, "c1"), of(RuleMembershipRead, ScopeCompany, "c1"),
			of(RuleUserRead, ScopeCompany, "c1"), of(RuleUserRead, ScopeSelf), of(RuleSubscriptionRead, ScopeCompany, "c1"),
			of(RuleTelephonyRead, ScopeCompany, "c1"), of(RuleAddOnRead, ScopeCompany, "c1"),
			of(RuleCartRead, ScopeSelf), of(RuleCartWrite, ScopeSelf), of(RulePaymentMethods, ScopeSelf),
		}},
		"dealer": {dealer, []Permission{
			of(RuleCompanyList, ScopeCompany, "c1"), of(RuleCompanyList, ScopeCustomer, "c7"),
			of(RuleCompanyRead, ScopeCompany, "c1"), of(RuleCompanyRead, ScopeCustomer, "c7"),
			of(RuleCompanyAttribute, ScopeCompany, "c1"), of(RuleCompanyAttribute, ScopeCustomer, "c7"),
			of(RuleMembershipRead, ScopeCompany, "c1"), of(RuleMembershipRead, ScopeCustomer, "c7"),
			of(RuleUserRead, ScopeCompany, "c1"), of(RuleUserRead, ScopeCustomer, "c7"), of(RuleUserRead, ScopeSelf),
			of(RuleSubscriptionRead, ScopeCompany, "c1"), of(RuleSubscriptionRead, ScopeCustomer, "c7"),
			of(RuleTelephonyRead, ScopeCompany, "c1"), of(RuleAddOnRead, ScopeCompany, "c1"),
			of(RuleCartRead, ScopeSelf), of(RuleCartWrite, ScopeSelf), of(RulePaymentMethods, ScopeSelf),
			of(RulePartnerLeadRead, ScopeCompany, "c1"),
		}},
		"reader": {readOnly, marketplace(
			RuleCompanyList, RuleCompanyRead, RuleCompanyAttribute, RuleMembershipRead, RuleUserRead, RuleSubscriptionRead, RuleBillingRead,
			RuleTelephonyRead, RuleTelephonyMoney, RuleAddOnRead, RuleWalletRead, RuleCartRead, RulePaymentMethods, RuleLeadRead,
		)},
	} {
		if diff := cmp.Diff(tc.want, tc.viewer.Permissions()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPermissionsAreWhatIsAllowed: whatever roles somebody holds, what they are told they may do is what they may do.
func TestPermissionsAreWhatIsAllowed(t *testing.T) {
	t.Parallel()
	companies := []string{"c1", "c2", "c3", "c4"}
	roles := rapid.SliceOfDistinct(rapid.SampledFrom(Roles()), rapid.ID[Role])
	rapid.Check(t, func(t *rapid.T) {
		v := userWith(allRoleScopes(), Person{
			Roles: roles.Draw(t, "roles"), Memberships: []Membership{member("c1", roles.Draw(t, "in c1")...), member("c2", roles.Draw(t, "in c2")...)},
		})
		for _, role := range resellerRoles {
			for _, id := range rapid.SliceOf(rapid.SampledFrom(companies)).Draw(t, "customers") {
				v.sellTo(id, role)
			}
		}
		told := v.Permissions()
		for _, r := range Rules() {
			about := slices.DeleteFunc(slices.Clone(told), func(p Permission) bool { return p.Rule != r.Name || p.Scope == ScopeSelf })
			for _, id := range companies {
				covered := slices.ContainsFunc(about, func(p Permission) bool { return p.Covers(id) })
				if listed := !r.Public && r.Name != RuleViewer; covered != (listed && v.May(r.Name, id)) {
					t.Fatalf("%s in %s: told %v, may %v\n%v", r.Name, id, covered, v.May(r.Name, id), told)
				}
			}
			self := slices.ContainsFunc(told, func(p Permission) bool { return p.Rule == r.Name && p.Scope == ScopeSelf })
			if self != (v.Rows(r.Name).User() != "") {
				t.Fatalf("%s: told of their own rows: %v, sees %v", r.Name, self, v.Rows(r.Name))
			}
		}
	})
}
