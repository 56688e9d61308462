package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
)

// What a child is told by its environment: where the backends are, and Redis.
const (
	childSandbox = "MARKETGRAPH_TEST_SANDBOX"
	childRedis   = "MARKETGRAPH_TEST_REDIS"
)

// serveChild is a gateway in a process of its own, for tests that kill or stop it.
// It prints its address and serves until then, as `gateway serve` does.
func serveChild(backends, redis string) int {
	box, err := sandbox.New(sandbox.Options{Seed: 1, Today: demoDay})
	if err != nil {
		return 1
	}
	cfg := sandboxConfig(box, backends)
	cfg.Redis = Secret{value: redis}
	cfg.Pacing.Replicas = 3 // as many as any test starts
	cfg.easy()
	g, err := build(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return 1
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 1
	}
	fmt.Println("http://" + listener.Addr().String())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := serveAll(ctx, g, patience, site{listener, g.server.Handler()}); err != nil {
		return 1
	}
	g.close()
	return 0
}

// startChild starts a gateway that can be killed.
func (b *backends) startChild(t *testing.T, redis string) (*front, *os.Process) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childSandbox+"="+strings.TrimPrefix(b.server.URL, "http://"), childRedis+"="+redis)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the child did not start")
	}
	return &front{backends: b, url: lines.Text()}, cmd.Process
}

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
			child, process := b.startChild(t, redis)
			b.hold(t, step.route, step.late)
			b.forgetCalls(t)
			asked := make(chan struct{})
			input := map[string]any{"cartId": id, "agreeToTerms": true, "idempotencyKey": "kill-" + step.name}
			go func() { defer close(asked); s.through(child).dare(t, s.ask(s.docs["finalizeCart"], input)) }()
			b.reached(t, step.route)
			s.sold(t, id, step.purchases)
			if err := process.Kill(); err != nil {
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
