package sandbox

import "slices"

// caller is who a verified access token speaks for.
type caller struct {
	client  string   // client_id
	scopes  []string // scope
	service bool     // true: client credentials, no user behind it
	user    *Record  // nil for a service
}

// serviceRoles are held by client applications only, never by people.
var serviceRoles = []string{"ROLE_PARTNER", "ROLE_PARTNER_READ", "ROLE_APPLICATION"}

// marketplaceRoles act on the whole marketplace; every other role of a person
// acts in the companies where they hold it, and on themselves.
var marketplaceRoles = []string{
	"ROLE_CHANNEL_ADMIN", "ROLE_CHANNEL_SUPPORT", "ROLE_CHANNEL_PRODUCT_SUPPORT",
	"ROLE_SALES_SUPPORT", "ROLE_CORPORATE_ADMIN", "ROLE_SUPERUSER",
}

// holder answers what roles a user holds. A disabled membership holds none.
type holder interface {
	// rolesIn lists the roles of a user's membership in one company.
	rolesIn(user *Record, company string) []string
	// rolesOf lists a user's roles of their own and of all their memberships.
	rolesOf(user *Record) []string
	// manages reports whether the user holds the role in a company that the
	// other user is a member of.
	manages(user *Record, role, other string) bool
}

// target is what a path names: a company, a user, both or neither.
type target struct {
	company, user string // uuids, empty when the path names none
}

// admits decides whether an endpoint's printed roles let the caller in. An
// endpoint that prints none lets any valid token in.
func (c caller) admits(roles []string, at target, held holder) bool {
	if len(roles) == 0 {
		return true
	}
	if c.service {
		return slices.ContainsFunc(roles, c.hasServiceRole)
	}
	return slices.ContainsFunc(roles, func(role string) bool {
		return slices.Contains(c.scopes, role) && !slices.Contains(serviceRoles, role) && c.acts(role, at, held)
	})
}

// hasServiceRole reports whether a client application's token counts for a role.
func (c caller) hasServiceRole(role string) bool {
	if !slices.Contains(serviceRoles, role) {
		return false
	}
	// A partner that may write may read.
	return slices.Contains(c.scopes, role) || role == "ROLE_PARTNER_READ" && slices.Contains(c.scopes, "ROLE_PARTNER")
}

// acts decides whether the user holds a role where the path points.
func (c caller) acts(role string, at target, held holder) bool {
	if !slices.Contains(held.rolesOf(c.user), role) {
		return false
	}
	switch {
	case slices.Contains(marketplaceRoles, role):
		return true
	case at.company != "":
		return slices.Contains(held.rolesIn(c.user, at.company), role)
	case at.user != "" && at.user != c.user.ID:
		return role != "ROLE_USER" && held.manages(c.user, role, at.user)
	default:
		return true
	}
}
