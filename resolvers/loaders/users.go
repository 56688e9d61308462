package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var (
	listUsers = source[chunk[*model.User]]{appdirect.ListUsers, func(body []byte) (chunk[*model.User], error) {
		p, err := appdirect.DecodeUsers(body)
		return page(p, toUser), err
	}}
	readUser = source[*model.User]{appdirect.ReadUser, func(body []byte) (*model.User, error) {
		u, err := appdirect.DecodeUser(body)
		return toUser(u), err
	}}
	userIndex = &index[*model.User]{
		typeName: "User",
		id:       func(u *model.User) string { return u.ID },
		list:     listUsers,
		page:     func(page int) ask { return ask{query: pageQuery(page, appdirect.ListUsers.PageSize)} },
		one:      readUser,
		read:     func(id string) (ask, bool) { return userAsk(id), true },
	}
)

func userAsk(id string) ask { return ask{params: map[string]string{"userUuid": id}} }

// Me gives the signed-in user, out of the reply that has told already who they are. The
// viewer must be resolved and a person.
func (l *Loaders) Me(ctx context.Context) (*model.User, error) {
	return l.subject(ctx, l.viewer.Sub())
}

// User gives one user, [NotFoundError] where there is none the viewer may see.
func (l *Loaders) User(ctx context.Context, id string) (*model.User, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if !l.viewer.Rows(auth.RuleUserRead).All() && id != l.viewer.UserID() {
		if err := l.checkColleague(ctx, id); err != nil {
			return nil, err
		}
	}
	return l.users.one(ctx, id)
}

// checkColleague admits users who share a company with the viewer. An unknown
// user costs the same call and gives the same answer as somebody else's.
func (l *Loaders) checkColleague(ctx context.Context, id string) error {
	memberships, err := l.joined.one(ctx, id)
	if err != nil {
		return absent("User", err)
	}
	companies := make([]string, len(memberships))
	for i, m := range memberships {
		companies[i] = m.CompanyID
	}
	if !l.viewer.MaySeeUser(id, companies) {
		return &NotFoundError{Type: "User", Rule: auth.RuleUserRead}
	}
	return nil
}

// BuyersOf gives the buyers of subscriptions that the viewer sees, positional
// with ids. Who sees a company's subscription may see who bought it.
func (l *Loaders) BuyersOf(ctx context.Context, ids []string) ([]*model.User, []error) {
	return optional(ctx, l.users, ids, everything)
}

func (l *Loaders) fetchUsers(ctx context.Context, ids []string) answers[*model.User] {
	return userIndex.find(ctx, l, ids)
}

func toUser(w appdirect.User) *model.User {
	return &model.User{
		ID:          string(w.UUID),
		Email:       text(w.Email),
		UserName:    text(w.UserName),
		FirstName:   text(w.FirstName),
		LastName:    text(w.LastName),
		IsActivated: w.Activated.Ptr(),
		PictureURL:  text(w.Picture),
		Roles:       roles(w.Roles),
	}
}
