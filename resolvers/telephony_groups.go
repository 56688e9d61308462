package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var telephonyGroupList = shape[model.TelephonyGroup, model.TelephonyGroupEdge, model.TelephonyGroupConnection]{
	edge: func(cursor string, node *model.TelephonyGroup) *model.TelephonyGroupEdge {
		return &model.TelephonyGroupEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.TelephonyGroup, edges []*model.TelephonyGroupEdge, info *model.PageInfo, total *int32) *model.TelephonyGroupConnection {
		return &model.TelephonyGroupConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.TelephonyGroup],
}

// Groups answers TelephonyAccount.groups.
func (telephonyAccountResolver) Groups(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.TelephonyGroupConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, telephonyGroupList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.TelephonyGroup], []error) {
			return l.TelephonyGroups(ctx, members(accounts, accountID), p)
		})
}
