package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// PaymentMethods answers Membership.paymentMethods.
func (membershipResolver) PaymentMethods(ctx context.Context, obj *model.Membership) ([]*model.PaymentMethod, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.PaymentMethods(ctx, obj.User.ID, obj.CompanyID)
}

// AddPaymentMethod answers Mutation.addPaymentMethod.
func (mutationResolver) AddPaymentMethod(ctx context.Context, input model.AddPaymentMethodInput) (*model.AddPaymentMethodPayload, error) {
	method, errs, err := done[model.AddPaymentMethodUserError](ctx, (*loaders.Loaders).AddPaymentMethod, input)
	return payload(&model.AddPaymentMethodPayload{PaymentMethod: method, UserErrors: errs}, err)
}

// SetDefaultPaymentMethod answers Mutation.setDefaultPaymentMethod.
func (mutationResolver) SetDefaultPaymentMethod(
	ctx context.Context, input model.SetDefaultPaymentMethodInput,
) (*model.SetDefaultPaymentMethodPayload, error) {
	method, errs, err := done[model.SetDefaultPaymentMethodUserError](ctx, (*loaders.Loaders).SetDefaultPaymentMethod, input)
	return payload(&model.SetDefaultPaymentMethodPayload{PaymentMethod: method, UserErrors: errs}, err)
}
