package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/limits"
)

// bounded is as much of a server as reads requests.
func bounded(bytes int64) *Server {
	return &Server{limits: limits.Config{BodyBytes: bytes, VariableBytes: bytes, Batch: 1}}
}

func post(body string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func get(values url.Values) *http.Request {
	return httptest.NewRequest(http.MethodGet, "/api/graphql?"+values.Encode(), http.NoBody)
}

func TestReadParams(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		request *http.Request
		want    graphql.RawParams
	}{
		"POST":                {post(`{"query":"{me{id}}"}`), graphql.RawParams{Query: "{me{id}}"}},
		"POST with a charset": {post(`{"query":"{a}"}`, "Content-Type", "Application/JSON; charset=utf-8"), graphql.RawParams{Query: "{a}"}},
		"POST with spaces":    {post(" \n{\"query\":\"{a}\"}\r\n\t"), graphql.RawParams{Query: "{a}"}},
		"POST with nulls":     {post(`{"query":"{a}","operationName":null,"variables":null,"extensions":null}`), graphql.RawParams{Query: "{a}"}},
		"POST with more":      {post(`{"query":"{a}","id":7,"documentId":null}`), graphql.RawParams{Query: "{a}"}},
		"POST with everything": {
			post(`{"query":"query Q($n: Int){a}","operationName":"Q","variables":{"n":90071992547409931.07},"extensions":{"x":[1]}}`),
			graphql.RawParams{
				Query: "query Q($n: Int){a}", OperationName: "Q",
				Variables: map[string]any{"n": json.Number("90071992547409931.07")}, Extensions: map[string]any{"x": []any{json.Number("1")}},
			},
		},
		"GET":               {get(url.Values{"query": {"{a}"}}), graphql.RawParams{Query: "{a}"}},
		"GET with nothings": {get(url.Values{"query": {"{a}"}, "variables": {""}, "operationName": {""}, "extensions": {"null"}}), graphql.RawParams{Query: "{a}"}},
		"GET with everything": {
			get(url.Values{"query": {"{a}"}, "operationName": {"Q"}, "variables": {`{"n":1}`}, "extensions": {`{"x":true}`}}),
			graphql.RawParams{Query: "{a}", OperationName: "Q", Variables: map[string]any{"n": json.Number("1")}, Extensions: map[string]any{"x": true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, f := bounded(1000).readParams(tc.request)
			if f != nil {
				t.Fatalf("refused with %d: %s", f.status, f.message)
			}
			if diff := cmp.Diff(tc.want, got.operations[0].RawParams); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadParamsRefusals(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	cut := post(`{"query":"{a}"}`)
	cut.Body = http.MaxBytesReader(nil, failing{}, 1000)
	for name, tc := range map[string]struct {
		request *http.Request
		status  int
		code    Code
		says    string
	}{
		"no body":                    {post(""), 400, BadRequest, "no JSON object"},
		"no JSON":                    {post("query=" + secret), 400, BadRequest, "no JSON object"},
		"half an object":             {post(`{"query":"` + secret), 400, BadRequest, "no JSON object"},
		"a string":                   {post(`"` + secret + `"`), 400, BadRequest, "no JSON object"},
		"null":                       {post(`null`), 400, BadRequest, "`query` is missing"},
		"a batch":                    {post(` [{"query":"{a}"}]`), 400, ResourceLimitExceeded, "`batch` is 1"},
		"two objects":                {post(`{"query":"{a}"}{"query":"{b}"}`), 400, BadRequest, "goes on"},
		"junk behind":                {post(`{"query":"{a}"} ` + secret), 400, BadRequest, "goes on"},
		"no query":                   {post(`{"variables":{}}`), 400, BadRequest, "`query` is missing"},
		"an empty query":             {post(`{"query":""}`), 400, BadRequest, "`query` is missing"},
		"query of a wrong type":      {post(`{"query":{"a":"` + secret + `"}}`), 400, BadRequest, "`query` has the wrong type"},
		"variables as text":          {post(`{"query":"{a}","variables":"` + secret + `"}`), 400, BadRequest, "`variables` is no JSON object"},
		"variables as a list":        {post(`{"query":"{a}","variables":[]}`), 400, BadRequest, "`variables` is no JSON object"},
		"name of a wrong type":       {post(`{"query":"{a}","operationName":7}`), 400, BadRequest, "`operationName` has the wrong type"},
		"extensions of a wrong type": {post(`{"query":"{a}","extensions":true}`), 400, BadRequest, "`extensions` is no JSON object"},
		"too large":                  {post(`{"query":"` + strings.Repeat("a", 1000) + `"}`), 413, ResourceLimitExceeded, "`bodyBytes` of 1000"},
		"cut off":                    {cut, 400, BadRequest, "ended early"},
		"a form":                     {post("query={a}", "Content-Type", "application/x-www-form-urlencoded"), 415, BadRequest, "application/json"},
		"plain text, as a form of another origin can send": {post(`{"query":"{a}"}`, "Content-Type", "text/plain"), 415, BadRequest, "application/json"},
		"no content type":        {post(`{"query":"{a}"}`, "Content-Type", ""), 415, BadRequest, "application/json"},
		"another charset":        {post(`{"query":"{a}"}`, "Content-Type", "application/json; charset=utf-16"), 415, BadRequest, "application/json"},
		"GET without a query":    {get(nil), 400, BadRequest, "`query` is missing"},
		"GET with bad variables": {get(url.Values{"query": {"{a}"}, "variables": {secret}}), 400, BadRequest, "`variables` is no JSON object"},
		"GET with a list":        {get(url.Values{"query": {"{a}"}, "extensions": {"[]"}}), 400, BadRequest, "`extensions` is no JSON object"},
		"GET with junk behind":   {get(url.Values{"query": {"{a}"}, "variables": {"{}{}"}}), 400, BadRequest, "`variables` goes on"},
		"GET with a bad escape":  {&http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: "query=%zz"}}, 400, BadRequest, "cannot be read"},
		"GET that is too long":   {get(url.Values{"query": {strings.Repeat("a", 1000)}}), 414, ResourceLimitExceeded, "`bodyBytes` of 1000"},
		"PUT":                    {httptest.NewRequest(http.MethodPut, "/", http.NoBody), 405, BadRequest, "use POST"},
		"DELETE":                 {httptest.NewRequest(http.MethodDelete, "/", http.NoBody), 405, BadRequest, "use POST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, f := bounded(1000).readParams(tc.request)
			if f == nil {
				t.Fatalf("taken as %+v", got)
			}
			if f.status != tc.status || f.code != tc.code || !strings.Contains(f.message, tc.says) {
				t.Errorf("refused with %d %s %q, want %d %s %q", f.status, f.code, f.message, tc.status, tc.code, tc.says)
			}
			if strings.Contains(f.message, secret) {
				t.Errorf("%q repeats the request", f.message)
			}
			if (f.status == http.StatusMethodNotAllowed) != (f.allow != "") {
				t.Errorf("status %d allows %q", f.status, f.allow)
			}
		})
	}
}

// failing is a body whose sender went away.
type failing struct{}

// Read implements io.Reader.
func (failing) Read([]byte) (int, error) { return 0, errSecret }

// Close implements io.Closer.
func (failing) Close() error { return nil }

// FuzzDecodeParams: any body is taken or refused, and what is taken has queries or
// names them.
func FuzzDecodeParams(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", `{"query":"{a}"}`, `{"query":"{a}","variables":{"n":1e999}}`, `{"query":"{a}"}x`, `{"QUERY":"{a}"}`,
		`{"documentId":"a"}`, `{"documentId":"sha256:0"}`, `{"extensions":{"persistedQuery":{"version":1}}}`, `{"query":"\ud800"}`, `{"query":"{a}","variables":[]}`, strings.Repeat(`{"variables":`, 100), `{"query":1}`, "\xff",
		`[{"query":"{a}"},{"documentId":"a"}]`, `[[{"query":"{a}"}]]`, `[{"query":"{a}"},null]`, "[1,2,3,4]",
	} {
		f.Add([]byte(seed))
	}
	bounds := limits.Default()
	bounds.Batch, bounds.VariableBytes = 3, 1000
	s := &Server{limits: bounds}
	f.Fuzz(func(t *testing.T, body []byte) {
		taken, fault := s.decode(body)
		if fault != nil {
			if taken != nil || fault.status != http.StatusBadRequest || fault.code != BadRequest && fault.limit == "" || len(fault.message) > 200 {
				t.Fatalf("%q is refused with %+v", body, fault)
			}
			return
		}
		if n := len(taken.operations); n == 0 || n > bounds.Batch || n > 1 && !taken.batch {
			t.Fatalf("%q is taken as %d operations", body, n)
		}
		for _, one := range taken.operations {
			if one.Query == "" && one.id == "" {
				t.Fatalf("%q is taken as %+v", body, one)
			}
		}
	})
}
