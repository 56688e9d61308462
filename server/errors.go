package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
)

// Code is what extensions.code says: the closed list of the documentation.
type Code string

// The eight documented codes.
const (
	// BadRequest means an argument or the request itself is malformed.
	BadRequest Code = "BAD_REQUEST"
	// ValidationFailed means that the document is no valid GraphQL for this schema.
	ValidationFailed Code = "GRAPHQL_VALIDATION_FAILED"
	// NotFound means that there is no such object that the viewer may see.
	NotFound Code = "NOT_FOUND"
	// Unauthorized means that a token is missing or no good.
	Unauthorized Code = "UNAUTHORIZED"
	// Forbidden means that no role of the viewer includes this.
	Forbidden Code = "FORBIDDEN"
	// ResourceLimitExceeded means that this operation is too large, whenever it is sent.
	ResourceLimitExceeded Code = "RESOURCE_LIMIT_EXCEEDED"
	// RateLimitExceeded means that it is too early for this operation.
	RateLimitExceeded Code = "RATE_LIMIT_EXCEEDED"
	// Internal means that the gateway or a backend failed.
	Internal Code = "INTERNAL_SERVER_ERROR"
)

// The codes of Apollo's protocol for automatic persisted queries.
const (
	// PersistedQueryNotFound means that the document must come along with its id.
	PersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	// PersistedQueryNotSupported means that ids alone are never enough here.
	PersistedQueryNotSupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
)

// fault is an error as clients see it. The rest of the error is for the log.
type fault struct {
	code       Code
	message    string
	backend    upstream.Backend // "" where no backend has a part in it
	retryable  bool
	retryAfter int    // seconds; 0 is not said
	limit      string // the limit's name for metrics; "" where none was exceeded
	rule       string // by which access is refused, for the audit trail; "" where it is not
}

// extensions are the fault's, as docs/errors.md lists them.
func (f fault) extensions(requestID string) map[string]any {
	ext := map[string]any{"code": string(f.code)}
	if f.backend != "" {
		ext["backend"] = string(f.backend)
	}
	if f.retryable {
		ext["retryable"] = true
	}
	if f.retryAfter > 0 {
		ext["retryAfterSeconds"] = f.retryAfter
	}
	if requestID != "" {
		ext["requestId"] = requestID
	}
	return ext
}

// classify is the one door through which errors reach clients: what it does
// not know is internal, and says nothing of itself.
func classify(err error) fault {
	var (
		input    *loaders.InputError
		empty    *loaders.EmptyError
		unkept   *loaders.UnrepeatableError
		missing  *loaders.NotFoundError
		refused  *auth.Error
		call     *upstream.Error
		exceeded *limits.Exceeded
		crowded  *limits.Crowded
		later    *limits.Throttled
	)
	switch {
	case errors.As(err, &input):
		return fault{code: BadRequest, message: input.Error()}
	case errors.As(err, &empty):
		return fault{code: BadRequest, message: empty.Error()}
	case errors.As(err, &unkept):
		return fault{code: Internal, message: unkept.Error(), retryable: true}
	case errors.As(err, &missing):
		return fault{code: NotFound, message: missing.Error(), rule: missing.Rule}
	case errors.As(err, &refused):
		return refusal(refused)
	case errors.As(err, &exceeded):
		return fault{code: ResourceLimitExceeded, message: exceeded.Error(), limit: exceeded.Limit}
	case errors.As(err, &crowded):
		return fault{code: RateLimitExceeded, message: crowded.Error(), retryable: true, retryAfter: 1, limit: crowded.Limit}
	case errors.As(err, &later):
		return fault{code: RateLimitExceeded, message: later.Error(), retryable: true, retryAfter: inSeconds(later.Wait()), limit: "bucket"}
	case errors.As(err, &call):
		return callFault(call)
	case errors.Is(err, context.DeadlineExceeded):
		return fault{code: Internal, message: "the operation's limit `deadline` passed before this was answered", retryable: true, limit: "deadline"}
	case errors.Is(err, context.Canceled):
		return fault{code: Internal, message: "the request was cancelled", retryable: true}
	default:
		return fault{code: Internal, message: "internal error"}
	}
}

func refusal(e *auth.Error) fault {
	switch e.Code {
	case auth.Unauthorized:
		return fault{code: Unauthorized, message: e.Message, rule: cmp.Or(e.Rule, ruleToken)}
	case auth.Forbidden:
		return fault{code: Forbidden, message: e.Message, rule: e.Rule}
	default:
		return fault{code: Internal, message: e.Message, retryable: e.Retryable()}
	}
}

// callFault says what a failed call means to the client, and never what was in it.
func callFault(e *upstream.Error) fault {
	f := fault{code: Internal, backend: e.Backend, retryable: e.Retryable(), retryAfter: inSeconds(e.RetryAfter)}
	name := "the backend " + string(e.Backend)
	switch e.Kind {
	case upstream.NoAuthority:
		f.code, f.rule, f.message = Forbidden, ruleAuthority, name+" answers this only "+inWhoseName(e.Needs)
	case upstream.NotFound:
		f.code, f.message = NotFound, name+" has no such object"
	case upstream.RateLimited, upstream.Paced:
		f.code, f.message = RateLimitExceeded, name+" has no room for this call within the operation's deadline"
	case upstream.BudgetSpent:
		f.limit = "calls"
		f.code, f.message = ResourceLimitExceeded, "the operation exceeds the limit `calls` of upstream calls; ask for less at once"
	case upstream.Timeout:
		f.message = name + " did not answer in time"
	case upstream.Canceled:
		f.message = "the request ended before " + name + " answered"
	case upstream.Unavailable:
		f.message = name + " is not available"
	case upstream.Tripped:
		f.message = name + " has failed too often and is left alone for a while"
	case upstream.Unauthenticated, upstream.Forbidden:
		f.code, f.message = disowned(e)
	case upstream.MalformedReply, upstream.TooLarge:
		f.message = name + " answered in a way that the gateway cannot read"
	default:
		f.message = name + " refused the call"
	}
	if f.refuses() && f.rule == "" {
		f.rule = ruleBackend
	}
	return f
}

// whose says in words whose authority a call needs.
var whose = map[upstream.Authority]string{
	upstream.System:      "to the gateway itself (authority `system`)",
	upstream.Viewer:      "to a person's own access token (authority `viewer`)",
	upstream.ServiceUser: "to the marketplace's service user (authority `serviceUser`)",
}

// inWhoseName says which authorities would have done, and that none is there.
func inWhoseName(needs []upstream.Authority) string {
	words := make([]string, len(needs))
	for i, authority := range needs {
		words[i] = whose[authority]
	}
	return strings.Join(words, " or ") + ", and there is none"
}

// disowned says whose authority a backend has refused: viewers hear of their own token what it may not do, of ours only
// that it failed.
func disowned(e *upstream.Error) (Code, string) {
	name := "the backend " + string(e.Backend)
	switch {
	case e.Authority == upstream.ServiceUser:
		return Internal, name + " refuses the service user's credentials"
	case e.Authority != upstream.Viewer:
		return Internal, name + " refuses the gateway's credentials"
	case e.Kind == upstream.Unauthenticated:
		return Unauthorized, name + " does not take your access token"
	default:
		return Forbidden, name + " does not admit you to this"
	}
}

// inSeconds rounds up: whoever comes back then is not too early.
func inSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// note counts an error of a request, and writes down what it refuses. The context
// says in which place of the answer, if in one.
func (s *Server) note(ctx context.Context, r *request, f fault) {
	r.count(f.code)
	if f.refuses() {
		s.auditRefusal(ctx, r, f)
	}
	if f.limit != "" {
		s.metrics.refused(f.limit)
	}
}

// present turns any error of an operation into one of its answer's errors.
func (s *Server) present(ctx context.Context, err error) *gqlerror.Error {
	r := requestFrom(ctx)
	out, f := s.shape(ctx, err)
	out.Message, out.Extensions = f.message, f.extensions(r.id)
	s.note(ctx, r, f)
	if f.code == Internal && r.firstTime(out.Err) {
		s.log.LogAttrs(ctx, slog.LevelError, "operation error",
			slog.String("requestId", r.id), slog.Any("path", out.Path), slog.String("cause", err.Error()), stackOf(err))
	}
	return out
}

// stackOf is where a loader panicked; an attribute that no log writes for other errors.
func stackOf(err error) slog.Attr {
	var panicked *loaders.PanicError
	if errors.As(err, &panicked) {
		return slog.String("stack", string(panicked.Stack))
	}
	return slog.Attr{}
}

// shape keeps path and locations, and finds out who raised the error.
func (s *Server) shape(ctx context.Context, err error) (*gqlerror.Error, fault) {
	var raised *gqlerror.Error
	if !errors.As(err, &raised) {
		return &gqlerror.Error{Err: err, Path: graphql.GetPath(ctx)}, classify(err)
	}
	out := &gqlerror.Error{Err: raised.Err, Path: raised.Path, Locations: raised.Locations}
	switch {
	case raised.Err == nil: // the GraphQL library itself, about the document or its variables
		out.Err = raised
		f := fault{code: codeOf(raised), message: raised.Message}
		if isVariable(raised.Path) { // it stands nowhere in the answer, and the text leaves out which it is
			out.Path, f.message = nil, raised.Path.String()+" "+raised.Message
		}
		return out, f
	case argumentsFailed(ctx): // a scalar refused a value; its message is written for clients
		out.Path = graphql.GetFieldContext(ctx).Path() // the library's ends with the argument, which no answer has
		return out, fault{code: BadRequest, message: raised.Err.Error()}
	default:
		return out, classify(raised.Err)
	}
}

// isVariable reports whether a path is the library's way to name a variable.
func isVariable(path ast.Path) bool {
	return len(path) > 1 && path[0] == ast.PathName("variable")
}

// codeOf gives the documented code of an error that the GraphQL library raised.
func codeOf(e *gqlerror.Error) Code {
	if code := e.Extensions["code"]; code == errcode.ParseFailed || code == errcode.ValidationFailed || e.Rule != "" {
		return ValidationFailed
	}
	return BadRequest
}

// argumentsFailed reports whether the field at hand failed before its resolver
// was called: its arguments could not be read. A position in a list is no field.
func argumentsFailed(ctx context.Context) bool {
	fc := graphql.GetFieldContext(ctx)
	return fc != nil && fc.Field.Field != nil && fc.Args == nil && len(fc.Field.Arguments) > 0
}
