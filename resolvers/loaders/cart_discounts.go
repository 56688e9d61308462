package loaders

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var discountsNow = source[[]appdirect.Discount]{appdirect.ListDiscounts, appdirect.DecodeDiscounts}

// ApplyDiscountToCart answers the mutation of that name: every item that the discount is for gets its code.
func (l *Loaders) ApplyDiscountToCart(ctx context.Context, in model.ApplyDiscountInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkGiven("discountCode", in.DiscountCode)); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("applyDiscountToCart", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.applyDiscount(ctx, a, in)
	}))
}

func (l *Loaders) applyDiscount(ctx context.Context, a *attempt, in model.ApplyDiscountInput) (Written, error) {
	cart, err := l.ownCart(ctx, in.CartID)
	if err != nil {
		return Written{}, err
	}
	discount, runs, err := l.discount(ctx, in.DiscountCode)
	if err != nil {
		return Written{}, err
	}
	if !runs {
		return noDiscount(in.DiscountCode, unknownDiscount), nil
	}
	covered, err := l.covered(ctx, cart, discount)
	if err != nil {
		return Written{}, err
	}
	if len(covered) == 0 {
		return noDiscount(in.DiscountCode, "is for nothing in this cart"), nil
	}
	puts := make([]itemPut, len(covered))
	for i, item := range covered {
		puts[i] = cart.put(item, func(next *appdirect.CartItemRequest) { next.DiscountCode = in.DiscountCode })
	}
	if err := a.putItems(ctx, in.CartID, puts); err != nil {
		return refusal(err, everywhere("input", "discountCode"))
	}
	return Written{ID: in.CartID}, nil
}

// discount finds a code among the marketplace's discounts; false where there is
// none that can be had now.
func (l *Loaders) discount(ctx context.Context, code string) (appdirect.Discount, bool, error) {
	all, err := discountsNow.now(ctx, l, ask{query: url.Values{"code": {code}}})
	now := time.Now()
	for _, d := range all {
		if string(d.Code) == code && runsAt(d, now) {
			return d, true, nil
		}
	}
	return appdirect.Discount{}, false, err
}

func runsAt(d appdirect.Discount, now time.Time) bool {
	starts, ends := d.StartDate.Ptr(), d.ExpirationDate.Ptr()
	used := d.MaxRedemptions.Valid && d.MaxRedemptions.Value.IsPositive() && d.Redemptions.Value.GreaterThanOrEqual(d.MaxRedemptions.Value)
	return (starts == nil || !now.Before(*starts)) && (ends == nil || now.Before(*ends)) && !used
}

// covered are the items that a discount is for: those of its product and edition, where it names them.
func (l *Loaders) covered(ctx context.Context, cart heldCart, d appdirect.Discount) ([]appdirect.CartItem, error) {
	if d.ApplicationID == "" && d.EditionID == "" {
		return cart.Items, nil
	}
	items := toCart(cart.Cart).Items
	products, failed := l.CartItemProducts(ctx, items)
	editions, unread := l.CartItemEditions(ctx, items)
	var out []appdirect.CartItem
	for i := range items {
		if err := cmp.Or(failed[i], unread[i]); err != nil {
			return nil, err
		}
		ofProduct := d.ApplicationID == "" || products[i] != nil && value(products[i].LegacyID) == string(d.ApplicationID)
		ofEdition := d.EditionID == "" || editions[i] != nil && value(editions[i].LegacyID) == string(d.EditionID)
		if ofProduct && ofEdition {
			out = append(out, cart.Items[i])
		}
	}
	return out, nil
}

// RemoveDiscountFromCart answers the mutation of that name.
func (l *Loaders) RemoveDiscountFromCart(ctx context.Context, in model.RemoveDiscountCodeInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkGiven("discountCode", in.DiscountCode)); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("removeDiscountFromCart", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		cart, err := l.ownCart(ctx, in.CartID)
		if err != nil {
			return Written{}, err
		}
		applied := slices.ContainsFunc(cart.Items, func(i appdirect.CartItem) bool { return string(i.DiscountCode) == in.DiscountCode })
		if !applied && !a.again && !a.looking {
			return noDiscount(in.DiscountCode, "is not applied to this cart"), nil
		}
		if applied {
			_, err = a.send(ctx, appdirect.RemoveCartDiscount, ask{params: map[string]string{
				"shoppingCartId": in.CartID, "discountCode": in.DiscountCode,
			}}, nil)
		}
		if err != nil {
			return refusal(err, everywhere("input", "discountCode"))
		}
		return Written{ID: in.CartID}, nil
	}))
}
