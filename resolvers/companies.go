package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var companyList = shape[model.Company, model.CompanyEdge, model.CompanyConnection]{
	edge: func(cursor string, node *model.Company) *model.CompanyEdge {
		return &model.CompanyEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Company, edges []*model.CompanyEdge, info *model.PageInfo, total *int32) *model.CompanyConnection {
		return &model.CompanyConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Company],
}

// Companies answers Query.companies.
func (queryResolver) Companies(ctx context.Context, first *int32, after *string, last *int32, before *string, name *string, orderBy *model.CompanyOrder) (*model.CompanyConnection, error) {
	filter := loaders.CompanyFilter{Name: text(name)}
	if orderBy != nil {
		filter.Order = &orderBy.Direction
	}
	return listed(ctx, pageArgs{first, after, last, before}, companyList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Company], error) {
			return l.Companies(ctx, filter, p)
		})
}

// Company answers Query.company.
func (queryResolver) Company(ctx context.Context, id string) (*model.Company, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Company, error) { return l.Company(ctx, id) })
}

// Memberships answers Company.memberships.
func (companyResolver) Memberships(ctx context.Context, objs []*model.Company, first *int32, after *string, last *int32, before *string) ([]*model.MembershipConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, membershipList,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Company, p loaders.Page) ([]*loaders.List[*model.Membership], []error) {
			return l.Memberships(ctx, members(parents, companyID), p)
		})
}

// Subscriptions answers Company.subscriptions.
func (companyResolver) Subscriptions(ctx context.Context, objs []*model.Company, first *int32, after *string, last *int32, before *string, status *model.SubscriptionStatus) ([]*model.SubscriptionConnection, error) {
	wanted, err := filterBy("status", status, model.SubscriptionStatusUnknown)
	if err != nil {
		return nil, err
	}
	return nested(ctx, objs, pageArgs{first, after, last, before}, subscriptionList,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Company, p loaders.Page) ([]*loaders.List[*model.Subscription], []error) {
			return l.CompanySubscriptions(ctx, members(parents, companyID), wanted, p)
		})
}

func companyID(c *model.Company) string { return c.ID }
