package main

import (
	"fmt"
	"net/http"
	"testing"
)

// A gateway is killed at every step of finalizeCart. The client asks another
// replica again, under the same key: the cart is bought once, and the answer is
// the purchase.
func TestFinalizeSurvivesKilling(t *testing.T) {
	const cart = "/v3/checkout/shoppingCarts/{shoppingCartId}"
	for _, step := range []struct {
		name, route string
		late        bool
		purchases   int // before it is asked for again
	}{
		{"before anything is sent", "GET " + cart, false, 0},
		{"while the purchase is on its way", "POST " + cart + "/finalize", false, 0},
		{"bought, and nobody was told", "POST " + cart + "/finalize", true, 1},
		{"recorded, before the number is known", "GET /billing/v1/companies/{companyId}/orders", false, 1},
	} {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			redis, _ := startRedis(t)
			b := startBackends(t, 1)
			b.enforce(t, false)
			s := newShopper(t, b.start(t, withRedis(redis)), "acme", "buyer")
			id := s.ready(t)
			child := b.startChild(t, redis)
			b.hold(t, step.route, step.late)
			b.forgetCalls(t)
			asked := make(chan struct{})
			input := map[string]any{"cartId": id, "agreeToTerms": true, "idempotencyKey": "kill-" + step.name}
			go func() { defer close(asked); s.through(child.front).dare(t, s.ask(s.docs["finalizeCart"], input)) }()
			b.reached(t, step.route)
			s.sold(t, id, step.purchases)
			if err := child.process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-asked
			b.control(t, http.MethodDelete, "/faults", "")
			first := at(s.do(t, "finalizeCart", input), "purchaseDetails")
			if n := s.purchases(t, id); n != 1 || len(text(first, "purchaseNumber")) != 6 {
				t.Errorf("the cart was bought %d times, as %v", n, first)
			}
			if again := at(s.do(t, "finalizeCart", input), "purchaseDetails"); text(again, "purchaseId") != text(first, "purchaseId") {
				t.Errorf("asked again it is %v, was %v", again, first)
			}
		})
	}
}

// sold returns once the shop has sold a cart so often.
func (s *shopper) sold(t *testing.T, cart string, times int) {
	t.Helper()
	for s.purchases(t, cart) != times {
		if t.Context().Err() != nil {
			t.Fatalf("the cart was bought %d times, want %d", s.purchases(t, cart), times)
		}
	}
}

// ready fills a cart that can be bought as it is.
func (s *shopper) ready(t *testing.T) (cart string) {
	t.Helper()
	s.empty(t)
	cart, _ = s.add(t, "Harbor Notes", nil)
	return cart
}

// dare sends what may never be answered.
func (s *shopper) dare(t *testing.T, a ask) {
	t.Helper()
	r := s.request(t, a)
	if response, err := s.client.Do(r); err == nil {
		_ = response.Body.Close()
	}
}

// hold keeps calls of a route waiting; late, after they took effect.
func (b *backends) hold(t *testing.T, route string, late bool) {
	t.Helper()
	b.control(t, http.MethodPut, "/faults", fmt.Sprintf(`{"backend":"appdirect","route":%q,"latencyMs":60000,"late":%v}`, route, late))
}

// reached returns once a call of the route has arrived.
func (b *backends) reached(t *testing.T, route string) {
	t.Helper()
	for b.calls(t).ByRoute[route] == 0 {
		if t.Context().Err() != nil {
			t.Fatalf("%s was never called: %v", route, b.calls(t).ByRoute)
		}
	}
}
