package auth

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sales is a directory of one person and their customers by role.
type sales struct {
	person    Person
	customers map[Role][]string
	err       error
	asked     *[]Role
}

func (s sales) Person(context.Context, string, string) (Person, error) { return s.person, nil }

func (s sales) Customers(_ context.Context, v *Viewer, as Role) ([]string, error) {
	*s.asked = append(*s.asked, as)
	if v.UserID() != s.person.ID || !v.Has(as) {
		return nil, errors.New("asked before the roles were known")
	}
	return s.customers[as], s.err
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	customers := map[Role][]string{RoleReseller: {"c7", ""}, RoleResellerManager: {"c7", "c8"}}
	for _, tc := range []struct {
		name   string
		roles  []Role
		scopes []string
		asked  []Role
		rows   string
	}{
		{"no reseller", nil, allRoleScopes(), nil, "company:c1"},
		{"reseller", []Role{RoleReseller}, allRoleScopes(), []Role{RoleReseller}, "company:c1,c7"},
		{"manager", []Role{RoleResellerManager}, allRoleScopes(), []Role{RoleResellerManager}, "company:c1,c7,c8"},
		{"both", []Role{RoleReseller, RoleResellerManager}, allRoleScopes(), resellerRoles, "company:c1,c7,c8"},
		{"reseller whose token does not say so", []Role{RoleReseller}, []string{"ROLE_USER"}, nil, "company:c1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var asked []Role
			d := sales{Person{ID: "u", Roles: userRoles, Memberships: []Membership{member("c1", tc.roles...)}}, customers, nil, &asked}
			v, err := newViewer("acme", identity{subject: "u", scopes: tc.scopes}, "t").Resolve(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Rows(RuleCompanyList).String(); got != tc.rows {
				t.Errorf("rows = %s, want %s", got, tc.rows)
			}
			if diff := cmp.Diff(tc.asked, asked); diff != "" {
				t.Errorf("roles whose customers were asked for (-want +got):\n%s", diff)
			}
			if v.HasIn(RoleReseller, "c7") || v.CurrentCompany() == "c7" || len(v.CompanyIDs()) != 1 {
				t.Error("a customer counts as a company of the viewer's own")
			}
		})
	}
}

// TestUnknownCustomers: nobody goes on with fewer rights than they have, silently.
func TestUnknownCustomers(t *testing.T) {
	t.Parallel()
	broken := errors.New("backend down")
	d := sales{Person{ID: "u", Memberships: []Membership{member("c1", RoleReseller)}}, nil, broken, new([]Role)}
	if v, err := newViewer("acme", identity{subject: "u", scopes: allRoleScopes()}, "t").Resolve(t.Context(), d); !errors.Is(err, broken) {
		t.Errorf("Resolve = %v, %v, want the directory's error", v, err)
	}
}
