package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/server"
)

const hookToken = "a-token-that-nobody-guesses"

// withWebhooks lets acme's marketplace tell of changes.
func withWebhooks(cfg *Config) { cfg.Tenants[0].AppDirect.Webhooks.Token = Secret{value: hookToken} }

// relayed is one event, and what the gateway answered.
type relayed struct {
	body, answer string
	status       int
}

// relay stands between the marketplace and one gateway, as a load balancer does, and holds each event until next.
type relay struct {
	*httptest.Server
	to       *front
	came     chan *http.Request
	answered chan int
}

func (g *front) relay(t *testing.T) *relay {
	t.Helper()
	r := &relay{to: g, came: make(chan *http.Request), answered: make(chan int)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		r.came <- in
		w.WriteHeader(<-r.answered)
	}))
	t.Cleanup(r.Close)
	return r
}

// next lets the next event pass.
func (r *relay) next(t *testing.T) relayed {
	t.Helper()
	in := <-r.came
	body, err := io.ReadAll(in.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := r.to.event(t, "acme", in.Header.Get("AppDirect-Webhook-Token"), string(body))
	r.answered <- out.status
	return out
}

// event posts an event to a tenant's host.
func (g *front) event(t *testing.T, tenant, token, body string) relayed {
	t.Helper()
	r := request(t, http.MethodPost, g.url+server.PathWebhook, []byte(body))
	r.Host = tenant + ".localhost"
	r.Header.Set("AppDirect-Webhook-Token", token)
	status, _, answer := g.do(t, r)
	return relayed{body: body, answer: string(answer), status: status}
}

// patch changes something at the marketplace itself, past all gateways.
func (b *backends) patch(t *testing.T, path string, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPatch, b.rest("acme")+"/api"+path, text)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token(t, "acme", "partner"))
	if status, _, answer := b.do(t, r); status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, answer)
	}
}

// hooked are two replicas on one Redis that acme's marketplace tells of changes, by way of the first.
type hooked struct {
	*backends
	one, two *front
	relay    *relay
	config   *checked
	to       []string // flags that say where events go
	company  string   // of the buyer
	user     string   // the buyer
}

func startHooked(t *testing.T) *hooked {
	t.Helper()
	redis, _ := startRedis(t)
	h := &hooked{backends: startBackends(t, 1)}
	h.enforce(t, false)
	h.one, h.two = h.start(t, withRedis(redis), withWebhooks), h.start(t, withRedis(redis), withWebhooks)
	h.relay, h.config = h.one.relay(t), toCheck(t, h.backends)
	h.config.of("appdirect")["webhooks"] = map[string]any{"token": h.config.secret(t, "hook", hookToken)}
	h.config.of("appdirect")["scopes"] = []string{"ROLE_PARTNER"}
	h.to = []string{"--tenant", "acme", "--url", h.relay.URL + server.PathWebhook}
	me := at(h.one.must(t, ask{as: "buyer", doc: `{ me { id memberships { account { id } } } }`}), "me")
	h.user, h.company = text(me, "id"), text(list(me, "memberships")[0], "account", "id")
	return h
}

// said runs a command about webhooks that has to say something.
func (h *hooked) said(t *testing.T, command, want string) {
	t.Helper()
	flags := h.to
	if command == "list" {
		flags = flags[:2]
	}
	if code, said := h.config.command(t, "webhooks "+command, flags...); code != exitOK || !strings.Contains(said, want) || strings.Contains(said, hookToken) {
		t.Fatalf("%s: %d, want %q:\n%s", command, code, want, said)
	}
}

// seen is what each replica says of the buyer's company: its name, to the buyer too, or the code of the refusal.
func (h *hooked) seen(t *testing.T) (out []string) {
	t.Helper()
	for _, g := range []*front{h.one, h.two} {
		for _, persona := range []string{"admin", "buyer"} {
			got := g.query(t, ask{as: persona, doc: `query($id: ID!) { company(id: $id) { name } }`, vars: map[string]any{"id": h.company}})
			if len(got.errors) > 0 {
				out = append(out, got.errors[0].code())
				continue
			}
			out = append(out, text(got.data, "company", "name"))
		}
	}
	return out
}

// What is changed at the marketplace is seen by both replicas at once, when its event has come to one of them: a name, and
// a right that was taken away.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	h := startHooked(t)
	h.said(t, "register", "acme: 12 registered, 0 were there")
	h.said(t, "register", "acme: 0 registered, 12 were there")
	h.said(t, "list", "acme: 12 webhooks")
	old := h.seen(t)[0]
	h.changed(t, "", map[string]any{"name": "Renamed"}, []string{old, old, old, old}, []string{"Renamed", "Renamed", "Renamed", "Renamed"})
	h.changed(t, "/memberships/"+h.user, map[string]any{"enabled": false},
		[]string{"Renamed", "Renamed", "Renamed", "Renamed"}, []string{"Renamed", "NOT_FOUND", "Renamed", "NOT_FOUND"})
	h.said(t, "delete", "acme: 12 deleted, 0 of other addresses left")
	h.said(t, "list", "acme: 0 webhooks")
}

// changed changes something of the buyer's company, and looks at it before its event passes and afterwards.
func (h *hooked) changed(t *testing.T, path string, body any, before, after []string) {
	t.Helper()
	h.seen(t) // whatever was dropped before is kept again
	h.patch(t, "/account/v2/companies/"+h.company+path, body)
	if diff := cmp.Diff(before, h.seen(t)); diff != "" {
		t.Errorf("before the event (-want +got):\n%s", diff)
	}
	if event := h.relay.next(t); event.status != http.StatusOK || !strings.Contains(event.answer, "evicted") {
		t.Errorf("%+v", event)
	}
	if diff := cmp.Diff(after, h.seen(t)); diff != "" {
		t.Errorf("after the event (-want +got):\n%s", diff)
	}
}

// Events of others, and events once more, make no replica ask again.
func TestForgedEvents(t *testing.T) {
	t.Parallel()
	h := startHooked(t)
	event := func(id, root string) string {
		return `{"uuid":"` + id + `","resource":{"type":"COMPANY_NOTE","url":"` + root + "/api/account/v2/companies/" + h.company + `"},"resourceAction":"CHANGED"}`
	}
	genuine := event("e1", h.rest("acme"))
	if got := h.one.event(t, "acme", hookToken, genuine); got.status != http.StatusOK || !strings.Contains(got.answer, "evicted") {
		t.Fatalf("%+v", got)
	}
	h.seen(t)
	h.forgetCalls(t)
	for name, c := range map[string]struct {
		tenant, token, body, want string
		status                    int
	}{
		"forged":                   {"acme", "a-token-that-somebody-guessed", event("e2", h.rest("acme")), "refused", 401},
		"without a token":          {"acme", "", event("e3", h.rest("acme")), "refused", 401},
		"for a tenant without any": {"globex", hookToken, event("e4", h.rest("globex")), "", 404},
		"replayed":                 {"acme", hookToken, genuine, "replayed", 200},
		"of a foreign marketplace": {"acme", hookToken, event("e5", h.rest("globex")), "", 200}, // unused, then replayed
		"oversized":                {"acme", hookToken, genuine + strings.Repeat(" ", 1<<20), "webhookBytes", 413},
		"cut short":                {"acme", hookToken, genuine[:40], "no event", 400},
	} {
		for replica, g := range []*front{h.one, h.two} { // the second has never seen the genuine one
			if got := g.event(t, c.tenant, c.token, c.body); got.status != c.status || !strings.Contains(got.answer, c.want) {
				t.Errorf("%s, replica %d: %d %s", name, replica, got.status, got.answer)
			}
		}
	}
	h.seen(t)
	if n := h.calls(t).Total; n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

// What cannot be done is told with the flag or the setting that is wrong.
func TestCommandWebhooksRefuses(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	c := toCheck(t, b)
	for _, test := range []struct {
		flags []string
		code  int
		want  string
	}{
		{[]string{"--tenant", "initech", "--url", "https://g.example/webhooks/appdirect"}, exitUsage, `--tenant: there is no "initech"`},
		{[]string{"--tenant", "acme", "--url", "https://g.example/"}, exitUsage, "--url: write https://HOST/webhooks/appdirect"},
		{[]string{"--tenant", "acme", "--url", "http://g.example/webhooks/appdirect"}, exitUsage, "--url: use https"},
		{[]string{"--tenant", "acme", "--url", "https://g.example/webhooks/appdirect"}, exitUsage, "acme has no appdirect.webhooks.token"},
	} {
		if code, said := c.command(t, "webhooks register", test.flags...); code != test.code || !strings.Contains(said, test.want) {
			t.Errorf("%v: %d %s", test.flags, code, said)
		}
	}
	c.of("appdirect")["webhooks"] = map[string]any{"token": c.secret(t, "hook", "short")}
	if code, said := c.run(t); code != exitUsage || !strings.Contains(said, "tenants[0].appdirect.webhooks.token: has fewer than 16 characters") {
		t.Errorf("%d %s", code, said)
	}
	c.of("appdirect")["webhooks"] = map[string]any{"token": c.secret(t, "hook", hookToken)}
	redis, _ := startRedis(t)
	c.top = map[string]any{"redis": c.secret(t, "redis", redis)}
	if code, said := c.command(t, "webhooks list", "--tenant", "acme"); code != exitOK || !strings.Contains(everythingIn(t, redis), "mg:pace:") {
		t.Errorf("its calls are not in the buckets that gateways share: %d %s", code, said)
	}
	c.top, c.of("appdirect")["clientSecret"] = nil, c.secret(t, "app", "wrong")
	if code, said := c.command(t, "webhooks list", "--tenant", "acme"); code != exitFailed || !strings.Contains(said, "appdirect refused the credentials") {
		t.Errorf("%d %s", code, said)
	}
}
