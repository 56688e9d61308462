package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
)

// cartBody is a cart on the wire, both ways. What a caller says of its id, status
// and date of creation is the shop's to decide, and ignored.
type cartBody struct {
	ID               string          `json:"id"`
	CreatedOn        string          `json:"createdOn"` // epoch milliseconds
	OwnerUserID      string          `json:"ownerUserId"`
	OwnerCompanyID   string          `json:"ownerCompanyId"`
	BuyerType        string          `json:"buyerType"`
	Currency         string          `json:"currency"`
	Status           string          `json:"status"`
	IsBlocked        bool            `json:"isBlocked"`
	PaymentMethodID  string          `json:"paymentMethodId,omitempty"`
	PreAuthID        string          `json:"preAuthId,omitempty"`
	Locale           string          `json:"locale,omitempty"`
	BuyerUserID      string          `json:"buyerUserId"`
	BuyerCompanyID   string          `json:"buyerCompanyId"`
	Items            []cartItemBody  `json:"items"`
	CustomAttributes *cartAttributes `json:"customAttributes,omitempty"`
	Associations     []association   `json:"associations,omitempty"`
	Fees             []cartFee       `json:"fees,omitempty"`
	AccreditedAgents []Document      `json:"accreditedAgents,omitempty"`
	PurchaseID       string          `json:"purchaseId,omitempty"` // not printed: what a finalised cart became
}

// cartItemBody is an item on the wire, both ways.
type cartItemBody struct {
	ID                          string          `json:"id"`
	ReferenceID                 string          `json:"referenceId,omitempty"`
	SubscriptionID              string          `json:"subscriptionId,omitempty"`
	PricingPlanID               string          `json:"pricingPlanId"`
	ServiceConfiguration        *datedStrategy  `json:"serviceConfiguration,omitempty"`
	BillingConfiguration        *datedStrategy  `json:"billingConfiguration,omitempty"`
	DiscountCode                string          `json:"discountCode,omitempty"`
	DiscountID                  string          `json:"discountId,omitempty"`
	CustomPrices                []Document      `json:"customPrices,omitempty"`
	Units                       []unitBody      `json:"units"`
	CustomAttributes            *itemAttributes `json:"customAttributes,omitempty"`
	CustomContractConfiguration Document        `json:"customContractConfiguration,omitempty"`
}

// datedStrategy says when service or billing begins.
type datedStrategy struct {
	Date     string `json:"date"`
	Strategy string `json:"strategy"`
}

// unitBody says how many of a unit are bought. Its quantity is text; a number is
// taken as well.
type unitBody struct {
	Quantity amount `json:"quantity"`
	Unit     string `json:"unit"`
}

// association ties add-ons to what they are added to.
type association struct {
	ParentItemID string   `json:"parentItemId"`
	ChildItemIDs []string `json:"childItemIds"`
	Type         string   `json:"type"` // ADDON
}

// cartAttributes are custom attributes by what they are of.
type cartAttributes struct {
	Purchase     *attributeSet `json:"purchase,omitempty"`
	BuyerUser    *attributeSet `json:"buyerUser,omitempty"`
	BuyerCompany *attributeSet `json:"buyerCompany,omitempty"`
	OwnerUser    *attributeSet `json:"ownerUser,omitempty"`
	OwnerCompany *attributeSet `json:"ownerCompany,omitempty"`
}

// itemAttributes are those of an item: what its vendor asks for, and what the
// marketplace does.
type itemAttributes struct {
	VendorRequiredFields *attributeSet `json:"vendorRequiredFields,omitempty"`
	Subscription         *attributeSet `json:"subscription,omitempty"`
}

// attributeSet has the values by key.
type attributeSet struct {
	CustomAttributes map[string]attributeValues `json:"customAttributes"`
}

// UnmarshalJSON takes both printed forms: the values in a member of their own, as
// requests have them, and without it, as one answer does.
func (g *attributeSet) UnmarshalJSON(raw []byte) error {
	var members, inner map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	if wrapped := members["customAttributes"]; bytes.HasPrefix(bytes.TrimSpace(wrapped), []byte("{")) {
		if err := json.Unmarshal(wrapped, &inner); err != nil {
			return err
		}
		delete(members, "customAttributes")
	}
	g.CustomAttributes = map[string]attributeValues{}
	for _, all := range []map[string]json.RawMessage{inner, members} {
		for key, value := range all {
			var v attributeValues
			if err := json.Unmarshal(value, &v); err != nil {
				return err
			}
			g.CustomAttributes[key] = v
		}
	}
	return nil
}

// flattened is a cart's document with its attributes as one printed answer has
// them: without a member of their own around the values.
func flattened(cart Document) Document {
	sets, ok := cart["customAttributes"].(map[string]any)
	if !ok {
		return cart
	}
	flat := Document{}
	for name, set := range sets {
		values, _ := set.(map[string]any)
		flat[name] = values["customAttributes"]
	}
	return cart.with(Document{"customAttributes": flat})
}

// attributeValues are one text or several; the wire writes one without a list.
type attributeValues []string

// UnmarshalJSON takes a text or a list of texts.
func (v *attributeValues) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*v = attributeValues{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(v))
}

// MarshalJSON writes a single text as it is.
func (v attributeValues) MarshalJSON() ([]byte, error) {
	if len(v) == 1 {
		return json.Marshal(v[0])
	}
	return json.Marshal([]string(v))
}

// asDocument is what a client decodes of a wire struct.
func asDocument(v any) Document {
	raw, _ := json.Marshal(v) // texts, numbers and lists of them, which cannot fail
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	out := Document{}
	_ = dec.Decode((*map[string]any)(&out)) // it was written a line ago
	return out
}

// values are an attribute's, nil when the group or the attribute is absent.
func (g *attributeSet) values(key string) []string {
	if g == nil {
		return nil
	}
	return g.CustomAttributes[key]
}

// apply makes the cart what the body says.
func (x *exchange) apply(c *cartSpec, b cartBody) error {
	w := x.world
	var err error
	if c.buyer, c.company, err = w.party("buyer", b.BuyerUserID, b.BuyerCompanyID); err != nil {
		return err
	}
	c.owner, c.ownedBy = c.buyer, c.company
	if b.OwnerUserID != "" || b.OwnerCompanyID != "" {
		if c.owner, c.ownedBy, err = w.party("owner", b.OwnerUserID, b.OwnerCompanyID); err != nil {
			return err
		}
	}
	c.buyerType, c.currency, c.locale = b.BuyerType, b.Currency, b.Locale
	c.preAuth, c.attributes, c.agents = b.PreAuthID, b.CustomAttributes, b.AccreditedAgents
	c.items, c.fees = nil, nil
	for _, fee := range b.Fees {
		if err := c.charge(fee); err != nil {
			return err
		}
	}
	for _, item := range b.Items {
		if err := x.place(c, item, ""); err != nil {
			return err
		}
	}
	if err := c.associate(b.Associations); err != nil {
		return err
	}
	return c.payWith(w.shop, b.PaymentMethodID)
}

// party finds a user and the company for which they act.
func (w *world) party(role, user, company string) (*userSpec, *companySpec, error) {
	u, c := w.shop.users[user], w.shop.companies[company]
	switch {
	case user == "" || company == "":
		return nil, nil, invalidCart(role + "UserId and " + role + "CompanyId are required.")
	case u == nil:
		return nil, nil, notFound("User not found with id %s.", user)
	case c == nil:
		return nil, nil, notFound("Company not found with id %s.", company)
	case !w.isMember(company, user):
		return nil, nil, invalidCart("User " + user + " does not belong to company " + company + ".")
	}
	return u, c, nil
}

// invalidCart refuses a body with words alone.
func invalidCart(message string) error {
	return &apiError{Status: http.StatusBadRequest, Code: "VALIDATION_ERROR", Message: message}
}

// place puts an item into the cart: in the place of the one with the id, or at the
// end when there is none.
func (x *exchange) place(c *cartSpec, b cartItemBody, id string) error {
	if b.ID == "" || id != "" {
		b.ID = id
	}
	if b.ID == "" {
		b.ID = newUUID()
	}
	item, err := x.newItem(b, c.currency)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(c.items, func(i *cartItemSpec) bool { return i.body.ID == b.ID }); at >= 0 {
		c.items[at] = item
		return nil
	}
	c.items = append(c.items, item)
	return nil
}

// associate ties items of the cart, all of which must be there.
func (c *cartSpec) associate(all []association) error {
	for _, a := range all {
		if a.Type != "ADDON" {
			return invalidCart("An association must be of type ADDON.")
		}
		for _, id := range append([]string{a.ParentItemID}, a.ChildItemIDs...) {
			if c.item(id) == nil {
				return itemMissing(id)
			}
		}
	}
	c.associations = all
	return nil
}

// drop takes items out of the cart, and them out of its associations. With
// cascade, add-ons go with what they were added to.
func (c *cartSpec) drop(ids []string, cascade bool) {
	if cascade {
		ids = c.withAddons(ids)
	}
	var kept []association
	for _, a := range c.associations {
		if slices.Contains(ids, a.ParentItemID) {
			continue
		}
		a.ChildItemIDs = slices.DeleteFunc(slices.Clone(a.ChildItemIDs), func(id string) bool { return slices.Contains(ids, id) })
		if len(a.ChildItemIDs) > 0 {
			kept = append(kept, a)
		}
	}
	c.associations, c.items = kept, withoutItems(c.items, ids)
}

// withAddons are the items and what was added to them, to that, and so on.
func (c *cartSpec) withAddons(ids []string) []string {
	out := slices.Clone(ids)
	for at := 0; at < len(out); at++ { // out grows on the way
		for _, a := range c.associations {
			if a.ParentItemID != out[at] {
				continue
			}
			for _, child := range a.ChildItemIDs {
				if !slices.Contains(out, child) {
					out = append(out, child)
				}
			}
		}
	}
	return out
}

// withoutItems is the list lacking the items with these ids.
func withoutItems(items []*cartItemSpec, ids []string) []*cartItemSpec {
	return slices.DeleteFunc(slices.Clone(items), func(i *cartItemSpec) bool { return slices.Contains(ids, i.body.ID) })
}
