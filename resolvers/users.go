package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// Me answers Query.me: null for a service client, which acts for no user.
func (queryResolver) Me(ctx context.Context) (*model.User, error) {
	l, err := loaders.From(ctx)
	if err != nil || l.Viewer().UserID() == "" {
		return nil, err
	}
	user, err := l.Me(ctx)
	return root(ctx, user, err)
}

// User answers Query.user.
func (queryResolver) User(ctx context.Context, id string) (*model.User, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.User, error) { return l.User(ctx, id) })
}

// CurrentMembership answers User.currentMembership.
func (userResolver) CurrentMembership(ctx context.Context, objs []*model.User) ([]*model.Membership, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, users []*model.User) ([]*model.Membership, []error) {
			return l.CurrentMemberships(ctx, users)
		}, memberships)
}

// Memberships answers User.memberships.
func (userResolver) Memberships(ctx context.Context, objs []*model.User) ([][]*model.Membership, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, users []*model.User) ([][]*model.Membership, []error) {
			return l.UserMemberships(ctx, users)
		}, listsOf(memberships))
}
