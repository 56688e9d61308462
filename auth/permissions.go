package auth

import "slices"

// Scope says whose rows a permission is about.
type Scope string

const (
	// ScopeMarketplace is all rows of the marketplace.
	ScopeMarketplace Scope = "MARKETPLACE"
	// ScopeCompany is rows of companies that the viewer is a member of.
	ScopeCompany Scope = "COMPANY"
	// ScopeCustomer is rows of companies that the viewer sells to.
	ScopeCustomer Scope = "CUSTOMER"
	// ScopeSelf is what is the viewer's own, whatever the company.
	ScopeSelf Scope = "SELF"
)

// Permission is one thing that a viewer may do: satisfy a rule, for some rows.
type Permission struct {
	Rule      string   // the rule's name, as in the schema
	Scope     Scope    // whose rows
	Companies []string // uuids, sorted; empty unless the scope is of companies
}

// Permissions returns what v may do, in the order of the rules: one permission for each rule and scope. PUBLIC and
// VIEWER are left out, as whoever can ask has them. It is Rows told apart by the reason, so that nobody is shown what
// they are then refused. The slice is the caller's own.
func (v *Viewer) Permissions() []Permission {
	var out []Permission
	for _, r := range rules {
		if !r.Public && r.Name != RuleViewer {
			out = append(out, v.permissions(r)...)
		}
	}
	return out
}

func (v *Viewer) permissions(r Rule) (out []Permission) {
	if r.everything(v) {
		return []Permission{{Rule: r.Name, Scope: ScopeMarketplace}}
	}
	if own := v.companiesWith(r.inCompany()); len(own) > 0 {
		out = append(out, Permission{r.Name, ScopeCompany, own})
	}
	if customers := v.customersBy(r); len(customers) > 0 {
		out = append(out, Permission{r.Name, ScopeCustomer, customers})
	}
	if r.Rows == RowsUser && r.admits(v) {
		out = append(out, Permission{Rule: r.Name, Scope: ScopeSelf})
	}
	return out
}

// Covers reports whether the permission holds for something of the company: always for the whole marketplace, and for
// the viewer's own.
func (p Permission) Covers(companyID string) bool {
	return p.Scope == ScopeMarketplace || p.Scope == ScopeSelf || slices.Contains(p.Companies, companyID)
}
