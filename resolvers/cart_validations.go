package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// CartValidation answers Query.cartValidation.
func (queryResolver) CartValidation(ctx context.Context, input model.CartValidationRequest) (*model.CartValidation, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.CartValidation(ctx, input)
}

// ValidateCart answers Mutation.validateCart.
func (mutationResolver) ValidateCart(ctx context.Context, input model.CartValidationInput) (*model.ValidateCartPayload, error) {
	found, errs, err := done[model.ValidateCartUserError](ctx, (*loaders.Loaders).ValidateCart, input)
	return payload(&model.ValidateCartPayload{CartValidation: found, UserErrors: errs}, err)
}
