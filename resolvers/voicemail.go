package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var voicemailBoxList = shape[model.VoicemailBox, model.VoicemailBoxEdge, model.VoicemailBoxConnection]{
	edge: func(cursor string, node *model.VoicemailBox) *model.VoicemailBoxEdge {
		return &model.VoicemailBoxEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.VoicemailBox, edges []*model.VoicemailBoxEdge, info *model.PageInfo, total *int32) *model.VoicemailBoxConnection {
		return &model.VoicemailBoxConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.VoicemailBox],
}

// VoicemailBoxes answers TelephonyAccount.voicemailBoxes.
func (telephonyAccountResolver) VoicemailBoxes(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.VoicemailBoxConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, voicemailBoxList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.VoicemailBox], []error) {
			return l.VoicemailBoxes(ctx, members(accounts, accountID), p)
		})
}

// Owner answers VoicemailBox.owner.
func (voicemailBoxResolver) Owner(ctx context.Context, objs []*model.VoicemailBox) ([]*model.TelephonyUser, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, boxes []*model.VoicemailBox) ([]*model.TelephonyUser, []error) {
			return l.VoicemailOwners(ctx, boxes)
		}, objects[model.TelephonyUser])
}
