package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// FinalizeCart answers Mutation.finalizeCart.
func (mutationResolver) FinalizeCart(ctx context.Context, input model.FinalizeCartInput) (*model.FinalizeCartPayload, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	out, err := l.FinalizeCart(ctx, input)
	if err != nil {
		return nil, err
	}
	errs, err := refused[model.FinalizeCartUserError](out.Errors)
	p := &model.FinalizeCartPayload{UserErrors: errs}
	if errs == nil {
		p.PurchaseDetails = &model.PurchaseDetails{PurchaseID: &out.ID}
		if out.Number != "" {
			p.PurchaseDetails.PurchaseNumber = &out.Number
		}
	}
	return payload(p, err)
}
