package auth

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// added are the roles that a rule admits beyond its source, written down by hand: each must have a reason in Ours.
var added = map[string][]Role{RuleCompanyList: {RoleUser}}

func TestRulesFollowTheContract(t *testing.T) {
	t.Parallel()
	printed := map[string][]Role{}
	for _, route := range readContract(t).Routes {
		printed[route.Method+" "+route.Path] = route.Roles
	}
	for _, r := range Rules() {
		if r.Source == "" {
			continue
		}
		want := slices.Concat(printed[r.Source], added[r.Name])
		if len(printed[r.Source]) == 0 {
			t.Errorf("%s: the contract prints no roles for %s", r.Name, r.Source)
		}
		if slices.Contains(want, RolePartnerRead) && !slices.Contains(want, RolePartner) {
			want = append(want, RolePartner) // who may write may read
		}
		got := slices.Clone(r.Roles)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: roles of %s (-) and ours (+):\n%s", r.Name, r.Source, diff)
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	want := []string{
		"PUBLIC", "VIEWER", "COMPANY_LIST", "COMPANY_READ", "MEMBERSHIP_READ", "USER_READ", "SUBSCRIPTION_READ",
		"BILLING_READ", "TELEPHONY_READ", "TELEPHONY_MONEY_READ", "ADD_ON_READ", "WALLET_READ", "CART_READ", "CART_WRITE",
		"PAYMENT_METHOD_READ", "LEAD_READ",
		"PARTNER_LEAD_READ",
	}
	var got []string
	for _, r := range Rules() {
		got = append(got, r.Name)
		if r.Source == "" && r.Ours == "" {
			t.Errorf("%s has neither a source nor a reason of ours", r.Name)
		}
		if len(added[r.Name]) > 0 && r.Ours == "" {
			t.Errorf("%s admits more than its source and gives no reason", r.Name)
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
	first[3].Roles[0] = "ROLE_EVERYBODY"
	first[0] = Rule{}
	if Rules()[3].Roles[0] == "ROLE_EVERYBODY" || Rules()[0].Name != RulePublic {
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
