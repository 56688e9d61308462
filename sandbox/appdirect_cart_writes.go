package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
)

// changeCart changes the open cart that the path names.
func (x *exchange) changeCart(change func(*cartSpec) error) (*cartSpec, error) {
	return x.world.shop.change(x.world, x.params["shoppingCartId"], change)
}

// createCart answers POST /v3/checkout/shoppingCarts with the cart, which is a new
// one whatever other carts the buyer has.
func createCart(x *exchange) (reply, error) {
	var b cartBody
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	b.BuyerType, b.Currency = cmp.Or(b.BuyerType, "CUSTOMER"), cmp.Or(b.Currency, "USD")
	c := &cartSpec{id: newObjectID(), status: cartActive, created: x.now, partner: x.header.Get("AD-ShoppingCart-Partner")}
	s := x.world.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := x.apply(c, b); err != nil {
		return reply{}, err
	}
	return reply{body: c.document()}, s.put(x.world, c)
}

// patchCart answers PATCH …/{shoppingCartId}: members that are there replace those
// of the cart, objects member by member, lists as a whole. Of all answers it alone
// prints attributes flat.
func patchCart(x *exchange) (reply, error) {
	dec := json.NewDecoder(bytes.NewReader(x.body))
	dec.UseNumber()
	var patch map[string]any
	if err := dec.Decode(&patch); err != nil {
		return reply{}, &apiError{Status: http.StatusBadRequest, Message: "The body is missing."}
	}
	c, err := x.changeCart(func(c *cartSpec) error {
		raw, err := json.Marshal(merged(map[string]any(c.document()), patch))
		if err != nil {
			return err
		}
		var b cartBody
		if err := (&exchange{body: raw}).decode(&b); err != nil {
			return err
		}
		return x.apply(c, b)
	})
	if err != nil {
		return reply{}, err
	}
	return reply{body: flattened(c.document())}, nil
}

// merged is an object with the members of a patch in it; null takes a member away.
func merged(object, patch map[string]any) map[string]any {
	out := Document(object).with(nil)
	for name, value := range patch {
		inner, both := value.(map[string]any)
		old, isObject := object[name].(map[string]any)
		switch {
		case value == nil:
			delete(out, name)
		case both && isObject:
			out[name] = merged(old, inner)
		default:
			out[name] = value
		}
	}
	return out
}

// deleteCart answers DELETE …/{shoppingCartId}.
func deleteCart(x *exchange) (reply, error) {
	return done, x.world.shop.remove(x.world, x.params["shoppingCartId"])
}

// cartFee is something a cart costs beside its items.
type cartFee struct {
	ID          string         `json:"id"`
	ExternalID  string         `json:"externalId,omitempty"`
	CreatedOn   string         `json:"createdOn,omitempty"`
	Key         string         `json:"key"` // such as SHIPPING_FEE_100
	Currency    string         `json:"currency"`
	Amount      amount         `json:"amount"`
	Description map[string]any `json:"description,omitempty"`
	Share       map[string]any `json:"revenueShare,omitempty"`
	ItemIDs     []string       `json:"itemIds,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
}

// charge adds a fee to the cart, with an id if it has none.
func (c *cartSpec) charge(fee cartFee) error {
	fee.ID, fee.Currency = cmp.Or(fee.ID, newUUID()), cmp.Or(fee.Currency, c.currency)
	if fee.Key == "" || fee.Currency != c.currency || !sane(fee.Amount) {
		return invalidCart("A fee needs a key, the cart's currency, and an amount that is not negative.")
	}
	c.fees = append(c.fees, fee)
	return nil
}

// addFee answers POST …/fees.
func addFee(x *exchange) (reply, error) {
	var fee cartFee
	if err := x.decode(&fee); err != nil {
		return reply{}, err
	}
	fee.ID, fee.CreatedOn = newUUID(), x.now.UTC().Format("2006-01-02T15:04:05.000Z")
	c, err := x.changeCart(func(c *cartSpec) error { return c.charge(fee) })
	if err != nil {
		return reply{}, err
	}
	return reply{body: asDocument(c.fees[len(c.fees)-1])}, nil
}

// deleteFee answers DELETE …/fees/{feeId}.
func deleteFee(x *exchange) (reply, error) {
	_, err := x.changeCart(func(c *cartSpec) error {
		if !c.dropFee(x.params["feeId"]) {
			return notFound("Fee not found with id %s.", x.params["feeId"])
		}
		return nil
	})
	return done, err
}
