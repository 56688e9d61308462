package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// AddItemsToCart answers Mutation.addItemsToCart.
func (mutationResolver) AddItemsToCart(ctx context.Context, input model.AddItemsInput) (*model.AddItemsToCartPayload, error) {
	cart, errs, err := cartAfter[model.AddItemsToCartUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.AddItemsToCart(ctx, input)
	})
	return payload(&model.AddItemsToCartPayload{Cart: cart, UserErrors: errs}, err)
}

// RemoveItemsFromCart answers Mutation.removeItemsFromCart.
func (mutationResolver) RemoveItemsFromCart(ctx context.Context, input model.RemoveItemsInput) (*model.RemoveItemsFromCartPayload, error) {
	cart, errs, err := cartAfter[model.RemoveItemsFromCartUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.RemoveItemsFromCart(ctx, input)
	})
	return payload(&model.RemoveItemsFromCartPayload{Cart: cart, UserErrors: errs}, err)
}

// UpdateCartItems answers Mutation.updateCartItems.
func (mutationResolver) UpdateCartItems(ctx context.Context, input model.UpdateCartItemsInput) (*model.UpdateCartItemsPayload, error) {
	cart, errs, err := cartAfter[model.UpdateCartItemsUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.UpdateCartItems(ctx, input)
	})
	return payload(&model.UpdateCartItemsPayload{Cart: cart, UserErrors: errs}, err)
}

// UpdateCartCustomAttributes answers Mutation.updateCartCustomAttributes.
func (mutationResolver) UpdateCartCustomAttributes(ctx context.Context, input model.UpdateCartCustomAttributesInput) (*model.UpdateCartCustomAttributesPayload, error) {
	cart, errs, err := cartAfter[model.UpdateCartCustomAttributesUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.UpdateCartCustomAttributes(ctx, input)
	})
	return payload(&model.UpdateCartCustomAttributesPayload{Cart: cart, UserErrors: errs}, err)
}

// ApplyDiscountToCart answers Mutation.applyDiscountToCart.
func (mutationResolver) ApplyDiscountToCart(ctx context.Context, input model.ApplyDiscountInput) (*model.ApplyDiscountToCartPayload, error) {
	cart, errs, err := cartAfter[model.ApplyDiscountToCartUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.ApplyDiscountToCart(ctx, input)
	})
	return payload(&model.ApplyDiscountToCartPayload{Cart: cart, UserErrors: errs}, err)
}

// RemoveDiscountFromCart answers Mutation.removeDiscountFromCart.
func (mutationResolver) RemoveDiscountFromCart(ctx context.Context, input model.RemoveDiscountCodeInput) (*model.RemoveDiscountFromCartPayload, error) {
	cart, errs, err := cartAfter[model.RemoveDiscountFromCartUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.RemoveDiscountFromCart(ctx, input)
	})
	return payload(&model.RemoveDiscountFromCartPayload{Cart: cart, UserErrors: errs}, err)
}

// SetCartShippingAddress answers Mutation.setCartShippingAddress.
func (mutationResolver) SetCartShippingAddress(ctx context.Context, input model.SetCartShippingAddressInput) (*model.SetCartShippingAddressPayload, error) {
	cart, errs, err := cartAfter[model.SetCartShippingAddressUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.SetCartShippingAddress(ctx, input)
	})
	return payload(&model.SetCartShippingAddressPayload{Cart: cart, UserErrors: errs}, err)
}

// ChooseCartShipping answers Mutation.chooseCartShipping.
func (mutationResolver) ChooseCartShipping(ctx context.Context, input model.ChooseCartShippingInput) (*model.ChooseCartShippingPayload, error) {
	cart, errs, err := cartAfter[model.ChooseCartShippingUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.ChooseCartShipping(ctx, input)
	})
	return payload(&model.ChooseCartShippingPayload{Cart: cart, UserErrors: errs}, err)
}

// SetCartPaymentMethod answers Mutation.setCartPaymentMethod.
func (mutationResolver) SetCartPaymentMethod(ctx context.Context, input model.SetCartPaymentMethodInput) (*model.SetCartPaymentMethodPayload, error) {
	cart, errs, err := cartAfter[model.SetCartPaymentMethodUserError](ctx, func(l *loaders.Loaders) (loaders.Written, error) {
		return l.SetCartPaymentMethod(ctx, input)
	})
	return payload(&model.SetCartPaymentMethodPayload{Cart: cart, UserErrors: errs}, err)
}
