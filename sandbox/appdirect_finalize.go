package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// firstPurchase is the number before that of a shop's first purchase.
const firstPurchase = 24282

// finalizeCart answers POST …/{shoppingCartId}/finalize: the cart is locked, bought
// and finalised. Whoever comes second finds it locked or finalised.
func finalizeCart(x *exchange) (reply, error) {
	s, id := x.world.shop, x.params["shoppingCartId"]
	if err := s.lock(x.world, id, x.now); err != nil {
		return reply{}, err
	}
	purchase, sold, err := s.buy(x.world, id, x.now)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: http.StatusAccepted, body: Document{"purchaseId": purchase}}
	for _, sub := range sold {
		out.events = append(out.events, soldEvents(x.world, sub)...)
	}
	return out, nil
}

// lock makes a cart that can be bought one that is being bought.
func (s *shop) lock(w *world, id string, now time.Time) error {
	_, err := s.change(w, id, func(c *cartSpec) error {
		if len(c.items) == 0 {
			return refusal(issue{Code: "SHOPPING_CART_EMPTY", Message: "The shopping cart has no items.", Params: []issueParam{}})
		}
		if problems := s.blocking(c, levelPreventFinalize, now); len(problems) > 0 {
			return refusal(problems...)
		}
		c.status = cartLocked
		return nil
	})
	return err
}

// buy turns a locked cart into a purchase: a subscription with its order for each
// item, all under the purchase's id and number.
func (s *shop) buy(w *world, id string, now time.Time) (purchase string, sold []*subscriptionSpec, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.cart(id)
	if err != nil {
		return "", nil, err
	}
	c := old.clone()
	c.status, c.purchase = cartFinalized, newUUID()
	s.purchases[c.id]++
	price, code := s.price(c), fmt.Sprintf("%06d", firstPurchase+len(s.purchases))
	for at, item := range price.items {
		var fees []cartFee
		if at == 0 {
			fees = c.fees
		}
		sub := s.sell(c, item, fees, now)
		sub.order.code, sub.order.purchase = code, c.purchase
		if err := w.subscribe(sub); err != nil {
			return "", nil, err
		}
		sold = append(sold, sub)
	}
	due, taxes := price.totals()
	s.spendings = append(s.spendings, spending{company: c.company.uuid, at: now, amount: due.Add(taxes)})
	left := c.company.thirtyDaysLimit.Sub(s.spent(c.company.uuid, now.AddDate(0, 0, -30)))
	return c.purchase, sold, errors.Join(s.redeem(w, c), w.showLimit(c.company, left), s.put(w, c))
}

// sell makes the subscription of an item. The cart's fees are in the order of its
// first.
func (s *shop) sell(c *cartSpec, i itemPrice, fees []cartFee, now time.Time) *subscriptionSpec {
	sub := &subscriptionSpec{
		uuid: newUUID(), external: newUUID(), status: "ACTIVE", company: c.company, user: c.buyer, product: i.product, edition: i.edition,
		plan: i.plan, created: now, today: now,
	}
	if i.edition.trialDays > 0 && i.plan.frequency != "ONE_TIME" {
		sub.status = "FREE_TRIAL"
	}
	sub.order = orderSpec{number: s.number(), kind: "NEW", currency: c.currency, discount: i.discount, sold: i.soldLines(fees)}
	sub.order.status = orderStatus(sub)
	for range sub.order.sold {
		sub.order.lines = append(sub.order.lines, s.number())
	}
	if setup := i.setup(); setup.IsPositive() {
		sub.order.oneTime, sub.order.setup = s.number(), setup.Add(tax(setup))
	}
	if users := i.quantity("USER"); users.IsPositive() {
		sub.maxUsers = int(users.IntPart()) + 1
	}
	return sub
}

// soldLines are the lines of the item's order: what the plan costs, what is taken
// off, fees, and the tax on all of it.
func (i itemPrice) soldLines(fees []cartFee) []soldLine {
	what := i.product.name + " - " + i.edition.name
	var lines []soldLine
	for _, c := range i.charges {
		if c.cost.unit != "ONE_TIME_SETUP" {
			lines = append(lines, soldLine{kind: "ITEM", description: what, unit: c.cost.unit, quantity: c.quantity, price: c.price})
		}
	}
	if i.off.IsPositive() {
		lines = append(lines, soldLine{kind: "DISCOUNT", description: i.discount.description, quantity: units(1), price: i.off.Neg()})
	}
	taxes := tax(i.planTotal())
	for _, f := range fees {
		lines = append(lines, soldLine{kind: "ITEM", description: f.Key, unit: "NOT_APPLICABLE", quantity: units(1), price: f.Amount})
		taxes = taxes.Add(tax(f.Amount))
	}
	if taxes.IsPositive() {
		lines = append(lines, soldLine{kind: "TAX", description: "Flat Tax", quantity: units(1), price: taxes, per: flatTaxPercent})
	}
	return lines
}
