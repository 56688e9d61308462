package sandbox

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestControlRefusesBadBodies(t *testing.T) {
	tests := []struct{ name, method, path, body, message string }{
		{"no body", "PUT", "/faults", ``, "body: missing"},
		{"not JSON", "PUT", "/faults", `{`, "body: unexpected EOF"},
		{"two values", "PUT", "/limits", `{"enforce":true}{}`, "body: more than one JSON value"},
		{"unknown field", "PUT", "/faults", `{"backend":"appdirect","lattency":3}`, `body: json: unknown field "lattency"`},
		{"unknown backend", "PUT", "/faults", `{"backend":"kazoo9"}`, `backend: must be one of appdirect`},
		{"unknown route", "PUT", "/faults", `{"backend":"appdirect","route":"GET /x"}`, `route: "GET /x" is no printed endpoint`},
		{"odd status", "PUT", "/faults", `{"backend":"appdirect","status":99}`, "status: must be from 200 to 599"},
		{"negative latency", "PUT", "/faults", `{"backend":"appdirect","latencyMs":-1}`, "latencyMs: must be from 0 to 120000"},
		{"endless jitter", "PUT", "/faults", `{"backend":"appdirect","jitterMs":120001}`, "jitterMs: must be from 0 to 120000"},
		{"latency in words", "PUT", "/faults", `{"backend":"appdirect","latencyMs":"long"}`, "latencyMs: a JSON string does not belong here"},
		{"second of a list", "PUT", "/faults", `[{"backend":"appdirect"},{"backend":""}]`, `backend: must be one of appdirect`},
		{"enforce missing", "PUT", "/limits", `{}`, "enforce: must be true or false"},
		{"enforce in words", "PUT", "/limits", `{"enforce":"no"}`, "enforce: a JSON string does not belong here"},
		{"seed missing", "POST", "/reset", `{}`, "seed: must be a positive integer"},
		{"seed of zero", "POST", "/reset", `{"seed":0}`, "seed: must be a positive integer"},
		{"seed negative", "POST", "/reset", `{"seed":-4}`, "seed: a JSON number -4 does not belong here"},
		{"huge body", "PUT", "/limits", strings.Repeat(" ", maxControlBytes+1), "body: larger than 1048576 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := shared.control(t, test.method, test.path, test.body)
			message, _ := a.object(t)["error"].(string)
			if a.status != http.StatusBadRequest || !strings.HasPrefix(message, test.message) {
				t.Errorf("%d %q, want %q", a.status, message, test.message)
			}
		})
	}
}

// TestDescriptionHoldsNoSecret also makes sure that it is there.
func TestDescriptionHoldsNoSecret(t *testing.T) {
	t.Parallel()
	a := shared.control(t, http.MethodGet, "", "")
	if n := len(a.object(t)["tenants"].([]any)); n != 2 {
		t.Errorf("%d tenants", n)
	}
	if body := string(a.body); strings.Contains(body, DemoPassword) || strings.Contains(body, "-secret") {
		t.Error("a secret is shown")
	}
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	company := f.acme().companies.all()[0].ID
	f.get(t, "admin", "/account/v2/companies")                            // and a token
	f.get(t, "admin", "/account/v2/companies/"+company)                   // by template
	f.get(t, "admin", "/account/v2/companies/id:"+companyNumber(f))       // the same route
	f.call(t, http.MethodGet, "acme", "", "/account/v2/users")            // 401
	f.call(t, http.MethodGet, "acme", "buyer", "/account/v2/users")       // 403, and a token
	f.call(t, http.MethodGet, "acme", "admin", "/nowhere")                // 404
	do(t, request(t, http.MethodGet, f.base("acme")+"/oauth2/certs", "")) // OAuth2
	want := callCounts{
		Total: 6, ByBackend: map[string]int64{"appdirect": 6}, OAuth: 3,
		ByRoute: map[string]int64{
			"GET /account/v2/companies": 1, "GET /account/v2/companies/{companyUuid}": 2, "GET /account/v2/users": 2, "unknown": 1,
		},
	}
	if diff := cmp.Diff(want, f.calls(t)); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	f.steer(t, http.MethodDelete, "/calls", "")
	if got := f.calls(t); got.Total != 0 || got.OAuth != 0 || len(got.ByRoute) != 0 {
		t.Errorf("after clearing: %+v", got)
	}
}

func companyNumber(f *fixture) string {
	return factText(f.acme().companies.all()[0].Facts["number"])
}

// TestReset loads other data, forgets what was steered, and keeps people able to
// go on with the tokens they have.
func TestReset(t *testing.T) {
	t.Parallel()
	var resets atomic.Int64
	f := start(t, Options{OnReset: func() { resets.Add(1) }})
	first := f.get(t, "admin", "/account/v2/companies?size=100").body
	burst(t, f, "acme", "admin", "/channel/v1/discounts")
	f.steer(t, http.MethodPut, "/faults", `{"backend":"appdirect","status":500}`)
	certs := do(t, request(t, http.MethodGet, f.base("acme")+"/oauth2/certs", "")).body

	f.steer(t, http.MethodPost, "/reset", `{"seed": 7}`)
	if resets.Load() != 1 {
		t.Errorf("OnReset called %d times", resets.Load())
	}
	if c := f.calls(t); c.Total != 0 || c.RateLimitViolations != 0 {
		t.Errorf("counts survived: %+v", c)
	}
	second := f.get(t, "admin", "/account/v2/companies?size=100").body
	if bytes.Equal(first, second) {
		t.Error("another seed, the same data")
	}
	f.get(t, "admin", "/channel/v1/discounts") // the bucket is empty again
	for _, p := range []string{"company-admin", "reseller", "partner", "support", "buyer"} {
		f.get(t, p, "/marketplace/v1/listing")
	}
	if now := do(t, request(t, http.MethodGet, f.base("acme")+"/oauth2/certs", "")).body; !bytes.Equal(now, certs) {
		t.Error("the keys changed")
	}
	f.steer(t, http.MethodPost, "/reset", `{"seed": 1}`)
	if again := f.get(t, "admin", "/account/v2/companies?size=100").body; !bytes.Equal(again, first) {
		t.Error("the first seed again, other data")
	}
}
