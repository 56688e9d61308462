package loaders

import (
	"context"
	"maps"
	"slices"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// UpdateCartCustomAttributes answers the mutation of that name. What is not named stays.
func (l *Loaders) UpdateCartCustomAttributes(ctx context.Context, in model.UpdateCartCustomAttributesInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := checkGiven("cartId", in.CartID); err != nil {
		return Written{}, err
	}
	if in.CustomAttributes == nil || len(in.Items) > 0 {
		if err := checkCount("items", len(in.Items)); err != nil {
			return Written{}, err
		}
	}
	return l.write(ctx, l.cartWrite("updateCartCustomAttributes", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.updateAttributes(ctx, a, in)
	}))
}

func (l *Loaders) updateAttributes(ctx context.Context, a *attempt, in model.UpdateCartCustomAttributesInput) (Written, error) {
	cart, err := l.ownCart(ctx, in.CartID)
	if err != nil {
		return Written{}, err
	}
	items, index, err := pick(cart, in.Items, func(item *model.UpdateCartItemCustomAttributesInput) string { return item.ID })
	if err != nil {
		return Written{}, err
	}
	puts := make([]itemPut, len(items))
	for i, now := range items {
		to := in.Items[i].CustomAttributes
		puts[i] = cart.put(now, func(next *appdirect.CartItemRequest) {
			next.CustomAttributes.Subscription = with(next.CustomAttributes.Subscription, to.SubscriptionCustomAttributes)
			next.CustomAttributes.VendorRequiredFields = with(next.CustomAttributes.VendorRequiredFields, to.ProductFields)
		})
	}
	err = a.putItems(ctx, in.CartID, puts)
	if err == nil {
		err = a.putPurchaseAttributes(ctx, cart, in.CustomAttributes, puts)
	}
	if err != nil {
		return refusal(err, atItem(index, func(int) []*model.CartUnitInput { return nil }))
	}
	return Written{ID: in.CartID}, nil
}

// putPurchaseAttributes sets those of the cart. Where they are refused, the items are put back.
func (a *attempt) putPurchaseAttributes(ctx context.Context, cart heldCart, in *model.CartCustomAttributesInput, puts []itemPut) error {
	if in == nil {
		return nil
	}
	set := make([]*model.CartItemCustomAttributeInput, len(in.PurchaseCustomAttributes))
	for i, attribute := range in.PurchaseCustomAttributes {
		set[i] = &model.CartItemCustomAttributeInput{Key: attribute.Key, Value: attribute.Value}
	}
	next := with(cart.CustomAttributes.Purchase, set)
	if sameAttributes(cart.CustomAttributes.Purchase, next) {
		return nil
	}
	err := a.patchCart(ctx, string(cart.ID), appdirect.CartRequest{CustomAttributes: appdirect.CartAttributes{Purchase: next}})
	return a.orBack(ctx, string(cart.ID), puts, err)
}

// with is attributes with some of them set; what it was made of stays as it is.
func with(have appdirect.Attributes, set []*model.CartItemCustomAttributeInput) appdirect.Attributes {
	if len(set) == 0 {
		return have
	}
	out := maps.Clone(have)
	if out == nil {
		out = appdirect.Attributes{}
	}
	for _, attribute := range set {
		out[attribute.Key] = attribute.Value
	}
	return out
}

func sameAttributes(a, b appdirect.Attributes) bool {
	return maps.EqualFunc(a, b, slices.Equal[[]string])
}
