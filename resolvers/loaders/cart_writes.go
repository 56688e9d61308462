package loaders

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var (
	cartNow  = source[heldCart]{appdirect.ReadCart, decodeHeld}
	cartsNow = source[appdirect.Page[appdirect.Cart]]{appdirect.ListCarts, appdirect.DecodeCarts}

	errNotTheirBuyer = &auth.Error{
		Code: auth.Forbidden, Rule: auth.RuleCartWrite,
		Message: "you may buy for yourself in your own companies, and for the members of companies that you administer",
	}
)

// heldCart is a cart that is about to be changed.
type heldCart struct {
	appdirect.Cart
	terms map[string]appdirect.ItemTerms // by item
}

func decodeHeld(body []byte) (heldCart, error) {
	cart, err := appdirect.DecodeCart(body)
	if err != nil {
		return heldCart{}, err
	}
	terms, err := appdirect.DecodeItemTerms(body)
	return heldCart{cart, terms}, err
}

// request is what puts an item in its own place: who changes it changes that.
func (c heldCart) request(item appdirect.CartItem) appdirect.CartItemRequest {
	out := appdirect.CartItemRequest{
		ReferenceID: string(item.ReferenceID), PricingPlanID: string(item.PricingPlanID), DiscountCode: string(item.DiscountCode),
		CustomAttributes: item.CustomAttributes, ItemTerms: c.terms[string(item.ID)],
	}
	for _, u := range item.Units {
		out.Units = append(out.Units, appdirect.CartUnitRequest{Quantity: u.Quantity.Value, Unit: string(u.Unit)})
	}
	return out
}

// put puts an item in its own place, changed.
func (c heldCart) put(item appdirect.CartItem, change func(next *appdirect.CartItemRequest)) itemPut {
	p := itemPut{id: string(item.ID), was: c.request(item), next: c.request(item)}
	change(&p.next)
	return p
}

// maxWrites bounds how many things one mutation changes: each is a call of its own.
const maxWrites = 50

// checkCount refuses lists of nothing, and of too much.
func checkCount(argument string, n int) error {
	if n == 0 {
		return &EmptyError{Argument: argument}
	}
	if n > maxWrites {
		return &InputError{Argument: argument, Reason: fmt.Sprintf("at most %d at once", maxWrites)}
	}
	return nil
}

// checkGiven refuses ids and codes of the input that can be none, before they cost a call.
func checkGiven(argument, id string) error {
	switch {
	case id == "":
		return &EmptyError{Argument: argument}
	case len(id) > maxID:
		return &InputError{Argument: argument, Reason: fmt.Sprintf("at most %d characters", maxID)}
	}
	return nil
}

// cartWrite is a write of one cart: alone in it, and seen by all who read carts.
func (l *Loaders) cartWrite(name, cartID string, key *string, input any, run func(context.Context, *attempt) (Written, error)) write {
	return write{
		name: name, key: key, input: input, run: run, query: "cart",
		turn: l.turn("cart", cartID), changes: []Change{{Type: resourceCart}},
	}
}

// turn names what only one write at a time may change.
func (l *Loaders) turn(what ...string) cache.Tag {
	return l.tenant.system.Tag(append([]string{"turn"}, what...)...)
}

// ownCart reads a cart as it is now; [NotFoundError] where the viewer may not change it.
func (l *Loaders) ownCart(ctx context.Context, id string) (heldCart, error) {
	cart, err := cartNow.now(ctx, l, cartAsk(id))
	if err != nil {
		return heldCart{}, absent("Cart", err)
	}
	rows := l.viewer.Rows(auth.RuleCartWrite)
	if string(cart.ID) != id || !rows.AllowsUser(string(cart.BuyerUserID), []string{string(cart.BuyerCompanyID)}) {
		return heldCart{}, &NotFoundError{Type: "Cart", Rule: auth.RuleCartWrite}
	}
	return cart, nil
}

// mayBuy refuses to act for others: a person buys for their own companies, an
// administrator for members of theirs.
func (l *Loaders) mayBuy(ctx context.Context, userID, companyID string) error {
	rows := l.viewer.Rows(auth.RuleCartWrite)
	switch {
	case rows.All(), userID == rows.User() && slices.Contains(l.viewer.CompanyIDs(), companyID):
		return nil
	case !rows.Allows(companyID):
		return errNotTheirBuyer
	}
	memberships, err := l.joined.one(ctx, userID)
	if isNotFound(err) || err == nil && !slices.ContainsFunc(memberships, func(m *model.Membership) bool { return m.CompanyID == companyID }) {
		return errNotTheirBuyer
	}
	return err
}

// activeNow reads the newest active cart of a user for a company; false where there is none.
func (l *Loaders) activeNow(ctx context.Context, userID, companyID string) (appdirect.Cart, bool, error) {
	f := CartFilter{UserID: userID, CompanyID: companyID}
	a := f.ask(0)
	a.query.Set("status", string(model.CartStatusActive))
	page, err := cartsNow.now(ctx, l, a)
	if err != nil || len(page.Items) == 0 {
		return appdirect.Cart{}, false, err
	}
	cart := page.Items[0]
	return cart, true, f.check([]*model.Cart{toCart(cart)})
}

// openCart gives the cart that an attempt fills: the one that it filled before,
// else the active one, else a new one.
func (l *Loaders) openCart(ctx context.Context, a *attempt, userID, companyID string) (appdirect.Cart, error) {
	if a.note.In != "" {
		cart, err := cartNow.now(ctx, l, cartAsk(a.note.In))
		return cart.Cart, err
	}
	cart, found, err := l.activeNow(ctx, userID, companyID)
	if err == nil && !found {
		cart, err = l.newCart(ctx, a, userID, companyID)
	}
	a.note.In = string(cart.ID)
	return cart, err
}

var errNoCart = errors.New("a cart was made and cannot be found")

// newCart begins one. What the backend prints of its answer has no id.
func (l *Loaders) newCart(ctx context.Context, a *attempt, userID, companyID string) (appdirect.Cart, error) {
	body, err := appdirect.EncodeCart(appdirect.CartRequest{
		OwnerUserID: userID, OwnerCompanyID: companyID, BuyerUserID: userID, BuyerCompanyID: companyID, BuyerType: "CUSTOMER",
	})
	if err != nil {
		return appdirect.Cart{}, err
	}
	if _, err := a.send(ctx, appdirect.CreateCart, ask{}, body); err != nil {
		return appdirect.Cart{}, err
	}
	cart, found, err := l.activeNow(ctx, userID, companyID)
	if err == nil && !found {
		err = upstream.Malformed(appdirect.CreateCart, errNoCart)
	}
	return cart, err
}

// patchCart changes members of a cart.
func (a *attempt) patchCart(ctx context.Context, cartID string, change appdirect.CartRequest) error {
	body, err := appdirect.EncodeCart(change)
	if err == nil {
		_, err = a.send(ctx, appdirect.UpdateCart, cartAsk(cartID), body)
	}
	return err
}

// itemPut is an item as it is, and as it is to be.
type itemPut struct {
	id        string
	was, next appdirect.CartItemRequest
}

// putItems puts items in the place of what they are now, all or none: where one
// is refused, those before it are put back.
func (a *attempt) putItems(ctx context.Context, cartID string, puts []itemPut) error {
	for i, put := range puts {
		if err := a.putItem(ctx, cartID, put); err != nil {
			return a.orBack(ctx, cartID, puts[:i], err)
		}
	}
	return nil
}

// orBack undoes puts where what followed them was refused, and passes its error on.
func (a *attempt) orBack(ctx context.Context, cartID string, puts []itemPut, err error) error {
	if upstream.KindOf(err) != upstream.Refused {
		return err
	}
	return cmp.Or(a.putBack(ctx, cartID, puts), err)
}

func (a *attempt) putItem(ctx context.Context, cartID string, put itemPut) error {
	was, err := appdirect.EncodeCartItem(put.was)
	if err != nil {
		return err
	}
	body, err := appdirect.EncodeCartItem(put.next)
	if err != nil || bytes.Equal(was, body) {
		return err
	}
	_, err = a.send(ctx, appdirect.UpdateCartItem, itemAsk(cartID, put.id), body)
	return err
}

// putBack undoes putItems, the last first.
func (a *attempt) putBack(ctx context.Context, cartID string, puts []itemPut) error {
	for _, put := range slices.Backward(puts) {
		body, err := appdirect.EncodeCartItem(put.was)
		if err == nil {
			_, err = a.send(ctx, appdirect.UpdateCartItem, itemAsk(cartID, put.id), body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func itemAsk(cartID, itemID string) ask {
	return ask{params: map[string]string{"shoppingCartId": cartID, "itemId": itemID}}
}

// pick finds the items of a cart that inputs name, positional, and where in the
// inputs each of them is; [NotFoundError] where one is not in the cart. One that
// stands there twice is refused: both would be made of how it is now, and the
// second undo the first.
func pick[I any](cart heldCart, inputs []I, idOf func(I) string) ([]appdirect.CartItem, map[string]int, error) {
	out, index := make([]appdirect.CartItem, len(inputs)), make(map[string]int, len(inputs))
	for i, input := range inputs {
		id := idOf(input)
		if _, twice := index[id]; twice {
			return nil, nil, &InputError{Argument: "items", Reason: fmt.Sprintf("%q stands there twice", id)}
		}
		at := slices.IndexFunc(cart.Items, func(item appdirect.CartItem) bool { return string(item.ID) == id })
		if at < 0 {
			return nil, nil, &NotFoundError{Type: "CartItem"}
		}
		out[i], index[id] = cart.Items[at], i
	}
	return out, index, nil
}
