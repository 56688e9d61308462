package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var cartList = shape[model.Cart, model.CartEdge, model.CartConnection]{
	edge: func(cursor string, node *model.Cart) *model.CartEdge {
		return &model.CartEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Cart, edges []*model.CartEdge, info *model.PageInfo, total *int32) *model.CartConnection {
		return &model.CartConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: carts,
}

// carts files carts, and their items, who came in the same reply.
func carts(op *operation, at string, all []*model.Cart) {
	objects(op, at, all)
	var items []*model.CartItem
	for _, cart := range all {
		if cart != nil {
			items = append(items, cart.Items...)
		}
	}
	objects(op, at+"/items", items)
}

// Carts answers Query.carts.
func (queryResolver) Carts(ctx context.Context, first *int32, after *string, last *int32, before *string, userID *string, companyID *string) (*model.CartConnection, error) {
	return listed(ctx, pageArgs{first, after, last, before}, cartList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Cart], error) {
			return l.Carts(ctx, loaders.CartFilter{UserID: text(userID), CompanyID: text(companyID)}, p)
		})
}

// Cart answers Query.cart.
func (queryResolver) Cart(ctx context.Context, id string) (*model.Cart, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	cart, err := l.Cart(ctx, id)
	return rootCart(ctx, cart, err)
}

// ActiveCartOfUser answers Query.activeCartOfUser.
func (queryResolver) ActiveCartOfUser(ctx context.Context, input model.ActiveCartOfUserInput) (*model.Cart, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	cart, err := l.ActiveCart(ctx, input.UserID, input.AccountID)
	return rootCart(ctx, cart, err)
}

// rootCart files a single cart with its items; an active cart may be absent.
func rootCart(ctx context.Context, cart *model.Cart, err error) (*model.Cart, error) {
	if err != nil {
		return nil, err
	}
	op, _, fc, err := here(ctx)
	if err != nil {
		return nil, err
	}
	carts(op, place(fc), []*model.Cart{cart})
	return cart, nil
}

// Carts answers Company.carts.
func (companyResolver) Carts(ctx context.Context, objs []*model.Company, first *int32, after *string, last *int32, before *string) ([]*model.CartConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, cartList,
		func(ctx context.Context, l *loaders.Loaders, companies []*model.Company, p loaders.Page) ([]*loaders.List[*model.Cart], []error) {
			return l.CompanyCarts(ctx, members(companies, companyID), p)
		})
}

// PricingTotal answers Cart.pricingTotal.
func (cartResolver) PricingTotal(ctx context.Context, objs []*model.Cart) ([]*model.CartPricingTotal, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, all []*model.Cart) ([]*model.CartPricingTotal, []error) {
			return l.CartTotals(ctx, members(all, func(c *model.Cart) string { return c.ID }))
		}, nil)
}

// Fulfilment answers Cart.fulfilment.
func (cartResolver) Fulfilment(ctx context.Context, objs []*model.Cart) ([]*model.CartFulfilment, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, all []*model.Cart) ([]*model.CartFulfilment, []error) {
			return l.CartFulfilments(ctx, members(all, func(c *model.Cart) string { return c.ID }))
		}, nil)
}

// Buyer answers Cart.buyer.
func (cartResolver) Buyer(ctx context.Context, objs []*model.Cart) ([]*model.User, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, all []*model.Cart) ([]*model.User, []error) {
			return l.BuyersOf(ctx, members(all, func(c *model.Cart) string { return c.UserID }))
		}, objects[model.User])
}

// Company answers Cart.company.
func (cartResolver) Company(ctx context.Context, objs []*model.Cart) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, all []*model.Cart) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(all, func(c *model.Cart) string { return c.CompanyID }))
		}, objects[model.Company])
}

// Product answers CartItem.product.
func (cartItemResolver) Product(ctx context.Context, objs []*model.CartItem) ([]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, items []*model.CartItem) ([]*model.Product, []error) {
			return l.CartItemProducts(ctx, items)
		}, objects[model.Product])
}

// Edition answers CartItem.edition.
func (cartItemResolver) Edition(ctx context.Context, objs []*model.CartItem) ([]*model.Edition, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, items []*model.CartItem) ([]*model.Edition, []error) {
			return l.CartItemEditions(ctx, items)
		}, objects[model.Edition])
}

// PricingPlan answers CartItem.pricingPlan.
func (cartItemResolver) PricingPlan(ctx context.Context, objs []*model.CartItem) ([]*model.PricingPlan, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, items []*model.CartItem) ([]*model.PricingPlan, []error) {
			return l.CartItemPlans(ctx, items)
		}, nil)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
