package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// cartPrices is what one reply says of a cart: its totals, and by item what it is.
type cartPrices struct {
	total  *model.CartPricingTotal
	offers map[string]*offer
}

var readCartPrices = source[*cartPrices]{appdirect.ReadCartPrices, func(body []byte) (*cartPrices, error) {
	p, err := appdirect.DecodeCartPrices(body)
	return toCartPrices(p), err
}}

// CartTotals gives what each of these carts costs, nil where the cart is gone;
// positional.
func (l *Loaders) CartTotals(ctx context.Context, cartIDs []string) ([]*model.CartPricingTotal, []error) {
	prices, errs := optional(ctx, l.prices, cartIDs, everything)
	out := make([]*model.CartPricingTotal, len(prices))
	for i, p := range prices {
		if p != nil {
			out[i] = p.total
		}
	}
	return out, errs
}

func (l *Loaders) fetchCartPrices(ctx context.Context, cartIDs []string) answers[*cartPrices] {
	asks := make([]ask, len(cartIDs))
	for i, id := range cartIDs {
		asks[i] = cartAsk(id)
	}
	got := readCartPrices.getMany(ctx, l, asks)
	for i := range got.errs {
		got.errs[i] = absent("Cart", got.errs[i])
	}
	return got
}

// toCartPrices leaves null what the reply does not document: due amounts, taxes
// and shipping are not computed from prices.
func toCartPrices(w appdirect.CartPrices) *cartPrices {
	p := &cartPrices{
		total:  &model.CartPricingTotal{RecurringTotals: make([]*model.CartRecurringTotal, len(w.RecurringTotals))},
		offers: make(map[string]*offer, len(w.Items)),
	}
	for i, total := range w.RecurringTotals {
		p.total.RecurringTotals[i] = &model.CartRecurringTotal{TotalSalePrice: total.TotalSalePrice.Ptr(), BillingCycle: toBillingCycle(total.BillingCycle)}
	}
	for _, item := range w.Items {
		p.offers[string(item.ItemID)] = &offer{product: string(item.ProductID), editionID: string(item.EditionID)}
	}
	return p
}

func toBillingCycle(w *appdirect.BillingCycle) *model.CartBillingCycle {
	if w == nil {
		return nil
	}
	return &model.CartBillingCycle{DayOfMonth: whole(w.DayOfMonth), Period: enum(w.Period, model.PricingFrequencyUnknown)}
}
