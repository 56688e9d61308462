package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var subscriptionList = shape[model.Subscription, model.SubscriptionEdge, model.SubscriptionConnection]{
	edge: func(cursor string, node *model.Subscription) *model.SubscriptionEdge {
		return &model.SubscriptionEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Subscription, edges []*model.SubscriptionEdge, info *model.PageInfo, total *int32) *model.SubscriptionConnection {
		return &model.SubscriptionConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Subscription],
}

// Subscriptions answers Query.subscriptions.
func (queryResolver) Subscriptions(ctx context.Context, first *int32, after *string, last *int32, before *string, status *model.SubscriptionStatus) (*model.SubscriptionConnection, error) {
	wanted, err := filterBy("status", status, model.SubscriptionStatusUnknown)
	if err != nil {
		return nil, err
	}
	return listed(ctx, pageArgs{first, after, last, before}, subscriptionList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Subscription], error) {
			return l.Subscriptions(ctx, wanted, p)
		})
}

// Subscription answers Query.subscription.
func (queryResolver) Subscription(ctx context.Context, id string) (*model.Subscription, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Subscription, error) { return l.Subscription(ctx, id) })
}

// Product answers Subscription.product.
func (subscriptionResolver) Product(ctx context.Context, objs []*model.Subscription) ([]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Subscription) ([]*model.Product, []error) {
			return l.ProductsOf(ctx, members(parents, func(s *model.Subscription) string { return s.ProductLegacyID }))
		}, objects[model.Product])
}

// Edition answers Subscription.edition.
func (subscriptionResolver) Edition(ctx context.Context, objs []*model.Subscription) ([]*model.Edition, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Subscription) ([]*model.Edition, []error) {
			return l.EditionsOf(ctx, parents)
		}, objects[model.Edition])
}

// Company answers Subscription.company.
func (subscriptionResolver) Company(ctx context.Context, objs []*model.Subscription) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Subscription) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(parents, func(s *model.Subscription) string { return s.CompanyID }))
		}, objects[model.Company])
}

// User answers Subscription.user.
func (subscriptionResolver) User(ctx context.Context, objs []*model.Subscription) ([]*model.User, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Subscription) ([]*model.User, []error) {
			return l.BuyersOf(ctx, members(parents, func(s *model.Subscription) string { return s.UserID }))
		}, objects[model.User])
}

// Order answers Subscription.order.
func (subscriptionResolver) Order(ctx context.Context, obj *model.Subscription) (*model.Order, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.Order(obj)
}

// filterBy is an optional enum as a filter. It refuses UNKNOWN, which stands for
// what the schema cannot name, so nothing can be asked by it.
func filterBy[E ~string](argument string, value *E, unknown E) (E, error) {
	switch {
	case value == nil:
		return "", nil
	case *value == unknown:
		return "", &loaders.InputError{Argument: argument, Reason: "UNKNOWN can be answered but not asked for"}
	default:
		return *value, nil
	}
}
