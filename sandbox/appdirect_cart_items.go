package sandbox

import (
	"net/http"
	"regexp"
	"slices"
)

// newItem makes an item of what a caller asks for. What can be refused at once is:
// a plan that is not sold, or not in the currency; quantities that the plan does
// not allow; a discount that does not exist or not for this.
func (x *exchange) newItem(b cartItemBody, currency string) (*cartItemSpec, error) {
	o, sold := x.world.shop.offers[b.PricingPlanID]
	if !sold {
		return nil, refusal(planMissing(b.PricingPlanID))
	}
	if _, priced := o.plan.costs[0].prices[currency]; !priced {
		return nil, refusal(issue{
			Code: "CURRENCY_NOT_SUPPORTED", ItemID: b.ID, Message: "Pricing plan with ID " + b.PricingPlanID + " is not sold in " + currency + ".",
			Params: []issueParam{{"PRICING_PLAN", b.PricingPlanID}, {"CURRENCY", currency}},
		})
	}
	if b.CustomPrices != nil || b.CustomContractConfiguration != nil || b.SubscriptionID != "" {
		return nil, &apiError{
			Status: http.StatusNotImplemented, Message: "The sandbox sells at the catalogue's prices and terms, and new subscriptions only.",
		}
	}
	item := &cartItemSpec{offer: o, body: b}
	if err := item.count(); err != nil {
		return nil, err
	}
	return item, x.world.shop.discountItem(item, x.now)
}

// planMissing is the printed error of a plan that is not there.
func planMissing(id string) issue {
	return issue{
		Code: "PRICING_PLAN_NOT_FOUND", Message: "Pricing plan with ID " + id + " not found.", Params: []issueParam{{"PRICING_PLAN", id}},
	}
}

// count checks the item's quantities and adds the least of each unit that the
// caller does not speak of.
func (i *cartItemSpec) count() error {
	given := i.body.Units
	i.body.Units = []unitBody{}
	var problems []issue
	for _, rule := range i.plan.quantityRules() {
		at := slices.IndexFunc(given, func(u unitBody) bool { return u.Unit == rule.unit })
		quantity := rule.fallback()
		if at >= 0 {
			quantity = given[at].Quantity
			given = slices.Delete(slices.Clone(given), at, at+1)
		}
		problems = append(problems, rule.check(quantity, i.body.ID)...)
		i.body.Units = append(i.body.Units, unitBody{Quantity: quantity, Unit: rule.unit})
	}
	for _, u := range given {
		problems = append(problems, issue{
			Code: "UNIT_NOT_FOUND", ItemID: i.body.ID, Message: "Unit " + u.Unit + " is not part of the pricing plan.", Params: []issueParam{{"UNIT", u.Unit}},
		})
	}
	if len(problems) > 0 {
		return refusal(problems...)
	}
	return nil
}

// quantity is how many of a unit the item has, 0 for one that it does not count.
func (i *cartItemSpec) quantity(unit string) amount {
	for _, u := range i.body.Units {
		if u.Unit == unit {
			return u.Quantity
		}
	}
	return amount{}
}

// quantityRule bounds how many of a unit can be bought.
type quantityRule struct {
	unit                   string
	least, most, increment amount // most 0 means unlimited, increment 0 any part of one
}

// quantityRules are the plan's, by unit in the order of its costs: a unit's tiers
// together span what is allowed.
func (p *planSpec) quantityRules() []quantityRule {
	var rules []quantityRule
	for _, c := range p.costs {
		if !c.counts() {
			continue
		}
		one := quantityRule{unit: c.unit, least: c.least, most: c.most, increment: c.increment}
		at := slices.IndexFunc(rules, func(r quantityRule) bool { return r.unit == c.unit })
		if at < 0 {
			rules = append(rules, one)
			continue
		}
		if rules[at].most.IsPositive() && (one.most.IsZero() || one.most.GreaterThan(rules[at].most)) {
			rules[at].most = one.most
		}
	}
	return rules
}

// fallback is the quantity of a unit that nobody asked for: the least, and one
// where none would do.
func (r quantityRule) fallback() amount {
	if r.least.IsPositive() {
		return r.least
	}
	return units(1)
}

// check is what is wrong with a quantity, in the printed words.
func (r quantityRule) check(q amount, item string) []issue {
	of := " for unit: " + r.unit + " of item with id: " + item
	problem := func(code, key string, bound amount, message string) []issue {
		return []issue{{Code: code, ItemID: item, Message: message, Params: []issueParam{{"UNIT", r.unit}, {key, bound.String()}}}}
	}
	switch {
	case !sane(q):
		return problem("UNIT_QUANTITY_MAX_ERROR", "MAXIMUM", units(mostUnits),
			"Maximum allowed value"+of+" is "+units(mostUnits).String()+". Please provide value lesser than or equal to "+units(mostUnits).String()+".")
	case q.LessThan(r.least):
		return problem("UNIT_QUANTITY_MIN_ERROR", "MINIMUM", r.least,
			"Minimum allowed value"+of+" is "+r.least.String()+". Please provide value greater than or equal to "+r.least.String()+".")
	case r.most.IsPositive() && q.GreaterThan(r.most):
		return problem("UNIT_QUANTITY_MAX_ERROR", "MAXIMUM", r.most,
			"Maximum allowed value"+of+" is "+r.most.String()+". Please provide value lesser than or equal to "+r.most.String()+".")
	case r.increment.IsPositive() && !q.Mod(r.increment).IsZero():
		return problem("UNIT_QUANTITY_INCREMENT_ERROR", "INCREMENT", r.increment,
			"Only value in increments of "+r.increment.String()+" is allowed"+of+".")
	default:
		return nil
	}
}

// addItem answers POST …/items with the item as it is now in the cart.
func addItem(x *exchange) (reply, error) {
	return x.placeItem("")
}

// replaceItem answers PUT …/items/{itemId}: the item is what the body says,
// whatever it was before.
func replaceItem(x *exchange) (reply, error) {
	return x.placeItem(x.params["itemId"])
}

// placeItem puts the item of the body into the cart, in the place of the one with
// the id when there is one to be.
func (x *exchange) placeItem(id string) (reply, error) {
	var b cartItemBody
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	if id == "" {
		b.ID = newUUID()
	}
	c, err := x.changeCart(func(c *cartSpec) error {
		if id != "" && c.item(id) == nil {
			return itemMissing(id)
		}
		return x.place(c, b, id)
	})
	if err != nil {
		return reply{}, err
	}
	if id == "" {
		id = b.ID
	}
	return reply{body: asDocument(c.item(id).body)}, nil
}

// deleteItem answers DELETE …/items/{itemId}.
func deleteItem(x *exchange) (reply, error) {
	id := x.params["itemId"]
	_, err := x.changeCart(func(c *cartSpec) error {
		if c.item(id) == nil {
			return itemMissing(id)
		}
		c.drop([]string{id}, false)
		return nil
	})
	return done, err
}

// itemPath is the printed form of an itemPath: items of one plan.
var itemPath = regexp.MustCompile(`^\$?\.items\[\?\(@\.pricingPlanId=='([^']*)'\)\]$`)

// deleteItems answers POST …/items/delete: the items named by id, by path, or
// both; the cart without them comes back.
func deleteItems(x *exchange) (reply, error) {
	var b struct {
		IDs      []string `json:"ids"`
		Cascade  []string `json:"cascade"`
		ItemPath string   `json:"itemPath"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	plan, found := "", itemPath.FindStringSubmatch(b.ItemPath)
	switch {
	case len(found) == 2:
		plan = found[1]
	case b.ItemPath != "":
		return reply{}, invalidCart("itemPath must be of the form .items[?(@.pricingPlanId=='…')].")
	}
	c, err := x.changeCart(func(c *cartSpec) error {
		for _, id := range b.IDs {
			if c.item(id) == nil {
				return itemMissing(id)
			}
		}
		for _, item := range c.items {
			if item.body.PricingPlanID == plan {
				b.IDs = append(b.IDs, item.body.ID)
			}
		}
		c.drop(b.IDs, slices.Contains(b.Cascade, "ADDON"))
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{body: c.document()}, nil
}
