package loaders

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// domainField is where a product that wants a domain is told it: as the vendor's
// field of that name. The reference of carts has no other place for it.
const domainField = "domain"

// addon is the one way in which the reference prints that items belong together.
const addon = "ADDON"

// AddItemsToCart answers the mutation of that name. Of requests that race to
// begin a cart one does, and the others fill the same.
func (l *Loaders) AddItemsToCart(ctx context.Context, in model.AddItemsInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(
		checkGiven("userId", in.UserID), checkGiven("accountId", in.AccountID), checkCount("items", len(in.Items)), checkPlans(in.Items),
	); err != nil {
		return Written{}, err
	}
	if err := l.mayBuy(ctx, in.UserID, in.AccountID); err != nil {
		return Written{}, err
	}
	return l.write(ctx, write{
		name: "addItemsToCart", key: key, input: in, query: "activeCartOfUser",
		turn: l.turn("buyer", in.UserID, in.AccountID), changes: []Change{{Type: resourceCart}},
		run: func(ctx context.Context, a *attempt) (Written, error) { return l.addItems(ctx, a, in) },
	})
}

func checkPlans(items []*model.AddItemInput) error {
	for _, item := range items {
		if err := checkGiven("pricingPlanId", item.PricingPlanID); err != nil {
			return err
		}
	}
	return nil
}

// addItems puts in what is not in yet: each item carries the write's mark, by
// which it is known again. Where one is refused, those before it are taken out.
func (l *Loaders) addItems(ctx context.Context, a *attempt, in model.AddItemsInput) (Written, error) {
	cart, err := l.openCart(ctx, a, in.UserID, in.AccountID)
	if err != nil {
		return Written{}, err
	}
	if refused := strayAddons(cart, in.Items); refused.Errors != nil {
		return refused, nil
	}
	added := make([]string, len(in.Items))
	for i, item := range in.Items {
		if added[i], err = a.addItem(ctx, cart, i, item); err == nil {
			continue
		}
		out, err := refusal(err, func(f appdirect.CartFault) []string { return unitPath(i, item.Units, f.Parameter("UNIT")) })
		if out.Errors != nil && i > 0 {
			err = a.takeOut(ctx, string(cart.ID), added[:i])
		}
		return out, err
	}
	return Written{ID: string(cart.ID)}, l.associate(ctx, a, cart, in.Items, added)
}

// addItem puts in one item, unless an attempt before did, and gives its id.
func (a *attempt) addItem(ctx context.Context, cart appdirect.Cart, i int, item *model.AddItemInput) (string, error) {
	mark := a.note.Mark + "-" + strconv.Itoa(i)
	if at := slices.IndexFunc(cart.Items, func(item appdirect.CartItem) bool { return string(item.ReferenceID) == mark }); at >= 0 {
		return string(cart.Items[at].ID), nil
	}
	request := appdirect.CartItemRequest{ReferenceID: mark, PricingPlanID: item.PricingPlanID, Units: unitsOf(item.Units)}
	if item.Domain != nil {
		request.CustomAttributes.VendorRequiredFields = appdirect.Attributes{domainField: {*item.Domain}}
	}
	body, err := appdirect.EncodeCartItem(request)
	if err != nil {
		return "", err
	}
	reply, err := a.send(ctx, appdirect.AddCartItem, cartAsk(string(cart.ID)), body)
	if err != nil {
		return "", err
	}
	added, err := appdirect.DecodeCartItem(appdirect.AddCartItem, reply)
	return string(added.ID), a.unread(err)
}

func unitsOf(in []*model.CartUnitInput) []appdirect.CartUnitRequest {
	var out []appdirect.CartUnitRequest
	for _, u := range in {
		out = append(out, appdirect.CartUnitRequest{Quantity: u.Quantity, Unit: u.Unit})
	}
	return out
}

// strayAddons refuses add-ons to what is neither in the cart nor put in.
func strayAddons(cart appdirect.Cart, items []*model.AddItemInput) Written {
	for i, item := range items {
		for j, to := range item.Associations {
			inCart := slices.ContainsFunc(cart.Items, func(c appdirect.CartItem) bool { return string(c.PricingPlanID) == to.PricingPlanID })
			comes := slices.ContainsFunc(items, func(other *model.AddItemInput) bool { return other.PricingPlanID == to.PricingPlanID })
			if !inCart && !comes {
				return refusedHere("What this is an add-on of is not in the cart.",
					"input", "items", strconv.Itoa(i), "associations", strconv.Itoa(j), "pricingPlanId")
			}
		}
	}
	return Written{}
}

// associate says which of the added items belong to which others.
func (l *Loaders) associate(ctx context.Context, a *attempt, cart appdirect.Cart, items []*model.AddItemInput, added []string) error {
	links := slices.Clone(cart.Associations)
	for i, item := range items {
		for _, to := range item.Associations {
			links = linked(links, parentOf(cart, items, added, to.PricingPlanID), added[i])
		}
	}
	if len(links) == len(cart.Associations) {
		return nil
	}
	return a.patchCart(ctx, string(cart.ID), appdirect.CartRequest{Associations: links})
}

// parentOf is the item under a plan, among those of the cart or those put in.
func parentOf(cart appdirect.Cart, items []*model.AddItemInput, added []string, plan string) string {
	for _, item := range cart.Items {
		if string(item.PricingPlanID) == plan {
			return string(item.ID)
		}
	}
	at := slices.IndexFunc(items, func(item *model.AddItemInput) bool { return item.PricingPlanID == plan })
	return added[at]
}

// linked adds a link, unless it is there.
func linked(links []appdirect.CartAssociation, parent, child string) []appdirect.CartAssociation {
	for _, link := range links {
		if string(link.ParentItemID) == parent && slices.Contains(link.ChildItemIDs, wire.Text(child)) {
			return links
		}
	}
	return append(links, appdirect.CartAssociation{ParentItemID: wire.Text(parent), ChildItemIDs: []wire.Text{wire.Text(child)}, Type: addon})
}

// RemoveItemsFromCart answers the mutation of that name; add-ons go with what they belong to.
func (l *Loaders) RemoveItemsFromCart(ctx context.Context, in model.RemoveItemsInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkCount("itemIds", len(in.ItemIds))); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("removeItemsFromCart", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		cart, err := l.ownCart(ctx, in.CartID)
		if err != nil {
			return Written{}, err
		}
		left, err := stillIn(cart, distinct(in.ItemIds), a.again || a.looking)
		if err == nil && len(left) > 0 {
			err = a.takeOut(ctx, in.CartID, left)
		}
		if err != nil {
			return refusal(err, everywhere("input", "itemIds"))
		}
		return Written{ID: in.CartID}, nil
	}))
}

// stillIn are the items that are in the cart. One that is not is [NotFoundError],
// unless it may have been taken out by an attempt before.
func stillIn(cart heldCart, ids []string, before bool) ([]string, error) {
	var left []string
	for _, id := range ids {
		switch in := slices.ContainsFunc(cart.Items, func(item appdirect.CartItem) bool { return string(item.ID) == id }); {
		case in:
			left = append(left, id)
		case !before:
			return nil, &NotFoundError{Type: "CartItem"}
		}
	}
	return left, nil
}

// takeOut takes items out of a cart, with their add-ons.
func (a *attempt) takeOut(ctx context.Context, cartID string, ids []string) error {
	body, err := appdirect.EncodeItemIDs(ids, true)
	if err == nil {
		_, err = a.send(ctx, appdirect.RemoveCartItems, cartAsk(cartID), body)
	}
	return err
}

// UpdateCartItems answers the mutation of that name.
func (l *Loaders) UpdateCartItems(ctx context.Context, in model.UpdateCartItemsInput) (Written, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = nil
	if err := cmp.Or(checkGiven("cartId", in.CartID), checkCount("items", len(in.Items))); err != nil {
		return Written{}, err
	}
	return l.write(ctx, l.cartWrite("updateCartItems", in.CartID, key, in, func(ctx context.Context, a *attempt) (Written, error) {
		return l.updateItems(ctx, a, in)
	}))
}

func (l *Loaders) updateItems(ctx context.Context, a *attempt, in model.UpdateCartItemsInput) (Written, error) {
	cart, err := l.ownCart(ctx, in.CartID)
	if err != nil {
		return Written{}, err
	}
	items, index, err := pick(cart, in.Items, func(item *model.UpdateCartItemInput) string { return item.ID })
	if err != nil {
		return Written{}, err
	}
	puts := make([]itemPut, len(items))
	for i, now := range items {
		puts[i] = cart.put(now, changed(in.Items[i]))
	}
	if err := a.putItems(ctx, in.CartID, puts); err != nil {
		return refusal(err, atItem(index, func(i int) []*model.CartUnitInput { return in.Items[i].Units }))
	}
	return Written{ID: in.CartID}, nil
}

// changed sets what is given of an item.
func changed(to *model.UpdateCartItemInput) func(next *appdirect.CartItemRequest) {
	return func(next *appdirect.CartItemRequest) {
		if to.PricingPlanID != nil {
			next.PricingPlanID = *to.PricingPlanID
		}
		if to.Units != nil {
			next.Units = unitsOf(to.Units)
		}
	}
}

// unread says of a write whose answer cannot be read that it may have been made.
func (a *attempt) unread(err error) error {
	if failed, ok := asCall(err); ok {
		a.doubt = a.doubt || failed.OutcomeUnknown()
	}
	return err
}
