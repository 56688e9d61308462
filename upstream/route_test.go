package upstream_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, path string
		params     map[string]string
		want       string // "" wants an error
	}{
		{"no parameter", "/v2/companies", nil, "/v2/companies"},
		{"one", "/v2/companies/{id}", map[string]string{"id": "c-1"}, "/v2/companies/c-1"},
		{"two", "/c/{c}/m/{m}", map[string]string{"c": "1", "m": "2"}, "/c/1/m/2"},
		{"in the middle", "/c/{c}/m", map[string]string{"c": "1"}, "/c/1/m"},
		{"slash is escaped", "/c/{c}/m", map[string]string{"c": "1/../2"}, "/c/1%2F..%2F2/m"},
		{"query is escaped", "/c/{c}", map[string]string{"c": "1?x=y#z"}, "/c/1%3Fx=y%23z"},
		{"escape is escaped", "/c/{c}", map[string]string{"c": "%2e%2e"}, "/c/%252e%252e"},
		{"plus is escaped", "/n/{n}", map[string]string{"n": "+14155550100"}, "/n/%2B14155550100"},
		{"missing", "/c/{c}", nil, ""},
		{"empty", "/c/{c}", map[string]string{"c": ""}, ""},
		{"dots", "/c/{c}", map[string]string{"c": ".."}, ""},
		{"dot", "/c/{c}", map[string]string{"c": "."}, ""},
		{"unknown", "/c/{c}", map[string]string{"c": "1", "d": "2"}, ""},
		{"unknown without template", "/c", map[string]string{"d": "2"}, ""},
		{"unclosed", "/c/{c", map[string]string{"c": "1"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			route := upstream.Route{Name: "b.route", Path: tc.path}
			got, err := route.Expand(tc.params)
			if got != tc.want || (err == nil) != (tc.want != "") {
				t.Errorf("Expand = %q, %v; want %q", got, err, tc.want)
			}
			if err != nil && !strings.Contains(err.Error(), "b.route") {
				t.Errorf("error does not name the route: %v", err)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		template, path string
		want           map[string]string // nil wants no match
	}{
		{"/companies", "/companies", map[string]string{}},
		{"/companies/{id}", "/companies/c-1", map[string]string{"id": "c-1"}},
		{"/c/{c}/m/{m}", "/c/1/m/2", map[string]string{"c": "1", "m": "2"}},
		{"/Accounts/{Sid}.json", "/Accounts/AC1.json", map[string]string{"Sid": "AC1"}},
		{"/Accounts/{Sid}.json", "/Accounts/AC1", nil},
		{"/companies/{id}", "/companies", nil},
		{"/companies/{id}", "/companies/", nil},
		{"/companies/{id}", "/companies/..", nil},
		{"/companies/{id}", "/companies/%2e%2e", nil},
		{"/companies/{id}", "/companies/%zz", nil},
		{"/companies/{id}", "/companies/1/users", nil},
		{"/companies/{id}", "/users/1", nil},
		{"/companies/{id}", "", nil},
	} {
		got, ok := upstream.Match(tc.template, tc.path)
		if diff := cmp.Diff(tc.want, got); diff != "" || ok != (tc.want != nil) {
			t.Errorf("%s of %s: %t (-want +got):\n%s", tc.template, tc.path, ok, diff)
		}
	}
}

// Whatever a path was expanded with is what it matches.
func TestMatchUndoesExpand(t *testing.T) {
	t.Parallel()
	route := upstream.Route{Name: "b.route", Path: "/c/{c}/m/{m}.json"}
	rapid.Check(t, func(t *rapid.T) {
		params := map[string]string{"c": rapid.String().Draw(t, "c"), "m": rapid.String().Draw(t, "m")}
		path, err := route.Expand(params)
		if err != nil {
			return // values that are no segment
		}
		if got, ok := upstream.Match(route.Path, path); !ok || !maps.Equal(got, params) {
			t.Fatalf("%q gives %v, %t; was %v", path, got, ok, params)
		}
	})
}

// FuzzExpand: no value reaches another endpoint, another host or the query, and the server reads it as it was.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"1", "a/b", "..", "%2e%2e", "?", "#", "//evil", "a b", "é", "\x00", ";v=1", "@host", "\\..\\", "+1 +%2B"} {
		f.Add(seed)
	}
	route := upstream.Route{Name: "b.route", Path: "/companies/{id}/users"}
	f.Fuzz(func(t *testing.T, value string) {
		path, err := route.Expand(map[string]string{"id": value})
		if err != nil {
			if value != "" && value != "." && value != ".." {
				t.Fatalf("%q refused: %v", value, err)
			}
			return
		}
		u, err := url.Parse("http://host/root" + path)
		if err != nil {
			t.Fatal(err)
		}
		if u.Host != "host" || u.RawQuery != "" || u.Fragment != "" || u.Path != "/root/companies/"+value+"/users" {
			t.Fatalf("%q became %q", value, u)
		}
		if segments := strings.Split(u.EscapedPath(), "/"); len(segments) != 5 {
			t.Fatalf("%q became %d segments: %q", value, len(segments), u.EscapedPath())
		}
	})
}

func TestIdempotent(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]bool{
		http.MethodGet: true, http.MethodHead: true,
		http.MethodPost: false, http.MethodPut: false, http.MethodPatch: false, http.MethodDelete: false, "": false,
	} {
		if got := (&upstream.Route{Method: method}).Idempotent(); got != want {
			t.Errorf("%q: %v", method, got)
		}
	}
}

func TestCallHidesItsSecrets(t *testing.T) {
	t.Parallel()
	call := upstream.Call{
		Route: &upstream.Route{Name: "b.route"}, Token: "s3cret", Body: []byte("s3cret"),
		Query: url.Values{"email": {"s3cret"}}, Params: map[string]string{"id": "s3cret"},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		got := fmt.Sprintf(verb, call)
		if strings.Contains(got, "s3cret") || !strings.Contains(got, "b.route") {
			t.Errorf("%s: %s", verb, got)
		}
	}
	if got := (upstream.Call{}).String(); got == "" {
		t.Error("a call without route has no text")
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[string]upstream.Kind{}
	for k := upstream.Unauthenticated; k <= upstream.NoAuthority; k++ {
		name := k.String()
		if other, dup := seen[name]; name == "" || name == "unknown" || dup {
			t.Errorf("kind %d is %q, as %d is", k, name, other)
		}
		seen[name] = k
	}
	for _, k := range []upstream.Kind{0, -1, upstream.NoAuthority + 1} {
		if k.String() != "unknown" {
			t.Errorf("kind %d is %q", k, k)
		}
	}
	retryable := map[upstream.Kind]bool{
		upstream.RateLimited: true, upstream.Unavailable: true, upstream.Timeout: true, upstream.Paced: true,
		upstream.Tripped: true,
	}
	for k := upstream.Unauthenticated; k <= upstream.NoAuthority; k++ {
		if got := (&upstream.Error{Kind: k}).Retryable(); got != retryable[k] {
			t.Errorf("%v: retryable = %v", k, got)
		}
	}
}

func TestErrorsHideTheirCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("cannot decode 's3cret'")
	err := upstream.Malformed(&upstream.Route{Name: "b.route", Backend: "b"}, cause)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, err); strings.Contains(got, "s3cret") || !strings.Contains(got, "b.route") {
			t.Errorf("%s: %s", verb, got)
		}
	}
	wrapped := fmt.Errorf("loading: %w", err)
	if upstream.KindOf(wrapped) != upstream.MalformedReply || !errors.Is(wrapped, cause) {
		t.Errorf("%v: kind %v", wrapped, upstream.KindOf(wrapped))
	}
	if upstream.KindOf(cause) != 0 || upstream.KindOf(nil) != 0 {
		t.Error("a stranger's error has a kind")
	}
}
