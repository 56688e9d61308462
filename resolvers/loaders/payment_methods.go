package loaders

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

var listPaymentMethods = source[[]appdirect.PaymentMethod]{appdirect.ListPaymentMethods, appdirect.DecodePaymentMethods}

// PaymentMethods lists the ways to pay that a user has kept for a company. The
// backend lists them by both, never by one of them.
func (l *Loaders) PaymentMethods(ctx context.Context, userID, companyID string) ([]*model.PaymentMethod, error) {
	if !l.viewer.Rows(auth.RulePaymentMethods).AllowsUser(userID, []string{companyID}) {
		return nil, errForbiddenList
	}
	all, err := listPaymentMethods.get(ctx, l, methodsOf(userID, companyID))
	return toAll(all, err, toPaymentMethod)
}

func methodsOf(userID, companyID string) ask {
	return ask{query: url.Values{"ownerId": {userID}, "companyId": {companyID}}}
}

// AddPaymentMethod answers the mutation of that name. A token works once: where
// it is not known whether it did, it is not sent again.
func (l *Loaders) AddPaymentMethod(ctx context.Context, in model.AddPaymentMethodInput) (*model.PaymentMethod, Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("userId", in.UserID), checkGiven("accountId", in.AccountID), checkGiven("token", in.Token)); err != nil {
		return nil, Written{}, err
	}
	return l.writeMethod(ctx, in.UserID, in.AccountID, write{
		name: "addPaymentMethod", key: key, input: in, final: true,
		run: func(ctx context.Context, a *attempt) (Written, error) { return l.keepMethod(ctx, a, in) },
	})
}

// writeMethod makes a write to what a user has kept for a company, and reads the
// method that it was about; nil where it was refused, or is gone again.
func (l *Loaders) writeMethod(ctx context.Context, userID, companyID string, w write) (*model.PaymentMethod, Written, error) {
	if err := l.mayBuy(ctx, userID, companyID); err != nil {
		return nil, Written{}, err
	}
	w.query, w.turn = "user", l.turn("paymentMethods", userID, companyID)
	w.changes = []Change{{Type: appdirect.ResourcePaymentInstrument}}
	out, err := l.write(ctx, w)
	if err != nil || out.Errors != nil {
		return nil, out, err
	}
	all, err := listPaymentMethods.now(ctx, l, methodsOf(userID, companyID))
	if i := methodIn(all, out.ID); i >= 0 {
		return toPaymentMethod(all[i]), out, nil
	}
	return nil, out, err
}

// methodIn finds a method by its id, -1 where it is not there.
func methodIn(all []appdirect.PaymentMethod, id string) int {
	return slices.IndexFunc(all, func(m appdirect.PaymentMethod) bool { return string(m.ID) == id })
}

// keepMethod sends the token. An attempt that only looks goes by which methods were there before.
func (l *Loaders) keepMethod(ctx context.Context, a *attempt, in model.AddPaymentMethodInput) (Written, error) {
	all, err := listPaymentMethods.now(ctx, l, methodsOf(in.UserID, in.AccountID))
	if err != nil {
		return Written{}, err
	}
	if a.looking {
		return a.newMethod(all)
	}
	for _, m := range all {
		a.note.Before = append(a.note.Before, string(m.ID))
	}
	body, err := appdirect.EncodePaymentMethod(appdirect.PaymentMethodRequest{OwnerID: in.UserID, CompanyID: in.AccountID, Token: in.Token})
	if err != nil {
		return Written{}, err
	}
	reply, err := a.send(ctx, appdirect.CreatePaymentMethod, ask{}, body)
	if err != nil {
		return refusal(err, everywhere("input", "token"))
	}
	kept, err := appdirect.DecodePaymentMethod(reply)
	return Written{ID: string(kept.ID)}, a.unread(err)
}

// newMethod is the one that was not there before; with none, or more, nobody knows.
func (a *attempt) newMethod(all []appdirect.PaymentMethod) (Written, error) {
	added := slices.DeleteFunc(slices.Clone(all), func(m appdirect.PaymentMethod) bool { return slices.Contains(a.note.Before, string(m.ID)) })
	if len(added) != 1 {
		return Written{}, errUnsent
	}
	return Written{ID: string(added[0].ID)}, nil
}

// SetDefaultPaymentMethod answers the mutation of that name. The backend admits people only: a viewer with a token of
// their own sets what is theirs, and for a service the marketplace's service user does.
func (l *Loaders) SetDefaultPaymentMethod(ctx context.Context, in model.SetDefaultPaymentMethodInput) (*model.PaymentMethod, Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("userId", in.UserID), checkGiven("accountId", in.AccountID), checkGiven("paymentMethodId", in.PaymentMethodID)); err != nil {
		return nil, Written{}, err
	}
	return l.writeMethod(ctx, in.UserID, in.AccountID, write{
		name: "setDefaultPaymentMethod", key: key, input: in,
		run: func(ctx context.Context, a *attempt) (Written, error) { return l.preferMethod(ctx, a, in) },
	})
}

// preferMethod sends nothing where the method is the default already.
func (l *Loaders) preferMethod(ctx context.Context, a *attempt, in model.SetDefaultPaymentMethodInput) (Written, error) {
	all, err := listPaymentMethods.now(ctx, l, methodsOf(in.UserID, in.AccountID))
	if err != nil {
		return Written{}, err
	}
	i := methodIn(all, in.PaymentMethodID)
	switch {
	case i < 0:
		return Written{}, &NotFoundError{Type: "PaymentMethod"}
	case all[i].Default.Value:
		return Written{ID: in.PaymentMethodID}, nil
	}
	body, err := appdirect.EncodeDefaultPaymentMethod(appdirect.DefaultPaymentMethodRequest{
		OwnerID: in.UserID, CompanyID: in.AccountID, PaymentMethodID: in.PaymentMethodID,
	})
	if err != nil {
		return Written{}, err
	}
	reply, err := a.send(ctx, appdirect.SetDefaultPaymentMethod, ask{}, body)
	if err != nil {
		return refusal(err, everywhere("input", "paymentMethodId"))
	}
	_, err = appdirect.DecodeDefaultPaymentMethods(reply)
	return Written{ID: in.PaymentMethodID}, a.unread(err)
}

// SetCartPaymentMethod answers the mutation of that name. The method has to be one of the buyer's.
func (l *Loaders) SetCartPaymentMethod(ctx context.Context, in model.SetCartPaymentMethodInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkGiven("paymentMethodId", in.PaymentMethodID)); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("setCartPaymentMethod", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.payBy(ctx, a, in)
	}))
}

func (l *Loaders) payBy(ctx context.Context, a *attempt, in model.SetCartPaymentMethodInput) (Written, error) {
	cart, err := l.ownCart(ctx, in.CartID)
	if err != nil {
		return Written{}, err
	}
	if string(cart.PaymentMethodID) == in.PaymentMethodID {
		return Written{ID: in.CartID}, nil
	}
	all, err := listPaymentMethods.now(ctx, l, methodsOf(string(cart.BuyerUserID), string(cart.BuyerCompanyID)))
	if err != nil {
		return Written{}, err
	}
	if methodIn(all, in.PaymentMethodID) < 0 {
		return Written{}, &NotFoundError{Type: "PaymentMethod"}
	}
	if err := a.patchCart(ctx, in.CartID, appdirect.CartRequest{PaymentMethodID: in.PaymentMethodID}); err != nil {
		return refusal(err, everywhere("input", "paymentMethodId"))
	}
	return Written{ID: in.CartID}, nil
}

func toPaymentMethod(w appdirect.PaymentMethod) *model.PaymentMethod {
	return &model.PaymentMethod{
		ID: string(w.ID), IsDefault: w.Default.Ptr(), Type: text(w.Type), AccountDisplay: text(wire.Text(w.Ending())),
		Brand: text(w.Card.Brand), ExpirationMonth: wholeIn(w.Card.ExpirationMonth), ExpirationYear: wholeIn(w.Card.ExpirationYear),
	}
}

// wholeIn is the whole number that a text says; nil where it says none.
func wholeIn(t wire.Text) *int32 {
	n, err := decimal.NewFromString(string(t))
	return whole(wire.Number{Value: n, Valid: err == nil})
}
