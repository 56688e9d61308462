package loaders

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
)

// Directory tells package auth who a token's subject is, read upstream as the
// system and kept as briefly as the routes say. It implements [auth.Directory].
type Directory struct {
	tenants      map[string]*Tenant
	staleIfError time.Duration
}

// NewDirectory serves these tenants; the map must not change afterwards. What it says is
// never stale, unless the backend does not answer: then it may be as old as staleIfError.
func NewDirectory(tenants map[string]*Tenant, staleIfError time.Duration) *Directory {
	return &Directory{tenants: tenants, staleIfError: staleIfError}
}

// loaders read what decides on access.
func (d *Directory) loaders(v *auth.Viewer) (*Loaders, error) {
	t, ok := d.tenants[v.Tenant()]
	if !ok {
		return nil, &NotFoundError{Type: "User"}
	}
	l := New(t, v)
	l.strict, l.staleIfError = true, d.staleIfError
	return l, nil
}

// Person reads memberships and user-record roles. A subject is a uuid or, as
// the documented tokens have it, an e-mail address. Nobody of that name is the
// empty person, whom package auth refuses; errors are of the upstream.
func (d *Directory) Person(ctx context.Context, tenant, subject string) (auth.Person, error) {
	l, err := d.loaders(auth.Anonymous(tenant))
	if err != nil {
		return auth.Person{}, err
	}
	user, err := l.subject(ctx, subject)
	if err != nil {
		return nobody(err)
	}
	memberships, err := l.joined.one(ctx, user.ID)
	if err != nil {
		return nobody(absent("User", err))
	}
	return person(user, memberships), nil
}

// nobody is the empty person where err only says that there is no such user.
func nobody(err error) (auth.Person, error) {
	if isNotFound(err) {
		err = nil
	}
	return auth.Person{}, err
}

// subject finds the user behind a token's subject.
func (l *Loaders) subject(ctx context.Context, subject string) (*model.User, error) {
	if !strings.Contains(subject, "@") {
		return l.users.one(ctx, subject)
	}
	page, err := listUsers.get(ctx, l, ask{query: url.Values{"email": {subject}}})
	if err != nil {
		return nil, err
	}
	for _, user := range page.items {
		// The backend's filter may match more than the whole address.
		if strings.EqualFold(value(user.Email), subject) {
			return user, nil
		}
	}
	return nil, &NotFoundError{Type: "User"}
}

func person(user *model.User, memberships []*model.Membership) auth.Person {
	p := auth.Person{ID: user.ID, Email: value(user.Email), Roles: authRoles(user.Roles)}
	for _, m := range memberships {
		p.Memberships = append(p.Memberships, auth.Membership{
			CompanyID: m.CompanyID,
			Roles:     authRoles(m.Roles),
			Enabled:   m.IsEnabled != nil && *m.IsEnabled,
			LastUsed:  m.IsLastUsed != nil && *m.IsLastUsed,
		})
	}
	return p
}

func authRoles(roles []model.Role) []auth.Role {
	out := make([]auth.Role, len(roles))
	for i, r := range roles {
		out[i] = auth.Role(r)
	}
	return out
}
