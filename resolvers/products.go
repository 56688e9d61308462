package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var productList = shape[model.Product, model.ProductEdge, model.ProductConnection]{
	edge: func(cursor string, node *model.Product) *model.ProductEdge {
		return &model.ProductEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Product, edges []*model.ProductEdge, info *model.PageInfo, total *int32) *model.ProductConnection {
		return &model.ProductConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Product],
}

// Products answers Query.products.
func (queryResolver) Products(ctx context.Context, first *int32, after *string, last *int32, before *string, searchText *string, orderBy *model.ProductOrder, categoryIds []string) (*model.ProductConnection, error) {
	return listed(ctx, pageArgs{first, after, last, before}, productList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Product], error) {
			return l.Products(ctx, loaders.ProductFilter{Search: text(searchText), Order: orderBy, Categories: categoryIds}, p)
		})
}

// Product answers Query.product.
func (queryResolver) Product(ctx context.Context, id string) (*model.Product, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Product, error) { return l.Product(ctx, id) })
}

// VendorID answers Product.vendorId.
func (productResolver) VendorID(ctx context.Context, objs []*model.Product) ([]*string, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, products []*model.Product) ([]*string, []error) {
			return l.Vendors(ctx, members(products, productNumber))
		}, nil)
}

// CollectsLeadsWithPurchase answers Product.collectsLeadsWithPurchase.
func (productResolver) CollectsLeadsWithPurchase(ctx context.Context, objs []*model.Product) ([]*bool, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, products []*model.Product) ([]*bool, []error) {
			return l.LeadsWithPurchase(ctx, members(products, productNumber))
		}, nil)
}

// Editions answers Product.editions.
func (productResolver) Editions(ctx context.Context, objs []*model.Product) ([][]*model.Edition, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, products []*model.Product) ([][]*model.Edition, []error) {
			return l.EditionsOfProducts(ctx, members(products, productNumber))
		},
		lists[model.Edition])
}

// Subscriptions answers Product.subscriptions.
func (productResolver) Subscriptions(ctx context.Context, objs []*model.Product, first *int32, after *string, last *int32, before *string, status *model.SubscriptionStatus) ([]*model.SubscriptionConnection, error) {
	wanted, err := filterBy("status", status, model.SubscriptionStatusUnknown)
	if err != nil {
		return nil, err
	}
	return nested(ctx, objs, pageArgs{first, after, last, before}, subscriptionList,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Product, p loaders.Page) ([]*loaders.List[*model.Subscription], []error) {
			return l.ProductSubscriptions(ctx, members(parents, productNumber), wanted, p)
		})
}

// Product answers Edition.product.
func (editionResolver) Product(ctx context.Context, objs []*model.Edition) ([]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, editions []*model.Edition) ([]*model.Product, []error) {
			return l.ProductsOf(ctx, members(editions, func(e *model.Edition) string { return e.ProductLegacyID }))
		}, objects[model.Product])
}

// productNumber is "" for a product without one, which has no edges then.
func productNumber(p *model.Product) string {
	if p.LegacyID == nil {
		return ""
	}
	return *p.LegacyID
}
