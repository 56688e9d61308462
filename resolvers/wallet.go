package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var chargeList = shape[model.Charge, model.ChargeEdge, model.ChargeConnection]{
	edge: func(cursor string, node *model.Charge) *model.ChargeEdge {
		return &model.ChargeEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Charge, edges []*model.ChargeEdge, info *model.PageInfo, total *int32) *model.ChargeConnection {
		return &model.ChargeConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Charge],
}

// Wallet answers Query.wallet.
func (queryResolver) Wallet(ctx context.Context, companyID string) (*model.Wallet, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Wallet, error) { return l.Wallet(ctx, companyID) })
}

// Charge answers Query.charge.
func (queryResolver) Charge(ctx context.Context, companyID, id string) (*model.Charge, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Charge, error) { return l.Charge(ctx, companyID, id) })
}

// Wallet answers Company.wallet.
func (companyResolver) Wallet(ctx context.Context, objs []*model.Company) ([]*model.Wallet, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, companies []*model.Company) ([]*model.Wallet, []error) {
			return l.Wallets(ctx, members(companies, companyID))
		}, objects[model.Wallet])
}

// HasFunds answers Wallet.hasFunds.
func (walletResolver) HasFunds(ctx context.Context, objs []*model.Wallet) ([]*bool, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, wallets []*model.Wallet) ([]*bool, []error) {
			return l.Funds(ctx, members(wallets, locationID))
		}, nil)
}

// Charges answers Wallet.charges.
func (walletResolver) Charges(ctx context.Context, objs []*model.Wallet, first *int32, after *string, last *int32, before *string) ([]*model.ChargeConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, chargeList,
		func(ctx context.Context, l *loaders.Loaders, wallets []*model.Wallet, p loaders.Page) ([]*loaders.List[*model.Charge], []error) {
			return l.Charges(ctx, members(wallets, locationID), p)
		})
}

// Company answers Wallet.company.
func (walletResolver) Company(ctx context.Context, objs []*model.Wallet) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, wallets []*model.Wallet) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(wallets, func(w *model.Wallet) string { return w.CompanyID }))
		}, objects[model.Company])
}

func locationID(w *model.Wallet) string { return w.LocationID }
