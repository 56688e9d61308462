package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var membershipList = shape[model.Membership, model.MembershipEdge, model.MembershipConnection]{
	edge: func(cursor string, node *model.Membership) *model.MembershipEdge {
		return &model.MembershipEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Membership, edges []*model.MembershipEdge, info *model.PageInfo, total *int32) *model.MembershipConnection {
		return &model.MembershipConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: memberships,
}

// memberships files memberships, and their users, who came in the same reply.
func memberships(op *operation, at string, all []*model.Membership) {
	objects(op, at, all)
	users := make([]*model.User, 0, len(all))
	for _, m := range all {
		if m != nil {
			users = append(users, m.User)
		}
	}
	objects(op, at+"/user", users)
}

// Account answers Membership.account.
func (membershipResolver) Account(ctx context.Context, objs []*model.Membership) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Membership) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(parents, func(m *model.Membership) string { return m.CompanyID }))
		}, objects[model.Company])
}
