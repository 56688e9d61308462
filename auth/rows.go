package auth

import (
	"net/url"
	"slices"
	"strings"
)

// Rows is the part of a list that a viewer may see: all of it, or the rows of some companies and perhaps one user. The
// zero Rows allows nothing. It is immutable and safe for concurrent use.
type Rows struct {
	all       bool
	user      string
	companies []string // sorted, no duplicates
}

// AllRows is the scope that allows everything.
func AllRows() Rows { return Rows{all: true} }

// CompanyRows is the scope of the given companies' rows. Empty ids and duplicates are dropped.
func CompanyRows(companyIDs ...string) Rows {
	ids := slices.DeleteFunc(slices.Clone(companyIDs), func(id string) bool { return id == "" })
	slices.Sort(ids)
	return Rows{companies: slices.Compact(ids)}
}

// All reports whether every row is allowed.
func (r Rows) All() bool { return r.all }

// None reports whether no row is allowed.
func (r Rows) None() bool { return !r.all && r.user == "" && len(r.companies) == 0 }

// Companies returns the companies whose rows are allowed, sorted; empty where All. The slice is the caller's own.
func (r Rows) Companies() []string { return slices.Clone(r.companies) }

// User returns the user whose own rows are allowed beside the companies'; "" where there is none.
func (r Rows) User() string { return r.user }

// Allows reports whether rows of the company are allowed. Rows without a company are allowed only by All.
func (r Rows) Allows(companyID string) bool {
	if r.all {
		return true
	}
	_, found := slices.BinarySearch(r.companies, companyID)
	return found && companyID != ""
}

// AllowsUser reports whether a user is allowed who is a member of the given companies.
func (r Rows) AllowsUser(userID string, userCompanies []string) bool {
	return r.all || (r.user != "" && r.user == userID) || slices.ContainsFunc(userCompanies, r.Allows)
}

// String returns the canonical form for cache keys: equal scopes have equal strings and different ones different.
// It is "all", "none", "company:<id>,<id>", "user:<id>" or "user:<id>;company:<id>,<id>"; ids are query-escaped, so
// that no id can look like a separator.
func (r Rows) String() string {
	if r.all {
		return "all"
	}
	var parts []string
	if r.user != "" {
		parts = append(parts, "user:"+url.QueryEscape(r.user))
	}
	if len(r.companies) > 0 {
		ids := make([]string, len(r.companies))
		for i, id := range r.companies {
			ids[i] = url.QueryEscape(id)
		}
		parts = append(parts, "company:"+strings.Join(ids, ","))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ";")
}

// Rows returns what v may see of a list that the named rule guards. An unknown rule allows nothing.
func (v *Viewer) Rows(rule string) Rows {
	r, _ := ruleNamed(rule)
	if r.everything(v) {
		return AllRows()
	}
	rows := CompanyRows(append(v.companiesWith(r.inCompany()), v.customersBy(r)...)...)
	if r.Rows == RowsUser && r.admits(v) {
		rows.user = v.person.ID
	}
	return rows
}

// MayBeAll reports whether Rows could allow everything once v is resolved: the token carries a marketplace-wide role of
// the rule. It spares those whose roles nobody needs to read.
func (v *Viewer) MayBeAll(rule string) bool {
	r, _ := ruleNamed(rule)
	return r.everything(v) || v.kind == user && slices.ContainsFunc(r.Roles, func(role Role) bool {
		return role.MarketplaceWide() && v.carries(role)
	})
}

// May reports whether v may see an entity of the company that the named rule guards: by a marketplace-wide role of the
// rule, by another role of the rule in that company, or as who sells to it. It is Rows(rule).Allows(companyID) without making the rows, as
// it is asked once per entity.
func (v *Viewer) May(rule, companyID string) bool {
	r, _ := ruleNamed(rule)
	return r.everything(v) || v.inCompany[companyID].any(r.inCompany()) || r.Customers && v.customers[companyID].any(r.Roles)
}

// MaySeeUser reports whether v may see a user who is a member of the given companies: everybody by a marketplace-wide
// role of USER_READ, else themself and the members of companies in which they hold a role of it.
func (v *Viewer) MaySeeUser(userID string, userCompanies []string) bool {
	return v.Rows(RuleUserRead).AllowsUser(userID, userCompanies)
}
