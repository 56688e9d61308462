package loaders

import (
	"context"
	"net/http"
	"net/url"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var ordersNow = source[appdirect.Page[appdirect.PurchaseOrder]]{appdirect.ListCompanyOrders, func(body []byte) (appdirect.Page[appdirect.PurchaseOrder], error) {
	return appdirect.DecodeOrders(appdirect.ListCompanyOrders, body)
}}

// FinalizeCart answers the mutation of that name. A cart is bought once: whoever
// asks again, under whatever key, is answered with the purchase that it became.
func (l *Loaders) FinalizeCart(ctx context.Context, in model.FinalizeCartInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := checkGiven("cartId", in.CartID); err != nil {
		return Written{}, err
	}
	if !in.AgreeToTerms {
		return refusedHere("Nothing is bought before the terms are agreed to.", "input", "agreeToTerms"), nil
	}
	w := l.cartWrite("finalizeCart", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.finalize(ctx, a, in.CartID)
	})
	for _, made := range []string{appdirect.ResourceSubscription, appdirect.ResourceOrder, appdirect.ResourceInvoice} {
		w.changes = append(w.changes, Change{Type: made})
	}
	out, err := l.write(ctx, w)
	if err == nil && out.Errors == nil && out.Number == "" {
		out.Number = l.purchaseNumber(ctx, in.CartID, out.ID)
	}
	return out, err
}

func (l *Loaders) finalize(ctx context.Context, a *attempt, cartID string) (Written, error) {
	cart, err := l.unlocked(ctx, cartID)
	switch {
	case err != nil:
		return Written{}, err
	case cart.Status == wireFinalized && cart.PurchaseID != "":
		return Written{ID: string(cart.PurchaseID)}, nil
	case cart.Status == wireFinalized || cart.Status == wireLocked:
		return Written{Errors: []model.UserError{outcomeUnknown("cart")}}, nil
	}
	reply, err := a.send(ctx, appdirect.FinalizeCart, cartAsk(cartID), nil)
	if failed, ok := asCall(err); ok && failed.Status == http.StatusConflict {
		a.doubt = true // somebody else has it bought: look as what
		return Written{}, err
	}
	if err != nil {
		return refusal(err, everywhere())
	}
	purchase, err := appdirect.DecodePurchase(reply)
	return Written{ID: string(purchase.PurchaseID), Number: string(purchase.PurchaseNumber)}, a.unread(err)
}

const (
	wireLocked    = "LOCKED"
	wireFinalized = "FINALIZED"
)

// unlocked reads a cart, and waits a while where it is just being bought.
func (l *Loaders) unlocked(ctx context.Context, cartID string) (cart heldCart, err error) {
	err = eventually(ctx, func() (settled bool, err error) {
		cart, err = l.ownCart(ctx, cartID)
		return cart.Status != wireLocked, err
	})
	return cart, err
}

// purchaseNumber is what people call a purchase by: its order tells. It is ""
// where that cannot be read now; the purchase stands without.
func (l *Loaders) purchaseNumber(ctx context.Context, cartID, purchaseID string) string {
	cart, err := l.ownCart(ctx, cartID)
	if err != nil {
		return ""
	}
	page, err := ordersNow.now(ctx, l, ask{
		params: map[string]string{"companyId": string(cart.BuyerCompanyID)},
		query:  url.Values{"sortField": {"DATE"}, "sortOrder": {"DESC"}},
	})
	if err != nil {
		return ""
	}
	for _, order := range page.Items {
		if string(order.PurchaseID) == purchaseID {
			return string(order.ReferenceCode)
		}
	}
	return ""
}
