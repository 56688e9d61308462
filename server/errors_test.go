package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	gqlast "github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	call := func(kind upstream.Kind, after time.Duration) error {
		return fmt.Errorf("wrapped: %w", &upstream.Error{Backend: "appdirect", Route: "appdirect.readCompany", Kind: kind, Status: 418, RetryAfter: after})
	}
	as := func(authority upstream.Authority, kind upstream.Kind) error {
		return &upstream.Error{Backend: "appdirect", Authority: authority, Kind: kind}
	}
	needs := func(of ...upstream.Authority) error {
		return &upstream.Error{Backend: "appdirect", Authority: of[0], Kind: upstream.NoAuthority, Needs: of}
	}
	backend := func(code Code, message string) fault {
		return fault{code: code, message: message, backend: "appdirect"}
	}
	ruled := func(rule string, f fault) fault {
		f.rule = rule
		return f
	}
	for name, tc := range map[string]struct {
		err  error
		want fault
	}{
		"input":        {&loaders.InputError{Argument: "first", Reason: "ask for less"}, fault{code: BadRequest, message: "first: ask for less"}},
		"not found":    {fmt.Errorf("x: %w", &loaders.NotFoundError{Type: "Company"}), fault{code: NotFound, message: "There is no Company with this id that you may see"}},
		"not theirs":   {&loaders.NotFoundError{Type: "Company", Rule: "COMPANY_READ"}, fault{code: NotFound, message: "There is no Company with this id that you may see", rule: "COMPANY_READ"}},
		"unauthorized": {&auth.Error{Code: auth.Unauthorized, Message: "the access token has expired"}, fault{code: Unauthorized, message: "the access token has expired", rule: "token"}},
		"forbidden":    {&auth.Error{Code: auth.Forbidden, Rule: "CART_READ", Message: "no role"}, fault{code: Forbidden, message: "no role", rule: "CART_READ"}},
		"unavailable":  {&auth.Error{Code: auth.Unavailable, Message: "keys are away"}, fault{code: Internal, message: "keys are away", retryable: true}},
		"limit":        {&limits.Exceeded{Limit: "depth", Most: 1, Got: 2}, fault{code: ResourceLimitExceeded, message: "the operation exceeds the limit `depth`: 2, and at most 1 are allowed", limit: "depth"}},
		"crowd":        {&limits.Crowded{Limit: "viewerOperations", Most: 1}, fault{code: RateLimitExceeded, message: "the operation exceeds the limit `viewerOperations`: 2, and at most 1 are allowed", retryable: true, retryAfter: 1, limit: "viewerOperations"}},
		"deadline":     {fmt.Errorf("x: %w", context.DeadlineExceeded), fault{code: Internal, message: "the operation's limit `deadline` passed before this was answered", retryable: true, limit: "deadline"}},
		"cancelled":    {context.Canceled, fault{code: Internal, message: "the request was cancelled", retryable: true}},
		"panic":        {errPanic, fault{code: Internal, message: "internal error"}},
		"anything":     {errSecret, fault{code: Internal, message: "internal error"}},

		"unauthenticated": {call(upstream.Unauthenticated, 0), backend(Internal, "the backend appdirect refuses the gateway's credentials")},
		"refused to us":   {call(upstream.Forbidden, 0), backend(Internal, "the backend appdirect refuses the gateway's credentials")},
		"their token":     {as(upstream.Viewer, upstream.Unauthenticated), ruled("backend", backend(Unauthorized, "the backend appdirect does not take your access token"))},
		"refused to them": {as(upstream.Viewer, upstream.Forbidden), ruled("backend", backend(Forbidden, "the backend appdirect does not admit you to this"))},
		"service user":    {as(upstream.ServiceUser, upstream.Forbidden), backend(Internal, "the backend appdirect refuses the service user's credentials")},
		"nobody's name": {
			needs(upstream.Viewer),
			ruled("authority", backend(Forbidden, "the backend appdirect answers this only to a person's own access token (authority `viewer`), and there is none")),
		},
		"neither name": {needs(upstream.Viewer, upstream.ServiceUser), ruled("authority", backend(Forbidden, "the backend appdirect answers this only to a person's own access token "+
			"(authority `viewer`) or to the marketplace's service user (authority `serviceUser`), and there is none"))},
		"gone":         {call(upstream.NotFound, 0), backend(NotFound, "the backend appdirect has no such object")},
		"refused":      {call(upstream.Refused, 0), backend(Internal, "the backend appdirect refused the call")},
		"rate limited": {call(upstream.RateLimited, 1500*time.Millisecond), backend(RateLimitExceeded, "the backend appdirect has no room for this call within the operation's deadline")},
		"paced":        {call(upstream.Paced, 0), backend(RateLimitExceeded, "the backend appdirect has no room for this call within the operation's deadline")},
		"away":         {call(upstream.Unavailable, 0), backend(Internal, "the backend appdirect is not available")},
		"left alone":   {call(upstream.Tripped, 2*time.Second), backend(Internal, "the backend appdirect has failed too often and is left alone for a while")},
		"slow":         {call(upstream.Timeout, 0), backend(Internal, "the backend appdirect did not answer in time")},
		"malformed":    {call(upstream.MalformedReply, 0), backend(Internal, "the backend appdirect answered in a way that the gateway cannot read")},
		"too large":    {call(upstream.TooLarge, 0), backend(Internal, "the backend appdirect answered in a way that the gateway cannot read")},
		"no budget":    {call(upstream.BudgetSpent, 0), named("calls", backend(ResourceLimitExceeded, "the operation exceeds the limit `calls` of upstream calls; ask for less at once"))},
		"left":         {call(upstream.Canceled, 0), backend(Internal, "the request ended before the backend appdirect answered")},
		"misused":      {call(upstream.Misused, 0), backend(Internal, "the backend appdirect refused the call")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := classify(tc.err)
			// What may be repeated is upstream's to say; here it is only passed on.
			if upstreamErr, ok := errors.AsType[*upstream.Error](tc.err); ok {
				tc.want.retryable = upstreamErr.Retryable()
				tc.want.retryAfter = int((upstreamErr.RetryAfter + time.Second - 1) / time.Second)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(fault{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestClassifyKnowsEveryKind: a kind that upstream adds must be given a sentence here.
func TestClassifyKnowsEveryKind(t *testing.T) {
	t.Parallel()
	for kind := upstream.Unauthenticated; kind <= upstream.NoAuthority; kind++ {
		f := callFault(&upstream.Error{Backend: "appdirect", Route: "appdirect.secretRoute", Kind: kind, Status: 418})
		if f.message == "" || f.backend != "appdirect" || strings.Contains(f.message, "secretRoute") || strings.Contains(f.message, "418") {
			t.Errorf("%v gives %+v", kind, f)
		}
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]fault{
		`{"code":"FORBIDDEN","requestId":"r1"}`: {code: Forbidden},
		`{"backend":"appdirect","code":"RATE_LIMIT_EXCEEDED","requestId":"r1","retryAfterSeconds":2,"retryable":true}`: {
			code: RateLimitExceeded, backend: "appdirect", retryable: true, retryAfter: 2,
		},
	} {
		got, err := json.Marshal(f.extensions("r1"))
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}

// incomparable cannot be a map's key: its type holds a slice.
type incomparable struct{ parts []string }

// Error implements error.
func (e incomparable) Error() string { return strings.Join(e.parts, " ") }

// TestPresentLogsOnce: one failed batch is presented once per waiting field,
// and logged once, whatever its type; the client is told each time, and nothing of the cause.
func TestPresentLogsOnce(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{errSecret, incomparable{[]string{"token", "s3cret"}}} {
		g := start(t, Options{})
		r := &request{id: "r1"}
		ctx := graphql.WithPathContext(withRequest(t.Context(), r), graphql.NewPathWithField("me"))
		for range 3 {
			got := g.server.present(ctx, cause)
			want := gqlerror.Error{Message: "internal error", Extensions: map[string]any{"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}}
			if got.Message != want.Message || !cmp.Equal(got.Extensions, want.Extensions) || got.Path.String() != "me" {
				t.Errorf("presented as %#v", got)
			}
			if text, _ := json.Marshal(got); strings.Contains(string(text), "s3cret") {
				t.Errorf("%s tells the cause", text)
			}
		}
		if events := g.log.events(t, "operation error"); len(events) != 1 || !strings.Contains(fmt.Sprint(events[0]["cause"]), "s3cret") {
			t.Errorf("logged %v", events)
		}
		if r.codes[Internal] != 3 {
			t.Errorf("counted %v", r.codes)
		}
	}
}

// TestPositionIsNoField: what goes wrong at a position of a list, where there is no field, is told there.
func TestPositionIsNoField(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}).server
	ctx := graphql.WithResponseContext(withRequest(t.Context(), &request{id: "r1"}), s.present, s.recovered)
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &gqlast.Field{Alias: "products"}}})
	graphql.MarshalSliceConcurrently(ctx, 1, 0, false, func(context.Context, int) graphql.Marshaler { panic(errSecret) })
	told := graphql.GetErrors(ctx)
	if len(told) != 1 || told[0].Message != "internal error" || told[0].Path.String() != "products[0]" {
		t.Errorf("told %v", told)
	}
}

func TestTokenFault(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err    error
		status int
		code   Code
	}{
		"bad token":     {&auth.Error{Code: auth.Unauthorized}, http.StatusUnauthorized, Unauthorized},
		"no keys now":   {&auth.Error{Code: auth.Unavailable}, http.StatusServiceUnavailable, Internal},
		"not allowed":   {&auth.Error{Code: auth.Forbidden}, http.StatusForbidden, Forbidden},
		"out of time":   {context.DeadlineExceeded, http.StatusInternalServerError, Internal},
		"anything else": {errSecret, http.StatusInternalServerError, Internal},
	} {
		if f := tokenFault(tc.err); f.status != tc.status || f.code != tc.code {
			t.Errorf("%s: %d %s, want %d %s", name, f.status, f.code, tc.status, tc.code)
		}
	}
}

// TestEveryCodeIsDocumented reads the constants of type Code from the source and the rows of docs/errors.md.
func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	section := strings.Split(string(text), "\n## ")[1]
	codes := codeConstants(t)
	for _, code := range codes {
		if n := strings.Count(section, "\n| `"+code+"` |"); n != 1 {
			t.Errorf("docs/errors.md has %d rows for `%s`", n, code)
		}
	}
	if rows := strings.Count(section, "\n| `"); rows != len(codes) {
		t.Errorf("docs/errors.md has %d rows for %d codes", rows, len(codes))
	}
	for name := range (fault{backend: "b", retryable: true, retryAfter: 1}).extensions("r") {
		if !strings.Contains(string(text), "\n| `"+name+"` |") {
			t.Errorf("docs/errors.md has no row for the extension `%s`", name)
		}
	}
}

// codeConstants are the values of the constants in errors.go.
func codeConstants(t *testing.T) (codes []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit)
			code, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
	}
	if len(codes) != 10 {
		t.Fatalf("%d codes; AppDirect documents 8, Apollo 2: %v", len(codes), codes)
	}
	return codes
}

// named is the fault of a limit.
func named(limit string, f fault) fault {
	f.limit = limit
	return f
}
