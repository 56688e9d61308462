package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

// TestKazooBucket lets a burst of 100 through, then 10 a second, for each account
// apart and without a word on when to come back.
func TestKazooBucket(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	p := f.phone(t, "acme")
	w := f.kazooOf("acme")
	path := "/accounts/" + w.largest()
	for i := range 100 {
		a := p.read(t, path)
		if left := field(a.object(t)["tokens"], "remaining"); left != json.Number(factText(99-i)) {
			t.Fatalf("call %d leaves %v", i+1, left)
		}
	}
	a := p.call(t, http.MethodGet, path, nil)
	if a.status != http.StatusTooManyRequests || a.object(t)["message"] != "too_many_requests" || a.header.Get("Retry-After") != "" {
		t.Errorf("call 101: %d %s", a.status, a.body)
	}
	p.read(t, "/accounts/"+w.parent) // another account's bucket
	if a := (&phone{f, "globex", ""}).call(t, http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
		t.Errorf("another tenant's: %d", a.status)
	}
	clock.advance(500 * time.Millisecond)
	for range 5 {
		p.read(t, path)
	}
	if a := p.call(t, http.MethodGet, path, nil); a.status != http.StatusTooManyRequests {
		t.Errorf("the sixth in half a second: %d", a.status)
	}
	if got := f.calls(t); got.RateLimitViolations != 2 || got.ViolationsByBackend["kazoo"] != 2 {
		t.Errorf("violations %+v", got)
	}
}

// TestLimitsPerBackend switches one backend's off and leaves the others'.
func TestLimitsPerBackend(t *testing.T) {
	t.Parallel()
	f := start(t, Options{Now: newClock().now})
	f.steer(t, http.MethodPut, "/limits", `{"enforce":false,"backend":"kazoo"}`)
	p := f.phone(t, "acme")
	for range 130 {
		p.read(t, "/accounts/"+f.kazooOf("acme").parent)
	}
	refused := 0
	for range 30 {
		if f.call(t, http.MethodGet, "acme", "admin", "/account/v2/users").status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("%d of AppDirect's calls refused, want 10", refused)
	}
	f.steer(t, http.MethodPut, "/limits", `{"enforce":true}`)
	if !f.box.limits.enforced(BackendKazoo) {
		t.Error("all means all")
	}
	if a := f.control(t, http.MethodPut, "/limits", `{"enforce":true,"backend":"nobody"}`); a.status != http.StatusBadRequest {
		t.Errorf("unknown backend: %d", a.status)
	}
}

// TestFaultsStayWithTheirBackend though a path may be another's as well.
func TestFaultsStayWithTheirBackend(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	p := f.phone(t, "acme")
	path := "/accounts/" + f.kazooOf("acme").parent
	f.steer(t, http.MethodPut, "/faults", `{"backend":"appdirect","status":503}`)
	p.read(t, path)
	f.steer(t, http.MethodDelete, "/faults", "")
	f.steer(t, http.MethodPut, "/faults", `{"backend":"kazoo","status":502}`)
	f.get(t, "admin", "/account/v2/companies")
	if a := p.call(t, http.MethodGet, path, nil); a.status != http.StatusBadGateway || a.object(t)["error"] != "502" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := f.control(t, http.MethodPut, "/faults", `{"backend":"kazoo","route":"GET /account/v2/companies"}`); a.status != http.StatusBadRequest {
		t.Errorf("another backend's route: %d", a.status)
	}
	want := map[string]int64{"kazoo": 3, "appdirect": 1}
	if got := f.calls(t).ByBackend; got["kazoo"] != want["kazoo"] || got["appdirect"] != want["appdirect"] {
		t.Errorf("calls %v, want %v", got, want)
	}
}

// TestKazooCutBodiesAreNoAnswer damages answers.
func TestKazooCutBodiesAreNoAnswer(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	p := f.phone(t, "acme")
	f.steer(t, http.MethodPut, "/faults", `{"backend":"kazoo","route":"GET /accounts/{accountId}","badJSON":true}`)
	a := p.call(t, http.MethodGet, "/accounts/"+f.kazooOf("acme").parent, nil)
	if json.Valid(a.body) || a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestKazooCharges refuses what costs money until the charges are accepted.
func TestKazooCharges(t *testing.T) {
	p := shared.phone(t, "acme")
	w := p.kazooOf("acme")
	base := "/accounts/" + w.largest()
	have, _ := w.below[w.largest()].limits["inbound_trunks"].(int)
	tests := []struct {
		name, method, path string
		body               map[string]any
		want               int
	}{
		{"a user", "PUT", "/users", map[string]any{"data": map[string]any{"first_name": "A", "last_name": "B"}}, 402},
		{"a device", "PUT", "/devices", map[string]any{"data": map[string]any{"name": "A"}}, 402},
		{"a number", "PUT", "/phone_numbers/collection/activate", map[string]any{"data": map[string]any{"numbers": []string{"+14155550100"}}}, 402},
		{"more trunks", "POST", "/limits", map[string]any{"data": map[string]any{"inbound_trunks": have + 1}}, 402},
		{"no more trunks", "POST", "/limits", map[string]any{"data": map[string]any{"inbound_trunks": have}}, 501},
		{"accepted", "PUT", "/users", map[string]any{"accept_charges": true, "data": map[string]any{}}, 501},
		{"accepted in data", "PUT", "/users", map[string]any{"data": map[string]any{"accept_charges": true}}, 501},
		{"accepted in the query", "PUT", "/users?accept_charges=true", map[string]any{"data": map[string]any{}}, 501},
		{"free", "PUT", "/callflows", map[string]any{"data": map[string]any{}}, 501},
		{"no data", "PUT", "/users", map[string]any{}, 400},
		{"no body", "PUT", "/users", nil, 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var body any
			if test.body != nil {
				body = test.body
			}
			a := p.call(t, test.method, base+test.path, body)
			if a.status != test.want {
				t.Fatalf("%d, want %d: %s", a.status, test.want, a.body)
			}
			if test.want == http.StatusPaymentRequired && a.object(t)["message"] != "accept charges" {
				t.Errorf("%s", a.body)
			}
		})
	}
}
