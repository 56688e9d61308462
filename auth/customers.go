package auth

import (
	"context"
	"fmt"
	"slices"
)

// resellerRoles are the roles that have customers of their own. Who holds both sees the customers of both.
var resellerRoles = []Role{RoleReseller, RoleResellerManager}

// Sells reports whether the role has customers of its own, which are asked for in its name.
func (r Role) Sells() bool { return slices.Contains(resellerRoles, r) }

// withCustomers adds the companies that v sells to. Nobody else sees v yet. People who are no resellers cost nothing.
func (v *Viewer) withCustomers(ctx context.Context, d Directory) (*Viewer, error) {
	for _, role := range resellerRoles {
		if !v.Has(role) {
			continue
		}
		companies, err := d.Customers(ctx, v, role)
		if err != nil {
			return nil, fmt.Errorf("auth: read the viewer's customers: %w", err)
		}
		for _, id := range companies {
			v.sellTo(id, role)
		}
	}
	return v, nil
}

// sellTo makes the company one of the customers that v has by this role.
func (v *Viewer) sellTo(companyID string, by Role) {
	if companyID == "" {
		return
	}
	if v.customers == nil {
		v.customers = map[string]roleSet{}
	}
	if v.customers[companyID] == nil {
		v.customers[companyID] = roleSet{}
	}
	v.customers[companyID][by] = true
}

// customersBy returns the customers whose rows the rule opens to v, sorted.
func (v *Viewer) customersBy(r Rule) []string {
	if !r.Customers {
		return nil
	}
	return companiesIn(v.customers, r.Roles)
}

// companiesIn returns the companies for which the set has one of roles, sorted.
func companiesIn(sets map[string]roleSet, roles []Role) (ids []string) {
	for id, set := range sets {
		if set.any(roles) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
