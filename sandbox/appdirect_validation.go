package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// The documented levels of validation.
const (
	levelPreFinalize     = "PRE_FINALIZE"     // items and fields, before payment and shipping are known
	levelPreventFinalize = "PREVENT_FINALIZE" // everything that buying needs
)

// pollsUntilSettled is how often a pending validation must be read until its vendor
// has answered.
const pollsUntilSettled = 2

// cartCheck is the last validation of a cart.
type cartCheck struct {
	id      string
	issues  []issue
	pending []string // items whose vendors have not answered yet
	polls   int      // readings that are still answered without them
}

// document is the validation as far as it is known.
func (k *cartCheck) document() Document {
	pending := k.pending
	if k.polls == 0 {
		pending = nil
	}
	known := slices.DeleteFunc(slices.Clone(k.issues), func(i issue) bool { return i.ItemID != "" && slices.Contains(pending, i.ItemID) })
	return Document{
		"id": k.id, "blockingErrors": orEmpty(known), "warnings": []any{}, "info": []any{}, "pendingValidations": orEmpty(pending),
	}
}

// blocking is everything that keeps a cart from being bought, as far as a level
// looks; the caller holds the lock.
func (s *shop) blocking(c *cartSpec, level string, now time.Time) []issue {
	out := append(s.itemIssues(c, now), c.attributeIssues()...)
	if level == levelPreFinalize {
		return out
	}
	out = append(out, s.deliveryIssues(c)...)
	due, taxes := s.price(c).totals()
	due = due.Add(taxes)
	if due.IsZero() {
		return out // what costs nothing needs nobody who pays
	}
	return append(append(out, s.paymentIssues(c)...), s.limitIssues(c, due, now)...)
}

// itemIssues are what became of items since they were put into the cart.
func (s *shop) itemIssues(c *cartSpec, now time.Time) []issue {
	var out []issue
	for _, i := range c.items {
		if _, sold := s.offers[i.plan.uuid]; !sold {
			out = append(out, planMissing(i.plan.uuid))
		}
		for _, rule := range i.plan.quantityRules() {
			for _, problem := range rule.check(i.quantity(rule.unit), i.body.ID) {
				problem.Code = "INVALID_ITEM_QUANTITIES"
				out = append(out, problem)
			}
		}
		if problem, bad := s.discountIssue(i, now); bad {
			out = append(out, problem)
		}
	}
	return out
}

// paymentIssues want somebody who pays.
func (s *shop) paymentIssues(c *cartSpec) []issue {
	switch m := s.payment(c); {
	case m == nil:
		return []issue{{Code: "DEFAULT_PAYMENT_METHOD_NOT_FOUND", Message: "Default payment method not found.", Params: []issueParam{}}}
	case m.declined:
		return []issue{{Code: "PURCHASE_PRE_AUTH_FAILED", Message: "Payment authorization failed.", Params: []issueParam{{"PAYMENT_METHOD", m.id}}}}
	default:
		return nil
	}
}

// limitIssues hold what is due against what the company may spend.
func (s *shop) limitIssues(c *cartSpec, due amount, now time.Time) []issue {
	var out []issue
	for _, limit := range []struct {
		code, words string
		most        amount
		days        int
	}{
		{"DAILY_SPEND_LIMIT_EXHAUSTED", "Daily", c.company.dailyLimit, 1},
		{"THIRTY_DAYS_SPEND_LIMIT_EXHAUSTED", "Thirty days", c.company.thirtyDaysLimit, 30},
	} {
		left := limit.most.Sub(s.spent(c.company.uuid, now.AddDate(0, 0, -limit.days)))
		if limit.most.IsPositive() && due.GreaterThan(left) {
			out = append(out, issue{
				Code: limit.code, Message: limit.words + " spend limit of " + limit.most.StringFixed(2) + " is exhausted.",
				Params: []issueParam{{"LIMIT", limit.most.StringFixed(2)}, {"REMAINING", left.StringFixed(2)}},
			})
		}
	}
	return out
}

// validateCart answers POST …/{shoppingCartId}/validation. Vendors that ask for
// fields take their time: their items are pending at first.
func validateCart(x *exchange) (reply, error) {
	s, id := x.world.shop, x.params["shoppingCartId"]
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cart(id)
	if err != nil {
		return reply{}, err
	}
	if c.status != cartActive {
		return reply{}, c.notActive()
	}
	check := &cartCheck{id: newUUID(), issues: s.blocking(c, x.query.Get("level"), x.now), polls: pollsUntilSettled}
	for _, i := range c.items {
		if len(i.product.fields) > 0 {
			check.pending = append(check.pending, i.body.ID)
		}
	}
	s.checks[id] = check
	return reply{body: check.document()}, nil
}

// readValidation answers GET …/{shoppingCartId}/validation with the last one, which
// comes nearer to its end by that.
func readValidation(x *exchange) (reply, error) {
	s, id := x.world.shop, x.params["shoppingCartId"]
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.cart(id); err != nil {
		return reply{}, err
	}
	old := s.checks[id]
	if old == nil {
		return reply{}, notFound("Validation not found for shopping cart %s.", id)
	}
	check := *old
	check.polls = max(old.polls-1, 0)
	s.checks[id] = &check
	return reply{body: check.document()}, nil
}

// preauthorise answers GET …/{shoppingCartId}/preauth. Its answer is not printed.
func preauthorise(x *exchange) (reply, error) {
	var due amount
	c, err := x.changeCart(func(c *cartSpec) error {
		s := x.world.shop
		if problems := s.paymentIssues(c); len(problems) > 0 {
			return refusal(problems...)
		}
		before, taxes := s.price(c).totals()
		due, c.preAuth = before.Add(taxes), newUUID()
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{body: Document{"preAuthId": c.preAuth, "status": "AUTHORIZED", "amount": tenPlaces(due), "currency": c.currency}}, nil
}

// validationRoutes are what is asked of a cart before it is bought.
func validationRoutes() map[string]handler {
	const cart = " /v3/checkout/shoppingCarts/{shoppingCartId}"
	return map[string]handler{
		http.MethodPost + cart + "/validation": validateCart,
		http.MethodGet + cart + "/validation":  readValidation,
		http.MethodGet + cart + "/preauth":     preauthorise,
	}
}
