package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var (
	// readCartOffers reads of the prices what the items are.
	readCartOffers = source[map[string]*offer]{appdirect.ReadCartPrices, func(body []byte) (map[string]*offer, error) {
		p, err := appdirect.DecodeCartPrices(body)
		return toCartOffers(p), err
	}}
	previewCart = source[*model.CartPricingTotal]{appdirect.PreviewCart, func(body []byte) (*model.CartPricingTotal, error) {
		p, err := appdirect.DecodeCartPreview(body)
		return toPricingTotal(p), err
	}}
)

// CartTotals gives what each of these carts costs, nil where the cart is gone;
// positional.
func (l *Loaders) CartTotals(ctx context.Context, cartIDs []string) ([]*model.CartPricingTotal, []error) {
	return optional(ctx, l.totals, cartIDs, everything)
}

func (l *Loaders) fetchCartTotals(ctx context.Context, cartIDs []string) answers[*model.CartPricingTotal] {
	return ofCarts(ctx, l, previewCart, cartIDs)
}

func (l *Loaders) fetchCartOffers(ctx context.Context, cartIDs []string) answers[*map[string]*offer] {
	got := ofCarts(ctx, l, readCartOffers, cartIDs)
	out := answers[*map[string]*offer]{values: make([]*map[string]*offer, len(cartIDs)), errs: got.errs}
	for i := range got.values {
		out.values[i] = &got.values[i]
	}
	return out
}

// ofCarts asks a route about carts, one call each.
func ofCarts[T any](ctx context.Context, l *Loaders, s source[T], cartIDs []string) answers[T] {
	asks := make([]ask, len(cartIDs))
	for i, id := range cartIDs {
		asks[i] = cartAsk(id)
	}
	got := s.getMany(ctx, l, asks)
	for i := range got.errs {
		got.errs[i] = absent("Cart", got.errs[i])
	}
	return got
}

// toPricingTotal computes nothing: what the backend leaves out is null.
func toPricingTotal(w appdirect.CartPreview) *model.CartPricingTotal {
	total := &model.CartPricingTotal{
		AmountDueBeforeTax: w.AmountDueBeforeTax.Ptr(), AmountDueAfterTax: w.AmountDueAfterTax.Ptr(),
		TotalTaxAmount: w.TotalTaxAmount.Ptr(), ShippingFeeAmount: w.ShippingFeeAmount.Ptr(),
		RecurringTotals: make([]*model.CartRecurringTotal, len(w.RecurringTotals)),
	}
	for i, recurring := range w.RecurringTotals {
		total.RecurringTotals[i] = &model.CartRecurringTotal{
			TotalSalePrice: recurring.TotalSalePrice.Ptr(), TotalSalePriceTaxIncluded: recurring.TotalSalePriceTaxIncluded.Ptr(),
			BillingCycle: toBillingCycle(recurring.BillingCycle),
		}
	}
	for _, tax := range w.TaxSummary {
		total.TaxSummary = append(total.TaxSummary, &model.CartTax{Description: text(tax.Description), TaxAmount: tax.TaxAmount.Ptr()})
	}
	return total
}

func toCartOffers(w appdirect.CartPrices) map[string]*offer {
	offers := make(map[string]*offer, len(w.Items))
	for _, item := range w.Items {
		offers[string(item.ItemID)] = &offer{product: string(item.ProductID), editionID: string(item.EditionID)}
	}
	return offers
}

func toBillingCycle(w *appdirect.BillingCycle) *model.CartBillingCycle {
	if w == nil {
		return nil
	}
	return &model.CartBillingCycle{DayOfMonth: whole(w.DayOfMonth), Period: enum(w.Period, model.PricingFrequencyUnknown)}
}
