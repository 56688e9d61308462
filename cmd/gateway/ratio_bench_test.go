//go:build bench

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// The gateway against a handler written by hand that makes the same calls and
// answers the same JSON without GraphQL, rights, keys or pacing. Both run in
// one process on the same recorded replies, so that only the ways between the
// request and the calls differ. Absolute figures depend on the machine; the
// ratios are what is recorded and what the gate compares.

var record = flag.Bool("record", false, "write the measured ratios to testdata/ratios.json")

const (
	ratiosFile = "testdata/ratios.json"
	// maxRise is how far allocations per operation may rise above the record.
	maxRise = 1.1
)

const benchQuery = `query { companies(first: 20) { totalCount nodes { id name subscriptions(first: 5) { nodes { id status product { id name } edition { name } } } memberships(first: 5) { nodes { user { id email } roles } } } } }`

// ratio is the gateway's figure divided by the handwritten handler's.
type ratio struct {
	Allocs float64 `json:"allocs"`
	Bytes  float64 `json:"bytes"`
	Time   float64 `json:"time"`
}

func TestRatios(t *testing.T) {
	tape := recordBackends(t)
	measured := map[string]ratio{
		"cold": compare(t, "cold", tape, true),
		"warm": compare(t, "warm", tape, false),
	}
	if *record {
		writeRatios(t, measured)
		return
	}
	for name, recorded := range readRatios(t) {
		if got := measured[name].Allocs; got > recorded.Allocs*maxRise {
			t.Errorf("%s: %.2f times the allocations of the handwritten handler; recorded are %.2f, and %.0f %% more are allowed.\n"+
				"If the rise is worth it: make bench RECORD=-record, and say why in the commit.", name, got, recorded.Allocs, 100*(maxRise-1))
		}
	}
}

func compare(t *testing.T, name string, tape *tape, cold bool) ratio {
	ours := newGraphSide(t, tape)
	hand := newHandSide(tape)
	if a, b := shapeOf(t, ours.answer(t)), shapeOf(t, hand.answer(t)); a != b {
		t.Fatalf("the two answers differ:\n%.600s\n%.600s", a, b)
	}
	g, h := measure(ours, cold), measure(hand, cold)
	r := ratio{
		Allocs: float64(g.AllocsPerOp()) / float64(h.AllocsPerOp()),
		Bytes:  float64(g.AllocedBytesPerOp()) / float64(h.AllocedBytesPerOp()),
		Time:   float64(g.NsPerOp()) / float64(h.NsPerOp()),
	}
	t.Logf("%s  gateway      %s  %s", name, g, g.MemString())
	t.Logf("%s  handwritten  %s  %s", name, h, h.MemString())
	t.Logf("%s  ratio        time %.2f  allocs %.2f  bytes %.2f", name, r.Time, r.Allocs, r.Bytes)
	return r
}

// side is one of the two handlers.
type side interface {
	answer(tb testing.TB) []byte
	forget() // back to cold; not measured
}

func measure(s side, cold bool) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		s.answer(b)
		for b.Loop() {
			if cold {
				b.StopTimer()
				s.forget()
				b.StartTimer()
			}
			s.answer(b)
		}
	})
}

// tape replays replies that a sandbox gave, without a network.
type tape struct {
	mu      sync.Mutex
	replies map[string][]byte
	backend http.Handler
	config  *Config
	token   string
}

func recordBackends(t *testing.T) *tape {
	t.Helper()
	backends, err := sandbox.New(sandbox.Options{Today: demoDay})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(backends.Handler())
	t.Cleanup(server.Close)
	unlimit(t, server.URL)
	persona, err := findPersona("acme", "admin")
	if err != nil {
		t.Fatal(err)
	}
	token, err := fetchToken(t.Context(), server.URL, "acme", persona)
	if err != nil {
		t.Fatal(err)
	}
	return &tape{
		replies: map[string][]byte{}, backend: backends.Handler(), token: token,
		config: sandboxConfig(backends, strings.TrimPrefix(server.URL, "http://")),
	}
}

func unlimit(t *testing.T, url string) {
	t.Helper()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, url+"/_sandbox/limits", strings.NewReader(`{"enforce":false}`))
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		t.Fatal(err, response)
	}
	_ = response.Body.Close()
}

// RoundTrip asks the sandbox once per address and replays afterwards.
func (p *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	key := r.Method + r.URL.String()
	p.mu.Lock()
	defer p.mu.Unlock()
	body, ok := p.replies[key]
	if !ok {
		recorder := httptest.NewRecorder()
		p.backend.ServeHTTP(recorder, r)
		if recorder.Code != http.StatusOK {
			return recorder.Result(), nil
		}
		body = recorder.Body.Bytes()
		p.replies[key] = body
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// graphSide is the gateway, whole, from its HTTP handler down.
type graphSide struct {
	gateway *gateway
	handler http.Handler
	tape    *tape
}

func newGraphSide(t *testing.T, p *tape) *graphSide {
	t.Helper()
	b, err := newBuilder(p.config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.transport = p
	unlimited := upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1 << 30, PerSecond: 1 << 30} // waiting is not what is measured
	b.general, b.buckets = unlimited, map[string]upstream.Bucket{
		appdirect.ListCompanies.Name: unlimited, appdirect.ReadProduct.Name: unlimited,
	}
	for i := range b.cfg.Tenants {
		b.cfg.Tenants[i].Cost.Each = &PointsConfig{Size: maxPoints, PerSecond: maxPoints} // nor is being refused
	}
	g, err := b.build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	return &graphSide{gateway: g, handler: g.server.Handler(), tape: p}
}

func (s *graphSide) answer(tb testing.TB) []byte {
	body, _ := json.Marshal(map[string]string{"query": benchQuery})
	request := httptest.NewRequest(http.MethodPost, "http://acme.localhost/api/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+s.tape.token)
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK || bytes.Contains(recorder.Body.Bytes(), []byte(`"errors"`)) {
		tb.Fatalf("status %d: %.600s", recorder.Code, recorder.Body)
	}
	return recorder.Body.Bytes()
}

func (s *graphSide) forget() { _ = s.gateway.forget(context.Background()) }

// handSide is what one would write without a gateway: the same calls, plain
// structs, a map as cache.
type handSide struct {
	client *http.Client
	base   string
	mu     sync.Mutex
	cache  map[string]any
}

func newHandSide(p *tape) *handSide {
	return &handSide{
		client: &http.Client{Transport: withToken{p}}, base: p.config.Tenants[0].AppDirect.URL + "/api", cache: map[string]any{},
	}
}

// withToken adds the token that the tape's sandbox admits everywhere.
type withToken struct{ tape *tape }

func (t withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+t.tape.token)
	r.Header.Set("Accept", "application/json")
	return t.tape.RoundTrip(r)
}

func (s *handSide) forget() { s.cache = map[string]any{} }

type (
	handPage[T any] struct {
		Content []T `json:"content"`
		Page    struct {
			TotalElements int `json:"totalElements"`
		} `json:"page"`
	}
	handNamed struct {
		UUID string      `json:"uuid"`
		ID   json.Number `json:"id"`
		Name string      `json:"name"`
	}
	handRef struct {
		ID   string `json:"-id"`
		Name string `json:"name"`
	}
	handSubscription struct {
		ID      string  `json:"id"`
		Status  string  `json:"status"`
		Company handRef `json:"company"`
		Product handRef `json:"product"`
		Edition handRef `json:"edition"`
	}
	handMembership struct {
		User struct {
			UUID  string `json:"uuid"`
			Email string `json:"email"`
		} `json:"user"`
		Roles []string `json:"roles"`
	}
)

// fetch reads and decodes an address, or takes it from the map.
func fetch[T any](tb testing.TB, s *handSide, path string) T {
	s.mu.Lock()
	kept, ok := s.cache[path].(T)
	s.mu.Unlock()
	if ok {
		return kept
	}
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, s.base+path, http.NoBody)
	response, err := s.client.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		tb.Fatal(path, err, response)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	var out T
	if err := json.Unmarshal(body, &out); err != nil {
		tb.Fatal(path, err)
	}
	s.mu.Lock()
	s.cache[path] = out
	s.mu.Unlock()
	return out
}

func (s *handSide) answer(tb testing.TB) []byte {
	companies := fetch[handPage[handNamed]](tb, s, "/account/v2/companies?includeCustomAttributes=true&page=0&size=100")
	shown := companies.Content[:20]
	members := make([]handPage[handMembership], len(shown))
	var wg sync.WaitGroup
	for i, c := range shown {
		wg.Go(func() {
			members[i] = fetch[handPage[handMembership]](tb, s, "/account/v2/companies/"+c.UUID+"/memberships?page=0&size=100")
		})
	}
	byCompany := map[string][]handSubscription{}
	for start := 0; ; start += 250 {
		page := fetch[[]handSubscription](tb, s, fmt.Sprintf("/billing/v1/subscriptions?count=250&expand=edition&start=%d", start))
		for _, sub := range page {
			byCompany[sub.Company.ID] = append(byCompany[sub.Company.ID], sub)
		}
		if len(page) < 250 {
			break
		}
	}
	products := map[string]handNamed{}
	for _, p := range fetch[handPage[handNamed]](tb, s, "/channel/v1/applications?page=0&size=100").Content {
		products[p.ID.String()] = p
	}
	wg.Wait()
	return s.compose(tb, companies.Page.TotalElements, shown, members, byCompany, products)
}

func (s *handSide) compose(tb testing.TB, total int, shown []handNamed, members []handPage[handMembership], subs map[string][]handSubscription, products map[string]handNamed) []byte {
	type (
		named   struct{ ID, Name string }
		subNode struct {
			ID, Status string
			Product    named
			Edition    struct{ Name string }
		}
		userNode struct {
			User  struct{ ID, Email string }
			Roles []string
		}
		companyNode struct {
			ID, Name      string
			Subscriptions struct{ Nodes []subNode }
			Memberships   struct{ Nodes []userNode }
		}
	)
	nodes := make([]companyNode, len(shown))
	for i, c := range shown {
		n := companyNode{ID: c.UUID, Name: c.Name}
		for _, sub := range subs[c.UUID][:min(5, len(subs[c.UUID]))] {
			product, ok := products[sub.Product.ID]
			if !ok {
				product = fetch[handNamed](tb, s, "/marketplace/v1/products/"+sub.Product.ID)
			}
			node := subNode{ID: sub.ID, Status: sub.Status, Product: named{product.UUID, product.Name}}
			node.Edition.Name = sub.Edition.Name
			n.Subscriptions.Nodes = append(n.Subscriptions.Nodes, node)
		}
		for _, m := range members[i].Content[:min(5, len(members[i].Content))] {
			node := userNode{Roles: m.Roles}
			node.User.ID, node.User.Email = m.User.UUID, m.User.Email
			n.Memberships.Nodes = append(n.Memberships.Nodes, node)
		}
		nodes[i] = n
	}
	out, err := json.Marshal(map[string]any{"totalCount": total, "nodes": nodes})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// shapeOf gives the values of either answer in one form: both must say the
// same, or the comparison says nothing. Statuses that the schema does not name
// are UNKNOWN in the graph.
func shapeOf(t *testing.T, body []byte) string {
	t.Helper()
	text := strings.ToLower(string(body))
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	if data, ok := tree["data"].(map[string]any); ok {
		tree = data["companies"].(map[string]any)
	}
	out, _ := json.Marshal(tree)
	text = strings.ReplaceAll(string(out), `"nodes":null`, `"nodes":[]`)
	for _, unknown := range []string{"pending_partner_review"} {
		text = strings.ReplaceAll(text, unknown, "unknown")
	}
	return strings.ReplaceAll(text, "totalcount", "")
}

func readRatios(t *testing.T) map[string]ratio {
	t.Helper()
	text, err := os.ReadFile(ratiosFile)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]ratio
	if err := json.Unmarshal(text, &out); err != nil || len(out) == 0 {
		t.Fatalf("%s: %v", ratiosFile, err)
	}
	return out
}

func writeRatios(t *testing.T, measured map[string]ratio) {
	t.Helper()
	text, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ratiosFile, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
