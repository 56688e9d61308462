package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// CartFields answers Query.cartFields.
func (queryResolver) CartFields(ctx context.Context, cartID string, locale string) (*model.CartFields, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.CartFields(ctx, cartID, locale)
}

// CheckoutSettings answers Query.checkoutSettings.
func (queryResolver) CheckoutSettings(ctx context.Context) (*model.CheckoutSettings, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.CheckoutSettings(ctx)
}
