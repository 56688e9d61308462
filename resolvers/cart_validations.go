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
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	found, out, err := l.ValidateCart(ctx, input)
	if err != nil {
		return nil, err
	}
	errs, err := refused[model.ValidateCartUserError](out.Errors)
	return payload(&model.ValidateCartPayload{CartValidation: found, UserErrors: errs}, err)
}
