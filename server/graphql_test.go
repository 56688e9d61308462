package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
)

const (
	serviceToken   = "service-token-000000"
	memberToken    = "member-token-0000000"
	powerlessToken = "powerless-token-0000"
)

// products is what the catalogue answers in these tests.
var products = doc{"content": []doc{{"id": "1", "uuid": "p1", "name": "Mail"}}, "page": doc{"size": 100, "totalElements": 1}}

func TestAnswers(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", products)
	got := g.query(t, "", `{ products { nodes { name } totalCount } }`)
	want := `{"data":{"products":{"nodes":[{"name":"Mail"}],"totalCount":1}}}`
	if got.status != http.StatusOK || got.text != want {
		t.Errorf("%d %s, want 200 %s", got.status, got.text, want)
	}
	for header, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Vary": "Accept, Authorization, Mp-Authorization, X-Cost-Only",
	} {
		if !slices.Contains(got.header.Values(header), want) {
			t.Errorf("%s is %q, want %q", header, got.header.Values(header), want)
		}
	}
	byGet := g.send(t, http.MethodGet, "/api/graphql?query="+url.QueryEscape(`{ products { nodes { name } totalCount } }`), "")
	if byGet.text != want {
		t.Errorf("GET answers %s", byGet.text)
	}
	head := g.send(t, http.MethodHead, "/api/graphql?query="+url.QueryEscape(`{ products { nodes { name } totalCount } }`), "")
	if head.status != http.StatusOK || head.text != "" || head.header.Get("Content-Length") != byGet.header.Get("Content-Length") {
		t.Errorf("HEAD answers %d %q, length %s", head.status, head.text, head.header.Get("Content-Length"))
	}
}

// TestRequestErrors have no data, and the status that their media type wants.
func TestRequestErrors(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{Depth: 3, RootFields: 2, Aliases: 1, Tokens: 40, BodyBytes: 2000}})
	for name, tc := range map[string]struct {
		document string
		code     Code
		says     string
	}{
		"syntax":            {`{ me {`, ValidationFailed, "Expected Name"},
		"unknown field":     {`{ me { shoeSize } }`, ValidationFailed, "shoeSize"},
		"no such operation": {`query A { me { id } } query B { me { id } }`, ValidationFailed, "not found"},
		"missing variable":  {`query($id: ID!) { company(id: $id) { id } }`, ValidationFailed, "variable.id must be defined"},
		"too many tokens":   {`{ me { id ` + strings.Repeat("id ", 50) + `} }`, ResourceLimitExceeded, "`tokens`: 41, and at most 40"},
		"too deep":          {`{ companies { nodes { address { city } } } }`, ResourceLimitExceeded, "`depth`: 4, and at most 3"},
		"too wide":          {`{ me { id } companies { totalCount } products { totalCount } }`, ResourceLimitExceeded, "`rootFields`: 3, and at most 2"},
		"too many aliases":  {`{ me { a: id b: id } }`, ResourceLimitExceeded, "`aliases`: 2, and at most 1"},
	} {
		for accept, status := range map[string]int{typeJSON: http.StatusOK, typeResponse: http.StatusBadRequest} {
			t.Run(name+" "+accept, func(t *testing.T) {
				t.Parallel()
				got := g.query(t, "", tc.document, "Accept", accept)
				if got.status != status || got.Data != nil || strings.Contains(got.text, `"data"`) {
					t.Errorf("%d %s", got.status, got.text)
				}
				if !slices.Equal(got.codes(), []string{string(tc.code)}) || !strings.Contains(got.Errors[0].Message, tc.says) {
					t.Errorf("%v, want %s that says %q", got.Errors, tc.code, tc.says)
				}
			})
		}
	}
	if calls := g.counts(); len(calls) > 0 {
		t.Errorf("refused after %v", calls)
	}
}

// TestHTTPErrors are about the request itself.
func TestHTTPErrors(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{BodyBytes: 100}})
	const jsonType = "application/json"
	for name, tc := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		code               Code
	}{
		"unknown host":   {"POST", "/api/graphql", `{"query":"{me{id}}"}`, []string{"Host", "evil.example", "Content-Type", jsonType}, 404, NotFound},
		"not acceptable": {"POST", "/api/graphql", `{"query":"{me{id}}"}`, []string{"Accept", "text/html", "Content-Type", jsonType}, 406, BadRequest},
		"too large":      {"POST", "/api/graphql", `{"query":"` + strings.Repeat("a", 100) + `"}`, []string{"Content-Type", jsonType}, 413, ResourceLimitExceeded},
		"content type":   {"POST", "/api/graphql", `{"query":"{me{id}}"}`, []string{"Content-Type", "text/plain"}, 415, BadRequest},
		"method":         {"PUT", "/api/graphql", `{}`, []string{"Content-Type", jsonType}, 405, BadRequest},
		"no query":       {"GET", "/api/graphql", "", nil, 400, BadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := g.send(t, tc.method, tc.path, tc.body, tc.header...)
			if got.status != tc.status || !slices.Equal(got.codes(), []string{string(tc.code)}) {
				t.Errorf("%d %s, want %d %s", got.status, got.text, tc.status, tc.code)
			}
			if id := got.Errors[0].Extensions["requestId"]; id != got.header.Get("X-Request-Id") {
				t.Errorf("requestId is %v, the header says %s", id, got.header.Get("X-Request-Id"))
			}
		})
	}
	if got := g.send(t, "PUT", "/api/graphql", ""); got.header.Get("Allow") != "GET, POST" {
		t.Errorf("PUT allows %q", got.header.Get("Allow"))
	}
	if got := g.send(t, "GET", "/nowhere", ""); got.status != http.StatusNotFound {
		t.Errorf("/nowhere is %d", got.status)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/account/v2/users/ann", doc{"uuid": "ann", "email": "ann@example.com"})
	bad := g.query(t, "expired-token-000000", `{ me { id } }`)
	if bad.status != http.StatusUnauthorized || !strings.HasPrefix(bad.header.Get("WWW-Authenticate"), "Bearer") || !slices.Equal(bad.codes(), []string{"UNAUTHORIZED"}) {
		t.Errorf("a bad token: %d %v %s", bad.status, bad.header, bad.text)
	}
	if strings.Contains(bad.text, "expired-token") {
		t.Errorf("%s repeats the token", bad.text)
	}
	good := g.query(t, memberToken, `{ me { email } }`)
	if good.text != `{"data":{"me":{"email":"ann@example.com"}}}` || good.header.Get("WWW-Authenticate") != "" {
		t.Errorf("a good token: %s", good.text)
	}
	for _, value := range []string{memberToken, "Bearer " + memberToken} {
		other := g.send(t, "POST", "/api/graphql", `{"query":"{me{id}}"}`, "Content-Type", "application/json", "MP-Authorization", value)
		if other.text != `{"data":{"me":{"id":"ann"}}}` {
			t.Errorf("MP-Authorization %q: %s", value, other.text)
		}
	}
	if got := g.query(t, serviceToken, `{ me { id } }`); got.text != `{"data":{"me":null}}` {
		t.Errorf("a service is %s", got.text)
	}
	stranger := g.query(t, "stranger-token-00000", `{ me { id } }`)
	if !slices.Equal(stranger.codes(), []string{"UNAUTHORIZED"}) || stranger.Data != nil {
		t.Errorf("a user whom the marketplace does not know: %s", stranger.text)
	}
	// The token service is away: nobody's token is bad, it cannot be checked.
	g.on("/introspect", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	away := g.query(t, "unchecked-token-0000", `{ me { id } }`)
	if away.status != http.StatusServiceUnavailable || !slices.Equal(away.codes(), []string{"INTERNAL_SERVER_ERROR"}) || away.Errors[0].Extensions["retryable"] != true {
		t.Errorf("a token that cannot be checked: %d %s", away.status, away.text)
	}
}

// TestDeniedFields are null, say why, and cost no call; what stands beside them is answered.
func TestDeniedFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		token, code string
		extra       map[string]int
	}{
		"without a token": {"", "UNAUTHORIZED", nil},
		"without a right": {powerlessToken, "FORBIDDEN", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, Options{})
			g.answers("/channel/v1/applications", products)
			got := g.query(t, tc.token, `{ companies { totalCount } products { nodes { name subscriptions { totalCount } } } c: company(id: "c1") { id } }`)
			if want := `"data":{"companies":null,"products":{"nodes":[{"name":"Mail","subscriptions":null}]},"c":null}`; !strings.Contains(got.text, want) {
				t.Errorf("%s lacks %s", got.text, want)
			}
			var paths []string
			for _, e := range got.Errors {
				paths = append(paths, fmt.Sprint(e.Path))
			}
			slices.Sort(paths)
			if diff := cmp.Diff([]string{"[c]", "[companies]", "[products nodes 0 subscriptions]"}, paths); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
			if !slices.Equal(got.codes(), []string{tc.code, tc.code, tc.code}) {
				t.Errorf("codes %v", got.codes())
			}
			if diff := cmp.Diff(map[string]int{"/channel/v1/applications": 1}, g.counts()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFieldErrors: a backend that fails nulls its field and is named; nothing of what it said is told.
func TestFieldErrors(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", products)
	g.on("/account/v2/companies", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("stack trace with s3cret"))
	})
	got := g.query(t, serviceToken, `{ companies { totalCount } products { totalCount } company(id: "c9") { id } x: companies(first: 0) { totalCount } y: companies(first: 99999999999) { totalCount } }`)
	if !strings.Contains(got.text, `"data":{"companies":null,"products":{"totalCount":1},"company":null,"x":null,"y":null}`) {
		t.Errorf("answer: %s", got.text)
	}
	codes := map[string]any{}
	for _, e := range got.Errors {
		codes[fmt.Sprint(e.Path)] = e.Extensions["code"]
		if e.Path == nil {
			t.Errorf("%v has no path", e)
		}
	}
	want := map[string]any{"[companies]": "INTERNAL_SERVER_ERROR", "[company]": "NOT_FOUND", "[x]": "BAD_REQUEST", "[y]": "BAD_REQUEST"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s\n%s", diff, got.text)
	}
	if strings.Contains(got.text, "s3cret") || strings.Contains(g.log.String(), "s3cret") {
		t.Error("what the backend said is told")
	}
	if got.status != http.StatusOK || !strings.Contains(got.text, `"backend":"appdirect"`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestErrorsAreCapped(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{Errors: 3}})
	got := g.query(t, "", `{ a: company(id: "1") { id } b: company(id: "1") { id } c: company(id: "1") { id } d: company(id: "1") { id } e: me { id } }`)
	if len(got.Errors) != 3 || got.Errors[2].Message != "3 more errors, beyond the limit `errors` of 3" || got.Errors[2].Extensions["code"] != "UNAUTHORIZED" {
		t.Errorf("%s", got.text)
	}
	if got = g.query(t, "", `{ a: company(id: "1") { id } b: me { id } c: me { id } }`); len(got.Errors) != 3 || strings.Contains(got.text, "more errors") {
		t.Errorf("at the limit: %s", got.text)
	}
}

// TestCallsAreLimited: a budget of calls ends the operation's reading, not what was read.
func TestCallsAreLimited(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{Calls: 1}})
	g.answers("/channel/v1/applications", products)
	g.answers("/account/v2/companies", products)
	got := g.query(t, serviceToken, `{ products { totalCount } companies { totalCount } }`)
	if !slices.Equal(got.codes(), []string{"RESOURCE_LIMIT_EXCEEDED"}) || !strings.Contains(got.Errors[0].Message, "`calls`") {
		t.Errorf("%s", got.text)
	}
}

// TestPanics: whoever asks gets an answer, and the trace is for the log.
func TestPanics(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	got := g.query(t, "ghost-token-00000000", `{ me { id } }`)
	if got.status != http.StatusInternalServerError || !slices.Equal(got.codes(), []string{"INTERNAL_SERVER_ERROR"}) || strings.Contains(got.text, "secret") {
		t.Errorf("%d %s", got.status, got.text)
	}
	events := g.log.events(t, "panic")
	if len(events) != 1 || events[0]["requestId"] != got.header.Get("X-Request-Id") || !strings.Contains(fmt.Sprint(events[0]["stack"]), "panic.go") {
		t.Errorf("logged %v", events)
	}
	if after := g.query(t, "", `{ __typename }`); after.text != `{"data":{"__typename":"Query"}}` {
		t.Errorf("afterwards: %s", after.text)
	}
}

// TestOneEvent per operation, with its counts.
func TestOneEvent(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Now: clock})
	g.answers("/channel/v1/applications", products)
	got := g.query(t, serviceToken, `query Shop { products { totalCount } company(id: "c9") { id } }`, "X-Request-Id", "r-1")
	if got.header.Get("X-Request-Id") != "r-1" {
		t.Errorf("the id became %q", got.header.Get("X-Request-Id"))
	}
	g.query(t, "", `{ nonsense }`)
	g.query(t, "expired-token-000000", `{ me { id } }`)
	events := g.log.events(t, "operation")
	for _, event := range events {
		delete(event, "time")
	}
	if len(events) != 3 {
		t.Fatalf("%d events: %v", len(events), events)
	}
	size, _ := strconv.ParseFloat(got.header.Get("Content-Length"), 64)
	service := doc{"tenant": "acme", "kind": "service", "client": "batch", "user": ""}
	want := doc{
		"level": "INFO", "msg": "operation", "requestId": "r-1", "tenant": "acme", "status": 200.0, "took": 0.0, "bytes": size,
		"viewer": service, "type": "query", "operation": "Shop", "calls": 2.0, "cost": 2.0, "used": 2.0, "waited": events[0]["waited"],
		"callsByRoute": doc{"appdirect.listApplications": 1.0, "appdirect.readCompany": 1.0}, "errors": doc{"NOT_FOUND": 1.0},
	}
	if diff := cmp.Diff(want, events[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e := events[1]; e["calls"] != nil || !cmp.Equal(e["errors"], any(doc{"GRAPHQL_VALIDATION_FAILED": 1.0})) {
		t.Errorf("an operation that did not run: %v", e)
	}
	if e := events[2]; e["viewer"] != nil || e["status"] != 401.0 {
		t.Errorf("a bad token: %v", e)
	}
	for _, secret := range []string{serviceToken, "expired-token", "s3cret", "query Shop"} {
		if strings.Contains(g.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// TestDeadline: what is not there by then is null, and the operation ends.
func TestDeadline(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Limits: limits.Config{Deadline: 300 * time.Millisecond}})
	g.on("/channel/v1/applications", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	got := g.query(t, "", `{ products { totalCount } }`)
	if !slices.Equal(got.codes(), []string{"INTERNAL_SERVER_ERROR"}) || got.Errors[0].Extensions["retryable"] != true || got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// TestRulesAreTheSchemas: package auth and the schema name the same access rules, in the same order.
func TestRulesAreTheSchemas(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	var schemas, auths []string
	for _, value := range g.server.preview.schema.Types["AccessRule"].EnumValues {
		schemas = append(schemas, value.Name)
	}
	for _, rule := range auth.Rules() {
		auths = append(auths, rule.Name)
	}
	if diff := cmp.Diff(schemas, auths); diff != "" {
		t.Errorf("(-schema +auth):\n%s", diff)
	}
}
