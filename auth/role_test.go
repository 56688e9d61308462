package auth

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRolesAreTheContracts(t *testing.T) {
	t.Parallel()
	facts := readContract(t)
	var named [][]Role
	for _, route := range facts.Routes {
		named = append(named, route.Roles)
	}
	if diff := cmp.Diff(union(named...), sortedRoles()); diff != "" {
		t.Errorf("roles that the contract names (-) and ours (+):\n%s", diff)
	}
	for _, r := range Roles() {
		if want, printed := facts.Records[r]; printed && r.Record().String() != want {
			t.Errorf("%s.Record() = %v, the contract says %s", r, r.Record(), want)
		}
		if want := len(facts.Scopes[string(r)]) > 0; r.Scoped() != want {
			t.Errorf("%s.Scoped() = %v, want %v", r, r.Scoped(), want)
		}
		service := slices.Equal(facts.Scopes[string(r)], []string{"Client Credentials"})
		if service && r.Record() != RecordService {
			t.Errorf("%s is granted to client credentials only, but Record() = %v", r, r.Record())
		}
	}
}

func TestRoleReach(t *testing.T) {
	t.Parallel()
	wide := []Role{
		RoleSalesSupport, RoleChannelSupport, RoleChannelProductSupport, RoleChannelAdmin, RoleCorporateAdmin,
		RolePartner, RolePartnerRead,
	}
	for _, r := range Roles() {
		if got, want := r.MarketplaceWide(), slices.Contains(wide, r); got != want {
			t.Errorf("%s.MarketplaceWide() = %v, want %v", r, got, want)
		}
	}
	invented := Role("ROLE_INVENTED")
	if invented.Record() != RecordNone || invented.MarketplaceWide() {
		t.Error("a role that isn't documented has a record or a reach")
	}
	if got := Record(-1).String() + Record(99).String(); got != "noneservice" {
		t.Errorf("Record out of range = %q", got)
	}
}
