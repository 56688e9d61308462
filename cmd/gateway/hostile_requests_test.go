package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// probe asks for what is the viewer's, and for what is acme's.
func (h *hostile) probe() string {
	return fmt.Sprintf(`{ me { id email } companies(first: 3) { nodes { id name } } company(id: %q) { id name } product(id: %q) { id name } }`, h.acme["company"], h.acme["product"])
}

// tryHeaders says in all ways but the Host header that the request is for acme.
func (h *hostile) tryHeaders(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	plain := ask{as: "admin", doc: h.probe()}
	h.tell(t, g, plain)
	want := h.tell(t, g, plain)
	for _, name := range []string{
		"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "X-HTTP-Host-Override", "X-Tenant", "X-Tenant-Id",
		"Tenant", "X-Marketplace", "Marketplace", "AD-Tenant", "X-Original-URL", "X-Rewrite-URL", "Origin", "Referer", "Via",
	} {
		for _, value := range []string{"acme", "acme.localhost", "http://acme.localhost/api/graphql"} {
			plain.header = http.Header{name: {value}}
			if diff := gocmp.Diff(want, h.tell(t, g, plain)); diff != "" {
				t.Errorf("%s: %s (-without +with):\n%s", name, value, diff)
			}
		}
	}
	plain.header = http.Header{"Forwarded": {`for=192.0.2.1;host=acme.localhost;proto=http`}}
	if diff := gocmp.Diff(want, h.tell(t, g, plain)); diff != "" {
		t.Errorf("Forwarded (-without +with):\n%s", diff)
	}
}

// tryHosts sends globex's token to hosts that are not globex's, and finds nothing
// there. What is globex's by another spelling is answered as globex.
func (h *hostile) tryHosts(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	g.query(t, ask{as: "admin", doc: h.probe()})
	for _, how := range []string{"Authorization", "Mp-Authorization"} {
		for host, want := range map[string]int{
			"GLOBEX.Localhost": http.StatusOK, "globex.localhost.": http.StatusOK, "globex.localhost:9": http.StatusOK,
			"acme.localhost": http.StatusUnauthorized, "ACME.localhost.:80": http.StatusUnauthorized, "127.0.0.1": http.StatusUnauthorized, "localhost": http.StatusUnauthorized,
			"globex.localhost.acme.localhost": http.StatusNotFound, "acme": http.StatusNotFound, "acme.localhost:80:80": http.StatusNotFound,
		} {
			g.forgetCalls(t)
			r := g.request(t, ask{tenant: "globex", doc: h.probe(), header: http.Header{how: {"Bearer " + g.token(t, "globex", "admin")}}})
			r.Host = host
			status, _, body := g.do(t, r)
			if got := h.redact.Replace(strings.NewReplacer(h.acme["company"], "", h.acme["product"], "").Replace(string(body))); status != want {
				t.Errorf("%s at %s: %d, want %d: %.200s", how, host, status, want, got)
			}
			if n := g.calls(t).Total; status != http.StatusOK && n > 0 {
				t.Errorf("%s at %s: %d calls", how, host, n)
			}
		}
	}
}

// tryTokens shows acme's tokens to globex, which takes none of them, however they
// come, and asks nobody about them.
func (h *hostile) tryTokens(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	for _, as := range []string{"admin", "buyer", "partner"} {
		token := g.token(t, "acme", as)
		for _, header := range []http.Header{
			{"Authorization": {"Bearer " + token}},
			{"Authorization": {"bearer  " + token}},
			{"Mp-Authorization": {"Bearer " + token}},
			{"Mp-Authorization": {token}},
			{"Authorization": {"Bearer " + g.token(t, "globex", as)}, "Mp-Authorization": {token}},
			{"Authorization": {"Bearer " + token}, "Mp-Authorization": {"Bearer " + g.token(t, "globex", as)}},
			{"Authorization": {"Bearer " + g.token(t, "globex", as), "Bearer " + token}},
		} {
			got := h.tell(t, g, ask{doc: h.probe(), header: header})
			if got.Status != http.StatusUnauthorized || len(got.Calls) > 0 {
				t.Errorf("%s of acme's by %v: %d and %v", as, slices.Sorted(maps.Keys(header)), got.Status, got.Calls)
			}
		}
	}
}

// tryRawRequests sends what no client would: two hosts, or one in the address and
// another in the header.
func (h *hostile) tryRawRequests(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	g.query(t, ask{as: "admin", doc: h.probe()})
	body, _ := json.Marshal(map[string]string{"query": h.probe()})
	for head, want := range map[string]int{
		"POST /api/graphql HTTP/1.1\r\nHost: globex.localhost":                               http.StatusOK,
		"POST /api/graphql HTTP/1.1\r\nHost: globex.localhost\r\nHost: acme.localhost":       http.StatusBadRequest,
		"POST http://acme.localhost/api/graphql HTTP/1.1\r\nHost: globex.localhost":          http.StatusUnauthorized,
		"POST http://globex.localhost/api/graphql HTTP/1.1\r\nHost: acme.localhost":          http.StatusOK,
		"POST //acme.localhost/api/graphql HTTP/1.1\r\nHost: globex.localhost":               http.StatusTemporaryRedirect,
		"POST /api/graphql HTTP/1.1\r\nHost: globex.localhost, acme.localhost":               http.StatusBadRequest,
		"POST /api/graphql HTTP/1.1\r\nHost: globex.localhost@acme.localhost":                http.StatusBadRequest,
		"POST /api/graphql HTTP/1.1\r\nHost: globex.localhost\r\nAuthorization: Bearer acme": http.StatusUnauthorized,
		"POST /acme/../api/graphql HTTP/1.1\r\nHost: globex.localhost":                       http.StatusTemporaryRedirect,
	} {
		status, answer := g.raw(t, head+"\r\nAuthorization: Bearer "+g.token(t, "globex", "admin")+"\r\nContent-Type: application/json\r\nConnection: close", body)
		told := strings.NewReplacer(h.acme["company"], "", h.acme["product"], "").Replace(answer)
		if status != want || h.redact.Replace(told) != told {
			t.Errorf("%s: %d, want %d: %.200s", head, status, want, told)
		}
	}
}

// raw sends a request as it is written.
func (g *front) raw(t *testing.T, head string, body []byte) (status int, answer string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "%s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v", head, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// tryBatches asks for own and foreign things in one request of several operations.
func (h *hostile) tryBatches(t *testing.T) {
	g, stop := h.startUntil(t, unbounded, func(c *Config) { c.Limits.Batch = 4 })
	defer stop()
	g.query(t, ask{as: "admin", doc: h.probe()})
	try := func(id string) telling {
		var batch []map[string]string
		for _, each := range []string{h.globex["company"], id, h.globex["company"], id} {
			batch = append(batch, map[string]string{"query": fmt.Sprintf("{ company(id: %q) { id name memberships { nodes { user { email } } } } }", each)})
		}
		body, _ := json.Marshal(batch)
		r := g.request(t, ask{tenant: "globex", as: "admin"})
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
		g.forgetCalls(t)
		status, _, answer := g.do(t, r)
		told := incidental.ReplaceAllString(strings.ReplaceAll(string(answer), id, ""), "")
		if !strings.HasPrefix(told, "[") || h.redact.Replace(told) != told {
			t.Errorf("a batch is told %s", told)
		}
		return telling{status, told, g.calls(t).ByRoute}
	}
	try(nobodys(h.acme["company"], 1))
	if diff := gocmp.Diff(try(nobodys(h.acme["company"], 2)), try(h.acme["company"])); diff != "" {
		t.Errorf("(-nobody's +acme's):\n%s", diff)
	}
}

// tryKeys repeats acme's write, its idempotency key and all: in globex nothing was
// written under that key, nor for anybody else in acme.
func (h *hostile) tryKeys(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	victim, thief := newShopper(t, g, "acme", "buyer"), newShopper(t, g, "globex", "buyer")
	const key = "0b8b1f5e-key"
	theirs := victim.must(t, victim.ask(addDoc, victim.one("Harbor Storage", key)))
	cart := text(theirs, "addItemsToCart", "cart", "id")
	if cart == "" {
		t.Fatalf("acme wrote nothing: %v", theirs)
	}
	own := thief.must(t, thief.ask(addDoc, thief.one("Harbor Storage", key)))
	if got := text(own, "addItemsToCart", "cart", "id"); got == "" || got == cart {
		t.Errorf("under acme's key globex is answered %v", own)
	}
	foreign := func(key string) string {
		return inOrder(t, thief.query(t, thief.ask(addDoc, victim.one("Harbor Storage", key))).body)
	}
	if diff := gocmp.Diff(foreign("a fresh key"), foreign(key)); diff != "" {
		t.Errorf("acme's input (-under a fresh key +under acme's):\n%s", diff)
	}
	colleague := victim.through(g)
	colleague.as = "company-admin" // who may fill the buyer's cart
	again := colleague.must(t, colleague.ask(addDoc, victim.one("Harbor Storage", key)))
	if before, after := len(list(theirs, "addItemsToCart", "cart", "items")), len(list(again, "addItemsToCart", "cart", "items")); after != before+1 {
		t.Errorf("under a colleague's key %d items became %d: %v", before, after, again)
	}
}

// tryFaults lets everything fail for acme for a while: globex is answered as before,
// by the same calls.
func (h *hostile) tryFaults(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	try := func() telling { return h.tell(t, g, ask{as: "admin", doc: h.probe()}) }
	try()
	g.control(t, http.MethodPut, "/faults", `[{"backend":"appdirect","status":403},{"backend":"kazoo","status":500}]`)
	for n := range 8 {
		g.query(t, ask{as: "partner", doc: fmt.Sprintf(`{ company(id: %q) { name } device(accountId: %q, id: "x") { id } listing { totalCount } }`, nobodys(h.globex["company"], n), h.acme["account"])})
	}
	g.control(t, http.MethodDelete, "/faults", "")
	fresh := ask{as: "admin", doc: fmt.Sprintf(`{ company(id: %q) { name } listing { totalCount nodes { id } } }`, nobodys(h.globex["company"], 1))}
	got := h.tell(t, g, fresh)
	if got.Calls["GET /account/v2/companies/{companyUuid}"] != 1 || strings.Count(got.Body, `"code"`) != 1 || !strings.Contains(got.Body, "NOT_FOUND") {
		t.Errorf("globex is told of acme's failure: %+v", got)
	}
}

// tryAtOnce lets both marketplaces and a visitor ask for the same ids at the same
// time: each is answered as if they were alone.
func (h *hostile) tryAtOnce(t *testing.T) {
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	var asks []ask
	for _, tenant := range []string{"acme", "globex"} {
		for _, as := range []string{"admin", "buyer", "reseller", ""} {
			for _, ids := range []map[string]string{h.acme, h.globex} {
				asks = append(asks, ask{tenant: tenant, as: as, doc: fmt.Sprintf(
					`{ me { id } company(id: %q) { id name } user(id: %q) { id email } product(id: %q) { id name editions { id } } subscription(id: %q) { id status } cart(id: %q) { id items { id } }
					telephonyAccount(id: %q) { id name devices(first: 3) { nodes { id } } } }`,
					ids["company"], ids["user"], ids["product"], ids["subscription"], ids["cart"], ids["account"])})
			}
		}
	}
	said := func(a ask) string { return inOrder(t, g.query(t, a).body, "extensions") }
	alone := map[int]string{}
	for i, a := range asks {
		alone[i] = said(a)
	}
	for range 3 {
		if err := g.gateway.forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i, a := range asks {
			all.Go(func() {
				if diff := gocmp.Diff(alone[i], said(a)); diff != "" {
					t.Errorf("%s of %s (-alone +among others):\n%s", a.as, a.tenant, diff)
				}
			})
		}
		all.Wait()
	}
}
