package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/marketgraph/marketgraph/server"
)

// assault is a way in that many servers leave open, as testdata/attacks has it.
type assault struct {
	ID       string
	Title    string
	Ours     bool // in no list but ours
	Requests []assaultRequest
}

// assaultRequest is one request of it. Texts are templates, so that what is
// long or deep is short to read.
type assaultRequest struct {
	Name      string
	Method    string // "" is POST
	Path      string // "" is the graph's
	As        string // persona; "" sends no token
	Open      bool   // sent to a gateway that is not locked up
	Headers   map[string]string
	Document  string // sent as JSON, with Variables where there are some
	Variables string
	Body      string // sent as it is, where there is no Document
	Want      assaultWant
}

// assaultWant is what makes the request harmless.
type assaultWant struct {
	Status     any    // a number, or a list of them
	Code       string // of the only error; "" for any number of errors
	Says       string // in that error
	Data       any    // absent: there is none; true: there is; "any"
	Headers    map[string]string
	Extensions []string // the only ones
	Never      string   // a pattern that the body never matches
}

// leaks are what no answer ever holds: traces, addresses, the words of the runtime.
var leaks = regexp.MustCompile(`goroutine \d+ \[|panic:|runtime error|\.go:\d+|connection refused|dial tcp|no such host|stacktrace`)

func readAttacks(t *testing.T) (attacks []assault) {
	t.Helper()
	files := readYAML[assault](t, "testdata/attacks")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		attacks = append(attacks, files[name]...)
	}
	return attacks
}

// lockedUp is what docs/security.md tells an operator to set who has no use for
// what is open.
func lockedUp(cfg *Config) {
	cfg.Explorer.Disabled = true
	for i := range cfg.Tenants {
		cfg.Tenants[i].Introspection = string(server.IntrospectionOff)
		cfg.Tenants[i].Documents.GETByID = true
	}
}

// gates are the two gateways that are attacked.
type gates struct{ locked, open *front }

func (b *backends) gates(t *testing.T) gates {
	t.Helper()
	b.token(t, "acme", "buyer")
	return gates{b.start(t, lockedUp), b.start(t)}
}

// of is the gateway that a request goes to.
func (g gates) of(r assaultRequest) *front {
	if r.Open {
		return g.open
	}
	return g.locked
}

// TestAttacks sends them all. The gateways make no call and go on answering.
func TestAttacks(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	gates := b.gates(t)
	all, succeeded := map[bool]int{}, map[bool]int{}
	for _, a := range readAttacks(t) {
		all[a.Ours]++
		if !t.Run(a.ID, func(t *testing.T) { a.launch(t, gates) }) {
			succeeded[a.Ours]++
		}
	}
	t.Logf("%d of %d succeed, and %d of %d of our own", succeeded[false], all[false], succeeded[true], all[true])
	gates.locked.must(t, ask{doc: "{__typename}"})
	gates.open.must(t, ask{doc: "{__typename}"})
}

func (a assault) launch(t *testing.T, gates gates) {
	for _, r := range a.Requests {
		t.Run(r.Name, func(t *testing.T) {
			g := gates.of(r)
			g.forgetCalls(t)
			r.check(t, g, r.request(t, g))
			if made := g.calls(t); made.Total != 0 {
				t.Errorf("it made %d upstream calls: %v", made.Total, made.ByRoute)
			}
		})
	}
}

func (r assaultRequest) request(t testing.TB, g *front) *http.Request {
	t.Helper()
	method, path := r.Method, r.Path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "/api/graphql"
	}
	out := request(t, method, g.url+path, r.body(t))
	out.Host = "acme.localhost"
	out.Header.Set("Content-Type", "application/json")
	for name, value := range r.Headers {
		out.Header.Set(name, value)
	}
	if out.Header.Get("Content-Type") == "" {
		out.Header.Del("Content-Type")
	}
	if r.As != "" {
		out.Header.Set("Authorization", "Bearer "+g.token(t, "acme", r.As))
	}
	return out
}

func (r assaultRequest) body(t testing.TB) []byte {
	t.Helper()
	if r.Document == "" {
		return writtenOut(t, r.Body)
	}
	in := map[string]any{"query": string(writtenOut(t, r.Document))}
	if r.Variables != "" {
		in["variables"] = json.RawMessage(r.Variables)
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// writtenOut is a template with what it repeats.
func writtenOut(t testing.TB, text string) []byte {
	t.Helper()
	repeat := func(n int, each string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(each, "#", strconv.Itoa(i)))
		}
		return b.String()
	}
	chain := func(n int, each string) string { // # is each one's number, $ the next one's
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("#", strconv.Itoa(i), "$", strconv.Itoa(i+1)).Replace(each))
		}
		return b.String()
	}
	nest := func(n int, before, inside, after string) string {
		return strings.Repeat(before, n) + inside + strings.Repeat(after, n)
	}
	parsed, err := template.New("").Funcs(template.FuncMap{"repeat": repeat, "chain": chain, "nest": nest}).Parse(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var b bytes.Buffer
	if err := parsed.Execute(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// assaultAnswer is an answer as far as it matters whether an attack succeeded.
type assaultAnswer struct {
	Data       json.RawMessage
	Errors     []fault
	Extensions map[string]any
}

func (r assaultRequest) check(t *testing.T, g *front, sent *http.Request) {
	t.Helper()
	status, header, body := g.do(t, sent)
	if !slices.Contains(numbers(r.Want.Status), status) {
		t.Errorf("status %d, want %v: %.300s", status, r.Want.Status, body)
	}
	if found := leaks.Find(body); found != nil {
		t.Errorf("the answer tells %q", found)
	}
	if r.Want.Never != "" && regexp.MustCompile(r.Want.Never).Match(body) {
		t.Errorf("the answer has %s: %.300s", r.Want.Never, body)
	}
	for name, want := range r.Want.Headers {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if strings.Contains(header.Get("Content-Type"), "json") {
		r.checkAnswer(t, body)
	}
}

func (r assaultRequest) checkAnswer(t *testing.T, body []byte) {
	t.Helper()
	var got assaultAnswer
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("no JSON: %.300s", body)
	}
	if has := len(got.Data) > 0 && string(got.Data) != "null"; r.Want.Data != "any" && has != (r.Want.Data == true) {
		t.Errorf("data is %.100s", got.Data)
	}
	if r.Want.Code != "" && (len(got.Errors) != 1 || got.Errors[0].code() != r.Want.Code || !strings.Contains(got.Errors[0].Message, r.Want.Says)) {
		t.Errorf("%d errors, want one with %s that says %q: %.500s", len(got.Errors), r.Want.Code, r.Want.Says, body)
	}
	for name := range got.Extensions {
		if r.Want.Extensions != nil && !slices.Contains(r.Want.Extensions, name) {
			t.Errorf("the answer has the extension %s", name)
		}
	}
}

// numbers are a number of YAML, or a list of them.
func numbers(v any) (out []int) {
	switch v := v.(type) {
	case uint64:
		return []int{int(v)}
	case []any:
		for _, each := range v {
			out = append(out, numbers(each)...)
		}
	}
	return out
}

// TestAttacksAreCheap compares what each request makes the gateway allocate
// with a small valid query. It counts; nothing here depends on time.
func TestAttacksAreCheap(t *testing.T) { //nolint:paralleltest // it counts the allocations of the whole process
	// Times those of a small valid query. The most bytes are read from a body that
	// is cut off at its limit, or become the tokens of a document that is cut off at
	// its own; the introspection that is answered is a list of all types.
	refused, answered := allocation{20, 60}, allocation{150, 150}
	gates := startBackends(t, 1).gates(t)
	small := gates.locked.allocated(t, assaultRequest{Document: "{__typename}"})
	for _, a := range readAttacks(t) {
		for _, r := range a.Requests {
			got := gates.of(r).allocated(t, r)
			allocs, size, most := got.count/small.count, got.bytes/small.bytes, refused
			if r.Want.Data != nil {
				most = answered
			}
			t.Logf("%-24s %-28s %6.1f times the allocations, %6.1f times the bytes", a.ID, r.Name, allocs, size)
			if allocs > most.count || size > most.bytes {
				t.Errorf("%s %s: %.0f times the allocations and %.0f times the bytes of a small valid query", a.ID, r.Name, allocs, size)
			}
		}
	}
}

// allocation is what one request takes.
type allocation struct{ count, bytes float64 }

// allocated answers a request a few times, without a network.
func (g *front) allocated(t *testing.T, r assaultRequest) allocation {
	t.Helper()
	const times = 3
	handler, body := g.gateway.server.Handler(), r.body(t)
	requests := make([]*http.Request, times+1)
	for i := range requests {
		requests[i] = r.request(t, g)
		requests[i].Body = io.NopCloser(bytes.NewReader(body))
		requests[i].RemoteAddr = "192.0.2.1:1"
	}
	handler.ServeHTTP(httptest.NewRecorder(), requests[times]) // what is made once is made now
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, each := range requests[:times] {
		handler.ServeHTTP(httptest.NewRecorder(), each)
	}
	runtime.ReadMemStats(&after)
	return allocation{float64(after.Mallocs-before.Mallocs) / times, float64(after.TotalAlloc-before.TotalAlloc) / times}
}
