package loaders

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

var readFulfilments = source[appdirect.Page[appdirect.Fulfilment]]{appdirect.ReadFulfilments, func(body []byte) (appdirect.Page[appdirect.Fulfilment], error) {
	return appdirect.DecodeFulfilments(appdirect.ReadFulfilments, body)
}}

func fulfilmentAsk(cartID string) ask { return ask{query: url.Values{"shoppingCartId": {cartID}}} }

// CartFulfilments gives how the goods of carts are delivered, nil where nobody has said; positional.
func (l *Loaders) CartFulfilments(ctx context.Context, cartIDs []string) ([]*model.CartFulfilment, []error) {
	return optional(ctx, l.fulfilments, cartIDs, everything)
}

func (l *Loaders) fetchFulfilments(ctx context.Context, cartIDs []string) answers[*model.CartFulfilment] {
	asks := make([]ask, len(cartIDs))
	for i, id := range cartIDs {
		asks[i] = fulfilmentAsk(id)
	}
	got := readFulfilments.getMany(ctx, l, asks)
	out := answers[*model.CartFulfilment]{values: make([]*model.CartFulfilment, len(cartIDs)), errs: got.errs}
	for i, page := range got.values {
		if f, found := fulfilmentOf(page, cartIDs[i]); found {
			out.values[i] = toFulfilment(f)
		}
		out.errs[i] = absent("CartFulfilment", out.errs[i])
	}
	return out
}

// fulfilmentOf is a cart's own: others', should there be any, are nobody's business.
func fulfilmentOf(page appdirect.Page[appdirect.Fulfilment], cartID string) (appdirect.Fulfilment, bool) {
	at := slices.IndexFunc(page.Items, func(f appdirect.Fulfilment) bool { return string(f.CartID) == cartID })
	if at < 0 {
		return appdirect.Fulfilment{}, false
	}
	return page.Items[at], true
}

// SetCartShippingAddress answers the mutation of that name.
func (l *Loaders) SetCartShippingAddress(ctx context.Context, in model.SetCartShippingAddressInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := checkGiven("cartId", in.CartID); err != nil {
		return Written{}, err
	}
	address := &appdirect.DeliveryAddress{
		Name: wire.Text(in.Address.Name), AddressLine1: wire.Text(in.Address.AddressLine1), AddressLine2: wire.Text(value(in.Address.AddressLine2)),
		City: wire.Text(in.Address.City), SubdivisionCode: wire.Text(value(in.Address.SubdivisionCode)),
		PostalCode: wire.Text(in.Address.PostalCode), CountryCode: wire.Text(in.Address.CountryCode),
	}
	request := appdirect.FulfilmentRequest{
		CartID: in.CartID, DeliveryAddress: address, SameAsBillingAddress: in.SameAsBillingAddress != nil && *in.SameAsBillingAddress,
	}
	return l.write(ctx, l.cartWrite("setCartShippingAddress", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.deliverTo(ctx, a, request)
	}))
}

// deliverTo sends an address, unless it is there from an attempt before. A first
// attempt asks for new quotes even for the same address.
func (l *Loaders) deliverTo(ctx context.Context, a *attempt, request appdirect.FulfilmentRequest) (Written, error) {
	if _, err := l.ownCart(ctx, request.CartID); err != nil {
		return Written{}, err
	}
	if a.again || a.looking {
		page, err := readFulfilments.now(ctx, l, fulfilmentAsk(request.CartID))
		if err != nil {
			return Written{}, err
		}
		if f, found := fulfilmentOf(page, request.CartID); found && sameAddress(f.DeliveryAddress, request.DeliveryAddress) {
			return Written{ID: request.CartID}, nil
		}
	}
	body, err := appdirect.EncodeFulfilment(request)
	if err == nil {
		_, err = a.send(ctx, appdirect.CreateFulfilment, ask{}, body)
	}
	if err != nil {
		return refusal(err, everywhere("input", "address"))
	}
	return Written{ID: request.CartID}, nil
}

func sameAddress(a, b *appdirect.DeliveryAddress) bool {
	return a != nil && a.Name == b.Name && a.AddressLine1 == b.AddressLine1 && a.AddressLine2 == b.AddressLine2 &&
		a.City == b.City && a.SubdivisionCode == b.SubdivisionCode && a.PostalCode == b.PostalCode && a.CountryCode == b.CountryCode
}

// ChooseCartShipping answers the mutation of that name.
func (l *Loaders) ChooseCartShipping(ctx context.Context, in model.ChooseCartShippingInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkGiven("shippingQuoteId", in.ShippingQuoteID)); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("chooseCartShipping", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.chooseShipping(ctx, a, in)
	}))
}

func (l *Loaders) chooseShipping(ctx context.Context, a *attempt, in model.ChooseCartShippingInput) (Written, error) {
	if _, err := l.ownCart(ctx, in.CartID); err != nil {
		return Written{}, err
	}
	page, err := readFulfilments.now(ctx, l, fulfilmentAsk(in.CartID))
	if err != nil {
		return Written{}, err
	}
	f, found := fulfilmentOf(page, in.CartID)
	switch {
	case !found:
		return refusedHere("Say where the cart is to be delivered first.", "input", "cartId"), nil
	case f.Fee != nil && string(f.Fee.QuoteID) == in.ShippingQuoteID:
		return Written{ID: in.CartID}, nil
	case !slices.ContainsFunc(f.Quotes, func(q appdirect.ShippingQuote) bool { return string(q.ID) == in.ShippingQuoteID }):
		return refusedHere("This is none of the ways in which the cart can be delivered.", "input", "shippingQuoteId"), nil
	}
	body, err := appdirect.EncodeShippingChoice(in.ShippingQuoteID)
	if err == nil {
		_, err = a.send(ctx, appdirect.ChooseShipping, ask{params: map[string]string{"fulfillmentUuid": string(f.UUID)}}, body)
	}
	if err != nil {
		return refusal(err, everywhere("input", "shippingQuoteId"))
	}
	return Written{ID: in.CartID}, nil
}

func toFulfilment(w appdirect.Fulfilment) *model.CartFulfilment {
	f := &model.CartFulfilment{
		ID: string(w.UUID), QuotesExpireAt: w.QuotesExpiryDate.Ptr(), ShippingQuotes: make([]*model.ShippingQuote, len(w.Quotes)),
	}
	if w.Fee != nil {
		f.ChosenQuoteID = text(w.Fee.QuoteID)
	}
	if a := w.DeliveryAddress; a != nil {
		f.DeliveryAddress = &model.DeliveryAddress{
			Name: text(a.Name), AddressLine1: text(a.AddressLine1), AddressLine2: text(a.AddressLine2), City: text(a.City),
			SubdivisionCode: text(a.SubdivisionCode), CountryCode: text(a.CountryCode), PostalCode: text(a.PostalCode),
		}
	}
	for i, q := range w.Quotes {
		f.ShippingQuotes[i] = &model.ShippingQuote{
			ID: string(q.ID), Name: byLocale(q.Name), Cost: q.Cost.Ptr(), Currency: text(q.Currency), IsFree: q.IsFree.Ptr(), ServiceType: text(q.ServiceType),
		}
	}
	return f
}

// byLocale lists texts by language, in a stable order.
func byLocale(texts map[string]wire.Text) []*model.LocalizedText {
	out := make([]*model.LocalizedText, 0, len(texts))
	for _, locale := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, &model.LocalizedText{Locale: &locale, Value: text(texts[locale])})
	}
	return out
}
