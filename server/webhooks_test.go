package server

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
)

const hookToken = "the-marketplace's-own-token"

// hooked is a gateway whose tenant takes events, and one company that it has read.
func hooked(t *testing.T, o Options) *gateway {
	t.Helper()
	kept, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	if o.Events, err = kept.Slots("events"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Events.Close)
	g := startWith(t, o, func(tenant *Tenant) { tenant.Webhook = NewWebhook(hookToken, "batch", "https://acme.example/api") })
	g.answers("/account/v2/companies/c1", doc{"uuid": "c1", "name": "One"})
	return g
}

// company reads the company and counts how often the backend was asked for it.
func (g *gateway) company(t *testing.T) int {
	t.Helper()
	if got := g.query(t, "service-token-000000", `{company(id:"c1"){name}}`); len(got.Errors) > 0 {
		t.Fatal(got.text)
	}
	return g.counts()["/account/v2/companies/c1"]
}

func (g *gateway) tell(t *testing.T, body string, header ...string) result {
	t.Helper()
	if len(header) == 0 {
		header = []string{headerWebhookToken, hookToken}
	}
	return g.send(t, http.MethodPost, PathWebhook, body, header...)
}

const companyEvent = `{"uuid":"e1","timestamp":1,"resource":{"type":"COMPANY","uuid":"c1","url":"https://acme.example/api/account/v1/companies/c1"},"resourceAction":"CHANGED"}`

func TestEventEvicts(t *testing.T) {
	t.Parallel()
	g := hooked(t, Options{})
	if g.company(t) != 1 || g.company(t) != 1 {
		t.Fatal("it is not kept")
	}
	if got := g.tell(t, companyEvent); got.status != http.StatusOK || got.text != `{"status":"evicted"}`+"\n" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if n := g.company(t); n != 2 {
		t.Errorf("read %d times, want 2", n)
	}
	if got := g.tell(t, companyEvent); got.status != http.StatusOK || !strings.Contains(got.text, "replayed") {
		t.Errorf("again: %d %s", got.status, got.text)
	}
	if n := g.company(t); n != 2 {
		t.Errorf("a replay had it read again: %d times", n)
	}
	events := g.log.events(t, "webhook")
	if len(events) != 2 || events[0]["outcome"] != webhookEvicted || events[0]["resource"] != "COMPANY" || events[0]["dropped"] != 2.0 || strings.Contains(g.log.String(), hookToken) {
		t.Errorf("%v", events)
	}
}

// What changes nothing: each is answered as it should be, and costs no call.
func TestEventsThatChangeNothing(t *testing.T) {
	t.Parallel()
	g := hooked(t, Options{})
	g.company(t)
	other := strings.NewReplacer("e1", "e2", "COMPANY", "MYSTERY", "acme.example", "evil.example").Replace(companyEvent)
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		want   string
	}{
		"no token":             {companyEvent, []string{"X-Nothing", "1"}, 401, "refused"},
		"another token":        {companyEvent, []string{headerWebhookToken, hookToken + "x"}, 401, "refused"},
		"a token cut short":    {companyEvent, []string{headerWebhookToken, hookToken[:5]}, 401, "refused"},
		"a person's bearer":    {companyEvent, []string{"Authorization", "Bearer member-token-0000000"}, 401, "refused"},
		"a made-up bearer":     {companyEvent, []string{"Authorization", "Bearer nobodys-token-000000"}, 401, "refused"},
		"a bearer and a token": {companyEvent, []string{"Authorization", "Bearer service-token-000000", headerWebhookToken, "wrong"}, 401, "refused"},
		"another host":         {companyEvent, []string{"Host", "globex.example", headerWebhookToken, hookToken}, 404, "no marketplace"},
		"no JSON":              {"<event/>", nil, 400, "no event"},
		"too large":            {`{"uuid":"` + strings.Repeat("x", webhookBytes) + `"}`, nil, 413, "`webhookBytes` of 1048576 bytes"},
		"a foreign address":    {other, nil, 200, webhookUnused},
	} {
		if got := g.tell(t, c.body, c.header...); got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: %d %s; want %d %s", name, got.status, got.text, c.status, c.want)
		}
	}
	if n := g.company(t); n != 1 {
		t.Errorf("the company was read %d times", n)
	}
}

func TestEventWithABearer(t *testing.T) {
	t.Parallel()
	g := hooked(t, Options{})
	for _, header := range [][]string{{"Authorization", "Bearer service-token-000000"}, {headerNewerToken, hookToken}} {
		before := g.company(t)
		body := strings.Replace(companyEvent, "e1", header[0], 1)
		if got := g.tell(t, body, header...); got.status != http.StatusOK || g.company(t) != before+1 {
			t.Errorf("%s: %d %s", header[0], got.status, got.text)
		}
	}
}

// An event of an unknown type evicts by its address.
func TestUnknownEventEvictsByAddress(t *testing.T) {
	t.Parallel()
	g := hooked(t, Options{})
	g.company(t)
	g.tell(t, `{"uuid":"e9","resource":{"type":"COMPANY_SETTINGS","url":"https://acme.example/api/account/v2/companies/c1?x=y"}}`)
	if n := g.company(t); n != 2 {
		t.Errorf("read %d times, want 2", n)
	}
}

// Without a token there is no endpoint.
func TestNoWebhookWithoutAToken(t *testing.T) {
	t.Parallel()
	if NewWebhook("", "batch", "https://acme.example/api") != (Webhook{}) {
		t.Error("a webhook that any bearer opens")
	}
	g := start(t, Options{})
	if got := g.tell(t, companyEvent, headerWebhookToken, ""); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// A storm is taken as fast as its bucket leaks, and told when to come again. A forged one does not fill the bucket.
func TestEventsAreThrottled(t *testing.T) {
	t.Parallel()
	now := clock()
	g := hooked(t, Options{Throttle: limits.NewThrottle(limits.ThrottleOptions{Now: func() time.Time { return now }})})
	for range webhookBurst + 1 {
		g.tell(t, companyEvent, headerWebhookToken, "forged")
	}
	for i := range webhookBurst {
		if got := g.tell(t, companyEvent); got.status != http.StatusOK {
			t.Fatalf("event %d: %d %s", i, got.status, got.text)
		}
	}
	got := g.tell(t, companyEvent)
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" || !strings.Contains(got.text, "`webhookEvents` is 50 events a second") {
		t.Errorf("%d %v %s", got.status, got.header, got.text)
	}
	now = now.Add(time.Second)
	if got := g.tell(t, companyEvent); got.status != http.StatusOK {
		t.Errorf("a second later: %d %s", got.status, got.text)
	}
}

// An event that could not be told to the replicas is answered so that it comes again, and is not taken for a replay then.
func TestFailedEventComesAgain(t *testing.T) {
	t.Parallel()
	g := hooked(t, Options{})
	tenant := g.server.hosts.find("acme.example")
	well := tenant.Loaders
	tenant.Loaders = brokenLoaders(t)
	if got := g.tell(t, companyEvent); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v %s", got.status, got.header, got.text)
	}
	tenant.Loaders = well
	if got := g.tell(t, companyEvent); got.status != http.StatusOK || !strings.Contains(got.text, webhookEvicted) {
		t.Errorf("again: %d %s", got.status, got.text)
	}
}

// brokenLoaders have a cache that cannot evict: it is closed.
func brokenLoaders(t *testing.T) *loaders.Tenant {
	t.Helper()
	closed, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	broken, err := loaders.NewTenant("acme", loaders.Backends{AppDirect: nobody{}}, loaders.Links{}, closed, 1)
	if err != nil {
		t.Fatal(err)
	}
	return broken
}

// nobody is a backend that an eviction must not reach.
type nobody struct{}

// Do implements loaders.Caller.
func (nobody) Do(context.Context, upstream.Call) (*upstream.Reply, error) {
	return nil, errSecret
}
