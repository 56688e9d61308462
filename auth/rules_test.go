package auth

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ours is where a rule is not what its sources print, written down by hand: each needs a reason in Ours. Rules that
// are not named here admit exactly the roles that their sources print.
var ours = map[string]struct{ added, refused []Role }{
	RuleViewer:           {added: Roles()},
	RuleCompanyList:      {added: []Role{RoleUser}},
	RuleCompanyAttribute: {added: []Role{RoleSysAdmin, RoleBillingAdmin}, refused: []Role{RoleUser}},
	RuleUserRead:         {},
	RuleSubscriptionRead: {added: []Role{
		RoleUser, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}},
	RuleBillingRead:    {added: money},
	RuleTelephonyRead:  {added: everybody},
	RuleTelephonyMoney: {added: money},
	RuleAddOnRead:      {added: everybody},
	RuleWalletRead:     {added: money},
	RuleCartRead:       {added: append([]Role{RoleUser}, money...)},
	RuleCartWrite: {
		added: []Role{
			RoleUser, RoleSysAdmin, RoleBillingAdmin, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner,
		},
		refused: []Role{RolePartnerRead},
	},
	RulePaymentMethods: {added: append([]Role{RoleUser}, money...)},
	RuleLeadRead: {added: []Role{
		RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}},
}

var (
	money = []Role{
		RoleSysAdmin, RoleBillingAdmin, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}
	everybody = []Role{
		RoleUser, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}
)

func TestRulesFollowTheContract(t *testing.T) {
	t.Parallel()
	printed := readContract(t).printed()
	printed[graphEndpoint] = nil // in the documents of the graph, which know no roles
	for _, r := range Rules() {
		var lists [][]Role
		for _, source := range r.Sources {
			roles, found := printed[source]
			if !found {
				t.Errorf("%s: the contract prints no %s", r.Name, source)
			}
			lists = append(lists, roles)
		}
		if r.Public {
			continue // whatever its sources print
		}
		want := union(append(lists, ours[r.Name].added)...)
		if slices.Contains(want, RolePartnerRead) {
			want = union(want, []Role{RolePartner}) // who may write may read
		}
		want = slices.DeleteFunc(want, func(role Role) bool { return slices.Contains(ours[r.Name].refused, role) })
		if diff := cmp.Diff(want, union(r.Roles)); diff != "" {
			t.Errorf("%s: roles of its sources (-) and ours (+):\n%s", r.Name, diff)
		}
		if _, differs := ours[r.Name]; differs != (r.Ours != "") {
			t.Errorf("%s: differs from its sources: %v; says why: %q", r.Name, differs, r.Ours)
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	want := []string{
		"PUBLIC", "VIEWER", "COMPANY_LIST", "COMPANY_READ", "COMPANY_ATTRIBUTE_READ", "MEMBERSHIP_READ", "USER_READ", "SUBSCRIPTION_READ",
		"BILLING_READ", "TELEPHONY_READ", "TELEPHONY_MONEY_READ", "ADD_ON_READ", "WALLET_READ", "CART_READ", "CART_WRITE",
		"PAYMENT_METHOD_READ", "LEAD_READ",
		"PARTNER_LEAD_READ",
	}
	var got []string
	for _, r := range Rules() {
		got = append(got, r.Name)
		if len(r.Sources) == 0 && r.Ours == "" {
			t.Errorf("%s has neither a source nor a reason of ours", r.Name)
		}
		if sells := slices.Contains(r.Roles, RoleReseller) && slices.Contains(r.Roles, RoleResellerManager); r.Customers && !sells {
			t.Errorf("%s opens customers' rows to resellers, whom it does not admit", r.Name)
		}
		for _, role := range r.Own {
			if r.Rows != RowsUser || !slices.Contains(r.Roles, role) || role.MarketplaceWide() {
				t.Errorf("%s: %s opens the viewer's own rows only, which it cannot", r.Name, role)
			}
		}
		if r.Public == (len(r.Roles) > 0) {
			t.Errorf("%s: public = %v with %d roles", r.Name, r.Public, len(r.Roles))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestRulesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	first := Rules()
	first[3].Roles[0], first[3].Sources[0] = "ROLE_EVERYBODY", "GET /everything"
	first[0] = Rule{}
	if again := Rules()[3]; again.Roles[0] == "ROLE_EVERYBODY" || again.Sources[0] == "GET /everything" || Rules()[0].Name != RulePublic {
		t.Error("changing the answer of Rules changed the rules")
	}
}

func TestUnknownRuleAdmitsNobody(t *testing.T) {
	t.Parallel()
	rule, ok := ruleNamed("EVERYTHING")
	if ok || rule.admits(admin) || rule.admits(partner) || rule.everything(admin) {
		t.Error("an unknown rule admits somebody")
	}
}
