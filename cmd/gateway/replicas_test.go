package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// trio are three gateways in processes of their own, on one Redis and in front of one marketplace that keeps its limits.
type trio struct {
	*backends
	all  [3]child
	gate *gate
}

// gate stands before the backends, counts the tokens that acme is asked for, and refuses those that it was told to: as a
// marketplace does that has revoked them.
type gate struct {
	*httptest.Server
	next http.Handler

	mu      sync.Mutex
	fetched int               // tokens, since the last look
	last    map[string]string // the Authorization that each endpoint of acme's was last asked with
	refused map[string]int    // how often what is refused was presented
}

func newGate(t *testing.T, next http.Handler) *gate {
	t.Helper()
	g := &gate{next: next, last: map[string]string{}, refused: map[string]int{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

// ServeHTTP passes on what carries a token that is not refused.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.refuses(r) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.next.ServeHTTP(w, r)
}

func (g *gate) refuses(r *http.Request) bool {
	endpoint, ofAcme := strings.CutPrefix(r.URL.Path, "/acme/appdirect")
	if !ofAcme {
		return false
	}
	endpoint = r.Method + " " + strings.TrimPrefix(endpoint, "/api")
	header := r.Header.Get("Authorization")
	g.mu.Lock()
	defer g.mu.Unlock()
	if endpoint == "POST /oauth2/token" {
		g.fetched++
		return false
	}
	if _, refused := g.refused[header]; refused {
		g.refused[header]++
		return true
	}
	g.last[endpoint] = header
	return false
}

// revoke refuses from now on what an endpoint was last asked with, and gives it.
func (g *gate) revoke(endpoint string) (header string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	header = g.last[endpoint]
	g.refused[header] = 0
	return header
}

// since gives the tokens that were fetched since it was last asked, and how often a header was refused at all.
func (g *gate) since(header string) (fetched, refused int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fetched, g.fetched = g.fetched, 0
	return fetched, g.refused[header]
}

// The endpoints by which tokens are told apart: the gateway's own, and its service user's.
const (
	searchRoute  = "GET /channel/v1/applications"
	defaultRoute = "POST /appMarket/v2/paymentMethods/defaults"
)

func startTrio(t *testing.T) *trio {
	t.Helper()
	redis, _ := startRedis(t)
	b := startBackends(t, 1)
	user, err := b.box.ServiceUser("acme")
	if err != nil {
		t.Fatal(err)
	}
	r := &trio{backends: b, gate: newGate(t, b.server.Config.Handler)}
	copy(r.all[:], b.startChildren(t, len(r.all), redis, func(o *childOrder) {
		o.Sandbox, o.Service = strings.TrimPrefix(r.gate.URL, "http://"), &user
		o.Points = &PointsConfig{Size: 21, PerSecond: 1}
	}))
	for _, g := range r.all {
		g.happens(t, "lease_held", 1)
	}
	return r
}

// happens returns once a gateway's cache has told of so many events of a kind.
func (g *front) happens(t *testing.T, kind string, times float64) {
	t.Helper()
	for g.counter(t, `marketgraph_cache_events_total{kind="`+kind+`"}`) < times {
		if t.Context().Err() != nil {
			t.FailNow()
		}
	}
}

// forgetCalls begins to count anew. What was counted until now kept the limits.
func (r *trio) forgetCalls(t *testing.T) {
	t.Helper()
	if got := r.calls(t); got.Violations > 0 {
		t.Errorf("%d calls went over a limit: %v", got.Violations, got.ByRoute)
	}
	r.backends.forgetCalls(t)
}

// together asks each gateway at the same time.
func (r *trio) together(t *testing.T, of func(i int) ask) (answers [3]reply) {
	t.Helper()
	var all sync.WaitGroup
	for i, g := range r.all {
		asked := g.request(t, of(i))
		all.Go(func() { answers[i] = g.read(t, asked) })
	}
	all.Wait()
	return answers
}

// Three processes are one gateway to who asks, and to the backends: whatever is asked of whichever of them, they agree on
// who has points left, on tokens, on what is old, and on when to call. The backends count no call above their limits.
func TestReplicasAgree(t *testing.T) {
	t.Parallel()
	r := startTrio(t)
	for _, part := range []struct {
		name string
		test func(*testing.T)
	}{
		{"points", r.agreeOnPoints},
		{"own tokens", r.haveOwnTokens},
		{"service user", r.shareServiceUser},
		{"events", r.hearEvents},
		{"writes", r.seeWrites},
		{"pacing", r.agreeOnPacing},
		{"killed", r.outliveOne},
	} {
		if !t.Run(part.name, part.test) {
			r.tellOutages(t)
		}
		r.forgetCalls(t)
	}
}

// tellOutages says of each replica how often it was without the others: on a machine that is too busy for an exchange with
// Redis within its 50 ms, that is why they do not agree.
func (r *trio) tellOutages(t *testing.T) {
	t.Helper()
	for i, g := range r.all {
		for _, name := range []string{
			`cache_events_total{kind="redis_failed"}`, `cache_events_total{kind="lease_lost"}`,
			`cost_buckets_total{kind="alone"}`, `pacing_exchanges_total{kind="alone"}`,
		} {
			t.Logf("replica %d: %s %v", i, name, g.counter(t, "marketgraph_"+name))
		}
	}
}

// A client's points are one bucket, wherever they are spent. Another client's is another.
func (r *trio) agreeOnPoints(t *testing.T) {
	a := ask{tenant: "globex", as: "admin", doc: `{ companies(first: 20) { nodes { id } } }`} // 21 points, all there are
	if cost := costOf(t, r.all[0].query(t, a)); cost.Actual < 20 || cost.Throttle.Maximum != 21 {
		t.Fatalf("the first replica charged %+v", cost)
	}
	r.forgetCalls(t)
	a.header = http.Header{"Accept": {"application/graphql-response+json"}}
	for i, g := range r.all[1:] {
		got := g.query(t, a)
		after := got.header.Get("Retry-After")
		if got.status != http.StatusTooManyRequests || codesOf(got) != "RATE_LIMIT_EXCEEDED" || after == "" ||
			fmt.Sprint(got.errors[0].Extensions["retryAfterSeconds"]) != after {
			t.Errorf("replica %d: %d, Retry-After %q: %s", i+1, got.status, after, got.body)
		}
	}
	a.as = "partner"
	r.all[1].must(t, a)
	if got := r.calls(t); got.Total > 0 {
		t.Errorf("replicas called for what was refused, or what one of them had read: %v", got.ByRoute)
	}
}

// Each process signs in itself, once, and again when its token is refused, however many calls find out. The others go on
// with theirs.
func (r *trio) haveOwnTokens(t *testing.T) {
	r.gate.since("")
	for _, i := range []int{2, 1, 0} {
		r.all[i].must(t, ask{doc: searches(fmt.Sprint("signs in ", i), 1)})
	}
	if fetched, _ := r.gate.since(""); fetched != len(r.all) {
		t.Errorf("%d tokens were fetched, want one for each", fetched)
	}
	revoked := r.gate.revoke(searchRoute)
	for i, g := range r.all {
		g.must(t, ask{doc: searches(fmt.Sprint("after the end of a token ", i), 4)})
		want := 0
		if i == 0 {
			want = 1
		}
		if fetched, refused := r.gate.since(revoked); fetched != want || refused == 0 {
			t.Errorf("replica %d fetched %d tokens, want %d; one was refused %d times", i, fetched, want, refused)
		}
	}
}

// The service user's session is one for all, and so is its token: whoever comes first renews it, before the first use and
// when it is refused. The others take what is new.
func (r *trio) shareServiceUser(t *testing.T) {
	s := newShopper(t, r.all[0].front, "acme", "buyer")
	var methods [3]string
	for i := range methods {
		input := map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)}
		methods[i] = text(s.must(t, s.ask(paymentDoc, input)), "addPaymentMethod", "paymentMethod", "id")
	}
	// One of the three is the default already: whoever is told to make it so before the others sends nothing.
	r.gate.since("")
	for step, revoked := range []bool{false, true} {
		header := ""
		if revoked {
			header = r.gate.revoke(defaultRoute)
		}
		for i, got := range r.together(t, func(i int) ask {
			return ask{as: "partner", doc: defaultDoc, vars: map[string]any{
				"input": map[string]any{"userId": s.user, "accountId": s.company, "paymentMethodId": methods[(i+step)%3]},
			}}
		}) {
			if len(got.errors) > 0 || text(got.data, "setDefaultPaymentMethod", "paymentMethod", "id") != methods[(i+step)%3] {
				t.Errorf("replica %d: %s", i, got.body)
			}
		}
		if fetched, refused := r.gate.since(header); fetched != 1 || revoked && refused < 2 {
			t.Errorf("%d tokens were fetched, want 1; refused at %d calls (revoked: %v)", fetched, refused, revoked)
		}
	}
}

// told is what each replica answers to an ask.
func (r *trio) told(t *testing.T, a ask, path ...string) (out [3]string) {
	t.Helper()
	for i, g := range r.all {
		out[i] = fmt.Sprint(at(g.must(t, a), path...))
	}
	return out
}

// settled has each replica keep an answer, and gives it: they agree, and asked again make no call.
func (r *trio) settled(t *testing.T, a ask, path ...string) string {
	t.Helper()
	first := r.told(t, a, path...)
	r.forgetCalls(t)
	again := r.told(t, a, path...)
	if got := r.calls(t); got.Total > 0 || first != again || first != [3]string{first[0], first[0], first[0]} {
		t.Fatalf("%v, then %v by %v", first, again, got.ByRoute)
	}
	return first[0]
}

// nameOf asks for a company's name.
func nameOf(company string) ask {
	return ask{as: "admin", doc: `query($id: ID!) { company(id: $id) { name } }`, vars: map[string]any{"id": company}}
}

// renamed tells one replica by an event that a company has another name.
func (r *trio) renamed(t *testing.T, company, name string) {
	t.Helper()
	r.patch(t, "/account/v2/companies/"+company, map[string]any{"name": name})
	body := fmt.Sprintf(`{"uuid":%q,"resource":{"type":"COMPANY","url":%q},"resourceAction":"CHANGED"}`,
		name, r.rest("acme")+"/api/account/v1/companies/"+company)
	if got := r.all[0].event(t, "acme", hookToken, body); got.status != http.StatusOK || !strings.Contains(got.answer, "evicted") {
		t.Errorf("%+v", got)
	}
}

// company is one of acme's.
func (r *trio) company(t *testing.T) (id string) {
	t.Helper()
	return text(list(r.all[0].must(t, ask{as: "admin", doc: `{ companies(first: 1) { nodes { id } } }`}), "companies", "nodes")[0], "id")
}

// An event that came to one replica makes all of them ask again, which one does for all.
func (r *trio) hearEvents(t *testing.T) {
	company := r.company(t)
	old := r.settled(t, nameOf(company), "company", "name")
	r.renamed(t, company, "Told to one")
	if got := r.told(t, nameOf(company), "company", "name"); got != [3]string{"Told to one", "Told to one", "Told to one"} {
		t.Errorf("after the event: %q, before: %q", got, old)
	}
	if got := r.calls(t); got.ByRoute[routeCompany] != 1 {
		t.Errorf("want one call for all: %v", got.ByRoute)
	}
}

// What is bought at one replica is on all of them once that has answered, though they kept what was there before.
func (r *trio) seeWrites(t *testing.T) {
	s := newShopper(t, r.all[0].front, "acme", "buyer")
	cart := s.ready(t)
	owned := ask{as: "admin", doc: `query($id: ID!) { company(id: $id) { subscriptions(first: 50) { nodes { id } } } }`, vars: map[string]any{"id": s.company}}
	before := r.settled(t, owned, "company", "subscriptions")
	s.do(t, "finalizeCart", map[string]any{"cartId": cart, "agreeToTerms": true})
	after := r.told(t, owned, "company", "subscriptions")
	if after[0] == before || after != [3]string{after[0], after[0], after[0]} {
		t.Errorf("after a purchase the replicas tell of %v, before of %v", after, before)
	}
}

// Each has as many Calls as one alone may make at once. Together they keep below the limit, and those who may see it are
// told what that took.
func (r *trio) agreeOnPacing(t *testing.T) {
	const each, most = 9, 20
	waited := int64(0)
	for _, got := range r.together(t, func(i int) ask { return ask{as: "admin", doc: searches(fmt.Sprint("replica ", i), each)} }) {
		waited += waitedIn(t, got)
	}
	if n := r.calls(t).ByRoute[searchRoute]; n != len(r.all)*each || n <= most {
		t.Errorf("%d calls, want %d", n, len(r.all)*each)
	}
	if waited == 0 {
		t.Error("nobody is told of a wait")
	}
}

// outliveOne kills a replica that fills what another waits for: that one takes over. Evictions do not wait for the dead.
func (r *trio) outliveOne(t *testing.T) {
	dead, heir := r.all[2], r.all[1]
	a := ask{doc: searches("what the dead has begun", 1)}
	followed := heir.counter(t, `marketgraph_cache_events_total{kind="followed"}`)
	r.hold(t, searchRoute, false)
	r.forgetCalls(t)
	broke, answered := make(chan error, 1), make(chan reply, 1)
	first, second := dead.request(t, a), heir.request(t, a)
	go func() { broke <- leaveBody(r.client.Do(first)) }()
	r.reached(t, searchRoute)
	go func() { answered <- heir.read(t, second) }()
	heir.happens(t, "followed", followed+1)
	r.control(t, http.MethodDelete, "/faults", "")
	if err := dead.process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-broke; err == nil {
		t.Error("a dead replica answered")
	}
	if got := <-answered; len(got.errors) > 0 || text(got.data, "s0", "totalCount") == "" || r.calls(t).ByRoute[searchRoute] != 2 {
		t.Errorf("the heir: %s, by %v", got.body, r.calls(t).ByRoute)
	}
	company := r.company(t)
	r.renamed(t, company, "Told past the dead")
	for i, g := range r.all[:2] {
		if got := text(g.must(t, nameOf(company)), "company", "name"); got != "Told past the dead" {
			t.Errorf("replica %d: %q", i, got)
		}
	}
}

// searches asks for so many things that nobody has asked for before: each is a
// Call in the general bucket of the marketplace's one client application.
func searches(by string, n int) string {
	var doc strings.Builder
	for i := range n {
		fmt.Fprintf(&doc, "s%d: products(first: 1, searchText: %q) { totalCount } ", i, fmt.Sprint(by, " ", i))
	}
	return "{ " + doc.String() + "}"
}

// waitedIn is what an answer says of its time in the pacer, in milliseconds.
func waitedIn(t *testing.T, r reply) int64 {
	t.Helper()
	var answer struct {
		Extensions struct {
			Upstream *struct{ WaitedMs int64 }
		}
	}
	if err := json.Unmarshal(r.body, &answer); err != nil || len(r.errors) > 0 || answer.Extensions.Upstream == nil {
		t.Errorf("%v in %.500s", err, r.body)
		return 0
	}
	return answer.Extensions.Upstream.WaitedMs
}
