package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

const shopDoc = `{ products(first: 5) { nodes { name } } }` // 1 call and 5 items

// frozen are buckets in which time stands still.
func frozen() *limits.Throttle { return limits.NewThrottle(limits.ThrottleOptions{Now: clock}) }

// status is a bucket of the default size with so much left.
func status(left int) throttleStatus {
	return throttleStatus{Maximum: 1000, Available: left, Restore: 100}
}

func (r result) wantCost(t *testing.T, what string, want costReport) {
	t.Helper()
	if r.Extensions.Cost == nil {
		t.Errorf("%s: no cost in %s", what, r.text)
		return
	}
	if diff := cmp.Diff(want, *r.Extensions.Cost); diff != "" {
		t.Errorf("%s: cost (-want +got):\n%s", what, diff)
	}
}

// TestEveryAnswerTellsItsCost asks cold, warm, and for what is refused.
func TestEveryAnswerTellsItsCost(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen()})
	g.answers("/channel/v1/applications", products)
	g.query(t, "", shopDoc).wantCost(t, "cold", costReport{Requested: 6, Actual: 2, Throttle: status(998)})
	g.query(t, "", shopDoc).wantCost(t, "warm", costReport{Requested: 6, Actual: 1, Throttle: status(997)})
	g.query(t, "", `{ __typename }`).wantCost(t, "nothing", costReport{Throttle: status(997)})
	g.query(t, "", `{ __schema { types { name } } }`).wantCost(t, "introspection", costReport{Throttle: status(997)})
	g.query(t, "", `{ nonsense }`).wantCost(t, "invalid", costReport{Throttle: status(997)})
	g.query(t, "", `{ companies { nodes { name } } }`).wantCost(t, "without a right", costReport{Requested: 21, Throttle: status(997)})
	g.query(t, memberToken, shopDoc).wantCost(t, "another client", costReport{Requested: 6, Actual: 1, Throttle: status(999)})
}

// TestFailedCallsAreUsed: the backend was asked, whatever it said.
func TestFailedCallsAreUsed(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen()})
	g.query(t, serviceToken, `{ company(id: "c9") { id name } }`).wantCost(t, "not found", costReport{Requested: 1, Actual: 1, Throttle: status(999)})
}

func TestTooDear(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen()})
	got := g.query(t, serviceToken, `{ companies(first: 10) { nodes { subscriptions(first: 250) { nodes { id } } } } }`)
	want := "the operation exceeds the limit `cost`: 2512, and at most 1000 are allowed; the most goes to " +
		"companies.nodes.subscriptions.nodes (2500), companies.nodes (10), companies (1)"
	if !slices.Equal(got.codes(), []string{string(ResourceLimitExceeded)}) || got.Errors[0].Message != want {
		t.Errorf("refused with %v, want %q", got.Errors, want)
	}
	got.wantCost(t, "too dear", costReport{Requested: 2512, Throttle: status(1000)})
	if calls := g.counts(); len(calls) > 0 {
		t.Errorf("refused after %v", calls)
	}
}

// TestTooEarly empties a bucket and asks once more, in both media types.
func TestTooEarly(t *testing.T) {
	t.Parallel()
	g := startWith(t, Options{Throttle: frozen()}, func(tenant *Tenant) {
		tenant.Cost = limits.Allowance{Clients: map[string]limits.Bucket{"batch": {Size: 7, PerSecond: 2}}}
	})
	g.answers("/account/v2/companies", doc{"content": []doc{{"uuid": "c1"}, {"uuid": "c2"}, {"uuid": "c3"}, {"uuid": "c4"}, {"uuid": "c5"}}, "page": doc{"totalElements": 5}})
	const companies = `{ companies(first: 5) { nodes { id } } }`
	g.query(t, serviceToken, companies).wantCost(t, "first", costReport{Requested: 6, Actual: 6, Throttle: throttleStatus{7, 1, 2}})
	calls := g.counts()["/account/v2/companies"]
	for accept, want := range map[string]int{typeJSON: http.StatusOK, typeResponse: http.StatusTooManyRequests} {
		got := g.query(t, serviceToken, companies, "Accept", accept)
		if got.status != want || !slices.Equal(got.codes(), []string{string(RateLimitExceeded)}) || got.Data != nil {
			t.Errorf("%s: %d %s, want %d", accept, got.status, got.text, want)
		}
		if after := got.header.Get("Retry-After"); after != "3" || got.Errors[0].Extensions["retryAfterSeconds"] != 3.0 || got.Errors[0].Extensions["retryable"] != true {
			t.Errorf("%s: Retry-After %q, extensions %v, want the 3s in which 5 points leak", accept, after, got.Errors[0].Extensions)
		}
		if says := got.Errors[0].Message; says != "the operation costs 6 points, and 1 are left; 2 are restored each second" {
			t.Errorf("the refusal says %q", says)
		}
		got.wantCost(t, accept, costReport{Requested: 6, Throttle: throttleStatus{7, 1, 2}})
	}
	if now := g.counts()["/account/v2/companies"]; now != calls {
		t.Errorf("%d calls were made for refused operations", now-calls)
	}
	if got := g.query(t, serviceToken, `{ companies(first: 10) { nodes { id } } }`); !slices.Equal(got.codes(), []string{string(ResourceLimitExceeded)}) {
		t.Errorf("what the bucket never holds is refused with %v", got.Errors)
	}
	if text := g.send(t, http.MethodGet, "/metrics", "").text; !strings.Contains(text, `marketgraph_limit_errors_total{limit="bucket"} 2`) ||
		!strings.Contains(text, `marketgraph_limit_errors_total{limit="cost"} 1`) {
		t.Errorf("the metrics do not count the refusals")
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen()})
	got := g.query(t, serviceToken, `{ companies(first: 3) { nodes { subscriptions(first: 2) { nodes { product { name } } } } } }`, headerCostOnly, "true")
	got.wantCost(t, "dry", costReport{Requested: 12, Throttle: status(1000), Fields: []limits.FieldCost{
		{Path: "companies", Field: "Query.companies", Parents: 1, Calls: 1},
		{Path: "companies.nodes", Field: "CompanyConnection.nodes", Parents: 1, Items: 3},
		{Path: "companies.nodes.subscriptions", Field: "Company.subscriptions", Parents: 3, Calls: 1},
		{Path: "companies.nodes.subscriptions.nodes", Field: "SubscriptionConnection.nodes", Parents: 3, Items: 6},
		{Path: "companies.nodes.subscriptions.nodes.product", Field: "Subscription.product", Parents: 6, Calls: 1},
	}, Predicted: map[upstream.Backend]int{appdirect.Backend: 3}})
	if got.status != http.StatusOK || got.text != `{"data":null}` {
		t.Errorf("answered %d %s", got.status, got.text)
	}
	if invalid := g.query(t, serviceToken, `{ nonsense }`, headerCostOnly, "true"); !slices.Equal(invalid.codes(), []string{string(ValidationFailed)}) {
		t.Errorf("an invalid one: %s", invalid.text)
	}
	if calls := g.counts(); len(calls) > 0 {
		t.Errorf("a dry run made calls: %v", calls)
	}
}

// batch posts operations as a list and gives the text of each answer.
func (g *gateway) batch(t *testing.T, documents ...string) (result, []json.RawMessage) {
	t.Helper()
	list := []doc{}
	for _, document := range documents {
		list = append(list, doc{"query": document})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.URL+"/api/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "acme.example"
	r.Header.Set("Content-Type", "application/json")
	response, err := g.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var raw json.RawMessage
	if err := json.NewDecoder(response.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	out, answers := result{status: response.StatusCode, text: string(raw)}, []json.RawMessage{}
	if raw[0] != '[' {
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
	} else if err := json.Unmarshal(raw, &answers); err != nil {
		t.Fatal(err)
	}
	return out, answers
}

func TestBatch(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen(), Limits: limits.Config{Batch: 3, Cost: 20}})
	g.answers("/channel/v1/applications", products)
	_, answers := g.batch(t, shopDoc, `{ nonsense }`, `{ __typename }`)
	want := []string{
		`{"data":{"products":{"nodes":[{"name":"Mail"}]}},"extensions":{"cost":{"requestedQueryCost":6,"actualQueryCost":2,"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":998,"restoreRate":100}}}}`,
		`"code":"GRAPHQL_VALIDATION_FAILED"`,
		`{"data":{"__typename":"Query"},"extensions":{"cost":{"requestedQueryCost":0,"actualQueryCost":0,"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":998,"restoreRate":100}}}}`,
	}
	if len(answers) != len(want) {
		t.Fatalf("%d answers", len(answers))
	}
	for i, answer := range answers {
		if !strings.Contains(string(answer), want[i]) {
			t.Errorf("answer %d is %s, want %s", i, answer, want[i])
		}
	}
	calls := g.counts()["/channel/v1/applications"]
	dear := `{ products(first: 9) { nodes { name } } }` // 10 each, and 30 together
	if got, _ := g.batch(t, dear, dear, dear); !slices.Equal(got.codes(), []string{string(ResourceLimitExceeded)}) || !strings.Contains(got.Errors[0].Message, "`cost`: 30, and at most 20") {
		t.Errorf("too dear together: %s", got.text)
	} else {
		got.wantCost(t, "too dear together", costReport{Requested: 30, Throttle: status(998)})
	}
	if got, _ := g.batch(t, dear, dear, dear, dear); got.status != http.StatusBadRequest || !strings.Contains(got.text, "`batch` of 3") {
		t.Errorf("too long: %d %s", got.status, got.text)
	}
	if now := g.counts()["/channel/v1/applications"]; now != calls {
		t.Errorf("%d calls were made for refused batches", now-calls)
	}
}

// TestCrowd holds one operation at the backend while another of the same viewer comes.
func TestCrowd(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{ViewerOperations: 1}})
	entered, release := make(chan struct{}), make(chan struct{})
	g.on("/channel/v1/applications", func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		writeJSON(w, products)
	})
	done := make(chan result)
	go func() { done <- g.query(t, "", shopDoc) }()
	<-entered
	got := g.query(t, "", `{ __typename }`, "Accept", typeResponse)
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.text, "`viewerOperations`: 2, and at most 1") || got.header.Get("Retry-After") != "1" {
		t.Errorf("answered %d %s", got.status, got.text)
	}
	if other := g.query(t, serviceToken, `{ __typename }`); other.status != http.StatusOK {
		t.Errorf("another viewer: %d %s", other.status, other.text)
	}
	close(release)
	if first := <-done; len(first.Errors) > 0 {
		t.Errorf("the first: %s", first.text)
	}
	if after := g.query(t, "", `{ __typename }`); len(after.Errors) > 0 {
		t.Errorf("afterwards: %s", after.text)
	}
}

// TestClientsAreToldApart: visitors by the address in front of a trusted proxy.
func TestClientsAreToldApart(t *testing.T) {
	t.Parallel()
	loopback := limits.Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	g := start(t, Options{Throttle: frozen(), Proxies: loopback})
	g.answers("/channel/v1/applications", products)
	for i, want := range []int{998, 999, 997} { // cold, warm from elsewhere, warm
		address := []string{"192.0.2.1", "192.0.2.2", "192.0.2.1"}[i]
		g.query(t, "", shopDoc, "X-Forwarded-For", address).wantCost(t, fmt.Sprint(i), costReport{Requested: 6, Actual: 1 + (1 - min(i, 1)), Throttle: status(want)})
	}
}

// TestDeadRequest ends before its operation begins.
func TestDeadRequest(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{Deadline: time.Nanosecond}})
	got := g.query(t, "", shopDoc)
	if !slices.Equal(got.codes(), []string{string(Internal)}) || !strings.Contains(got.Errors[0].Message, "`deadline`") {
		t.Errorf("answered %d %s", got.status, got.text)
	}
	if size, _ := strconv.Atoi(got.header.Get("Content-Length")); size == 0 {
		t.Error("an empty body")
	}
}

// Who sees everything also sees what backends had to do; nobody else does, since
// it tells what others have asked before.
func TestUpstreamIsForThoseWhoSeeEverything(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", products)
	// The claimant's scopes promise what their roles do not hold.
	for _, token := range []string{"", memberToken, "claimant-token-00000", "stranger-token-00000"} {
		if got := g.query(t, token, shopDoc).Extensions; got.Upstream != nil || got.Cost == nil {
			t.Errorf("%q is told: %+v", token, got)
		}
	}
	for name, tc := range map[string]struct {
		token, doc string
		want       upstreamReport
	}{
		"from the cache": {serviceToken, shopDoc, upstreamReport{ByRoute: map[string]int{}}},
		"by a person, whose roles the selection does not need": {"manager-token-000000", shopDoc, upstreamReport{ByRoute: map[string]int{}}},
		"by a call": {serviceToken, `{ company(id: "c9") { id name } }`, upstreamReport{Calls: 1, ByRoute: map[string]int{"appdirect.readCompany": 1}}},
	} {
		if diff := cmp.Diff(&tc.want, g.query(t, tc.token, tc.doc).Extensions.Upstream); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
