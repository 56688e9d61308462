package loaders

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var cartValidationNow = source[appdirect.CartValidation]{appdirect.ReadCartValidation, func(body []byte) (appdirect.CartValidation, error) {
	return appdirect.DecodeCartValidation(appdirect.ReadCartValidation, body)
}}

// looks are how long is waited before each further look at what the backend
// settles in its own time. They end before an operation's deadline does; then
// the client asks again.
var looks = [...]time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond}

// reserve is what is left of an operation's time for its answer.
const reserve = time.Second

// eventually looks until something is settled, a few times at most. It is no
// error when it is not.
func eventually(ctx context.Context, look func() (settled bool, err error)) error {
	for _, pause := range looks {
		if settled, err := look(); settled || err != nil {
			return err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < pause+reserve {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	_, err := look()
	return err
}

// ValidateCart answers the mutation of that name. The validation is nil where it was refused.
func (l *Loaders) ValidateCart(ctx context.Context, in model.CartValidationInput) (*model.CartValidation, Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := checkGiven("cartId", in.CartID); err != nil {
		return nil, Written{}, err
	}
	w := l.cartWrite("validateCart", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		if _, err := l.ownCart(ctx, in.CartID); err != nil {
			return Written{}, err
		}
		to := cartAsk(in.CartID)
		to.query = url.Values{"level": {string(in.Level)}}
		_, err := a.send(ctx, appdirect.ValidateCart, to, nil)
		if err != nil {
			return refusal(err, everywhere("input"))
		}
		return Written{ID: in.CartID}, nil
	})
	w.query = "cartValidation"
	out, err := l.write(ctx, w)
	if err != nil || out.Errors != nil {
		return nil, out, err
	}
	var found appdirect.CartValidation
	err = eventually(ctx, func() (settled bool, err error) {
		found, err = cartValidationNow.now(ctx, l, cartAsk(in.CartID))
		return len(found.Pending) == 0, err
	})
	if err != nil {
		return nil, out, err
	}
	return toCartValidation(found, in.ItemIds), out, nil
}

// CartValidation gives what the last validation of a cart has found by now,
// [NotFoundError] where there was none.
func (l *Loaders) CartValidation(ctx context.Context, in model.CartValidationRequest) (*model.CartValidation, error) {
	if err := checkGiven("cartId", in.CartID); err != nil {
		return nil, err
	}
	if _, err := l.Cart(ctx, in.CartID); err != nil {
		return nil, err
	}
	found, err := cartValidationNow.now(ctx, l, cartAsk(in.CartID))
	if err != nil {
		return nil, absent("CartValidation", err)
	}
	return toCartValidation(found, in.ItemIds), nil
}

// toCartValidation keeps what is about the cart, or about these items; all items where none are named.
func toCartValidation(w appdirect.CartValidation, itemIDs []string) *model.CartValidation {
	other := func(f appdirect.CartFault) bool {
		return len(itemIDs) > 0 && f.ItemID != "" && !slices.Contains(itemIDs, string(f.ItemID))
	}
	out := &model.CartValidation{
		ID: text(w.ID), BlockingErrors: toBlockingErrors(slices.DeleteFunc(slices.Clone(w.BlockingErrors), other)),
		Warnings: []*model.CartValidationWarning{}, Info: remarks(w.Info), PendingValidations: remarks(w.Pending),
	}
	for _, f := range w.Warnings {
		if !other(f) {
			out.Warnings = append(out.Warnings, &model.CartValidationWarning{ItemID: text(f.ItemID), Message: text(f.Message)})
		}
	}
	return out
}

func remarks(in []appdirect.Remark) []string {
	out := make([]string, len(in))
	for i, r := range in {
		out[i] = string(r)
	}
	return out
}
