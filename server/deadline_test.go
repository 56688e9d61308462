package server

import (
	"net/http"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/limits"
)

// TestDeadlineBudget: the least of what caller, tenant and gateway allow is what a request has; what is no time is told so.
func TestDeadlineBudget(t *testing.T) {
	t.Parallel()
	s := &Server{limits: limits.Config{Deadline: 10 * time.Second}}
	for _, tc := range []struct {
		header string
		tenant time.Duration
		want   time.Duration // 0 where it is refused
	}{
		{"", 0, 10 * time.Second},
		{"", 4 * time.Second, 4 * time.Second},
		{"1500", 0, 1500 * time.Millisecond},
		{"1500", time.Second, time.Second},
		{"1", 0, time.Millisecond},
		{"2147483647", 0, 10 * time.Second},
		{"0", 0, 0},
		{"-1", 0, 0},
		{"+5", 0, 0},
		{"1.5", 0, 0},
		{"2147483648", 0, 0},
		{"99999999999999999999", 0, 0},
		{"soon", 0, 0},
	} {
		r := &http.Request{Header: http.Header{}}
		if tc.header != "" {
			r.Header.Set(headerDeadline, tc.header)
		}
		got, f := s.deadline(r, &Tenant{Deadline: tc.tenant})
		if got != tc.want || (f == nil) != (tc.want > 0) {
			t.Errorf("%q with the tenant's %v: %v, %v", tc.header, tc.tenant, got, f)
		}
	}
}

// TestDeadlineOfTheCaller: whoever waits for a tenth of a second only has the answer by then, and backends are not told.
func TestDeadlineOfTheCaller(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	told := make(chan string, 1)
	g.on("/channel/v1/applications", func(_ http.ResponseWriter, r *http.Request) {
		told <- r.Header.Get(headerDeadline)
		<-r.Context().Done()
	})
	begin := time.Now()
	got := g.query(t, "", `{ products { totalCount } }`, headerDeadline, "100")
	if took := time.Since(begin); got.status != http.StatusOK || len(got.codes()) != 1 || took > g.server.limits.Deadline/2 {
		t.Errorf("%d after %v: %s", got.status, took, got.text)
	}
	if ext := got.Errors[0].Extensions; ext["retryable"] != true || ext["backend"] != "appdirect" {
		t.Errorf("%v", ext)
	}
	if header := <-told; header != "" {
		t.Errorf("the backend was told %q", header)
	}
	got = g.query(t, "", `{ __typename }`, headerDeadline, "soon")
	if got.status != http.StatusBadRequest || got.codes()[0] != string(BadRequest) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// TestListsThatAreThere: of two products' reviews one list is there, and the other one does not come. When the deadline ends
// the wait for both, the one is answered.
func TestListsThatAreThere(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", doc{"content": []doc{{"id": "1", "uuid": "p1"}, {"id": "2", "uuid": "p2"}}, "page": doc{"totalElements": 2}})
	g.answers("/marketplace/v1/products/1/reviews", []doc{{"id": "a", "title": "Good"}, {"id": "b", "title": "Bad"}})
	g.on("/marketplace/v1/products/2/reviews", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	g.query(t, "", `{ products { nodes { id } } product(id: "p1") { reviews { nodes { id } } } }`)
	got := g.query(t, "", `{ products { nodes { reviews { nodes { title } } } } }`, headerDeadline, "300")
	const want = `{"products":{"nodes":[{"reviews":{"nodes":[{"title":"Good"},{"title":"Bad"}]}},{"reviews":null}]}}`
	if string(got.Data) != want || len(got.codes()) != 1 {
		t.Errorf("%s, want the data %s", got.text, want)
	}
}
