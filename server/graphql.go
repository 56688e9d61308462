package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/resolvers"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
)

// serveGraphQL answers one GraphQL request over HTTP.
func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	req := requestFrom(r.Context())
	answer := s.guarded(r, req)
	written := answer.write(w, r)
	s.record(r.Context(), req, answer, written)
}

// answer finds out what is asked, by whom, and runs it.
func (s *Server) answer(r *http.Request, req *request) *answer {
	mediaType, acceptable := negotiate(r.Header.Values("Accept"))
	if !acceptable {
		return s.refusal(req, typeJSON, refuse(http.StatusNotAcceptable, BadRequest, "accept %s or %s", typeResponse, typeJSON))
	}
	asked, f := s.readParams(r)
	if f != nil {
		return s.refusal(req, mediaType, f)
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.Deadline)
	defer cancel()
	viewer, err := req.tenant.Auth.Authenticate(ctx, r.Header)
	if err != nil {
		return s.refusal(req, mediaType, tokenFault(err))
	}
	req.viewer = viewer
	if f := s.find(ctx, req, asked); f != nil {
		return s.refusal(req, mediaType, f)
	}
	asked.Headers = r.Header
	return s.run(ctx, r.Method, mediaType, asked)
}

// tokenFault refuses a request whose token is no good, or cannot be checked now.
func tokenFault(err error) *httpFault {
	f := &httpFault{status: http.StatusInternalServerError, fault: classify(err)}
	var refused *auth.Error
	switch {
	case !errors.As(err, &refused):
	case refused.Code == auth.Unavailable:
		f.status = http.StatusServiceUnavailable
	default:
		f.status = http.StatusUnauthorized
	}
	return f
}

// run validates and executes the operation.
func (s *Server) run(ctx context.Context, method, mediaType string, asked *asked) *answer {
	req := requestFrom(ctx)
	asked.ReadTime = graphql.TraceTiming{Start: req.started, End: graphql.Now()}
	req.budget = upstream.NewBudget(s.limits.Calls) // finding out who the viewer is counts as well
	ctx = upstream.WithBudget(graphql.StartOperationTrace(ctx), req.budget)
	op, faults := s.exec.CreateOperationContext(ctx, &asked.RawParams)
	if op.Operation != nil {
		req.operation, req.operationType = op.Operation.Name, string(op.Operation.Operation)
	}
	if len(faults) > 0 {
		a := &answer{mediaType: mediaType, response: s.exec.DispatchError(graphql.WithOperationContext(ctx, op), faults)}
		a.status = a.requestErrorStatus()
		return a
	}
	if method != http.MethodPost && op.Operation.Operation != ast.Query {
		f := refuse(http.StatusMethodNotAllowed, BadRequest, "GET runs queries only: send a mutation by POST")
		f.allow = http.MethodPost
		return s.refusal(req, mediaType, f)
	}
	s.keep(ctx, req, asked)
	loading := loaders.New(req.tenant.Loaders, req.viewer)
	handle, ctx := s.exec.DispatchOperation(resolvers.Begin(ctx, loading), op)
	a := &answer{mediaType: mediaType, status: http.StatusOK, response: handle(ctx)}
	if method != http.MethodPost {
		a.keepable(loading.Fresh(), !req.viewer.IsAnonymous())
	}
	return a
}
