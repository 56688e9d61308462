package sandbox

import (
	"slices"
	"strings"
)

// world is the data of one tenant's marketplace. A reset makes a new one; a
// request works on the one it started with.
type world struct {
	companies, users, memberships   *Collection
	products, applications, staging *Collection
	editions, plans                 *Collection
	subscriptions                   *Collection
	discounts, quotes               *Collection
}

func emptyWorld() *world {
	return &world{
		companies: &Collection{}, users: &Collection{}, memberships: &Collection{},
		products: &Collection{}, applications: &Collection{}, staging: &Collection{},
		editions: &Collection{}, plans: &Collection{}, subscriptions: &Collection{},
		discounts: &Collection{}, quotes: &Collection{},
	}
}

// emailKey is the alias under which a user is found by email.
func emailKey(email string) string { return "email:" + strings.ToLower(email) }

// membershipID names a user's membership of a company.
func membershipID(company, user string) string { return company + "/" + user }

// membershipsOf lists a user's memberships, disabled ones too.
func (w *world) membershipsOf(user string) []*Record {
	return where(w.memberships.all(), "user", user)
}

func (w *world) rolesIn(user *Record, company string) []string {
	m := w.memberships.Get(membershipID(company, user.ID))
	if m == nil || m.Facts["enabled"] != true {
		return nil
	}
	return append(slices.Clone(textList(m, "roles")), textList(user, "roles")...)
}

func (w *world) rolesOf(user *Record) []string {
	roles := slices.Clone(textList(user, "roles"))
	for _, m := range w.membershipsOf(user.ID) {
		if m.Facts["enabled"] == true {
			roles = append(roles, textList(m, "roles")...)
		}
	}
	return roles
}

func (w *world) manages(user *Record, role, other string) bool {
	return slices.ContainsFunc(w.membershipsOf(other), func(m *Record) bool {
		return slices.Contains(w.rolesIn(user, m.text("company")), role)
	})
}

func textList(r *Record, fact string) []string {
	list, _ := r.Facts[fact].([]string)
	return list
}

// texts makes a JSON list of strings.
func texts(values ...string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
