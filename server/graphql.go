package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/upstream"
)

// serveGraphQL answers one GraphQL request over HTTP.
func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	req := requestFrom(r.Context())
	answer := s.guarded(r, req)
	written := answer.write(w, r)
	s.record(r.Context(), req, answer, written)
}

// answer finds out what is asked and how long that may take, and runs it when there is room.
func (s *Server) answer(r *http.Request, req *request) *answer {
	mediaType, acceptable := negotiate(r.Header.Values("Accept"))
	if !acceptable {
		return s.refusal(r.Context(), req, typeJSON, refuse(http.StatusNotAcceptable, BadRequest, "accept %s or %s", typeResponse, typeJSON))
	}
	if mediaType == typePreview {
		req.stage = s.preview
	}
	within, f := s.deadline(r, req.tenant)
	if f != nil {
		return s.refusal(r.Context(), req, mediaType, f)
	}
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	wanted, f := s.readParams(r)
	if f != nil {
		return s.refusal(r.Context(), req, mediaType, f)
	}
	goOut, err := s.door.Enter(ctx) // with the body read, so that slow senders take nobody's place
	if err != nil {
		return s.refusal(r.Context(), req, mediaType, &httpFault{status: http.StatusServiceUnavailable, fault: classify(err)})
	}
	defer goOut()
	return s.admitted(ctx, r, mediaType, wanted)
}

// admitted finds out who asks, and runs what is asked.
func (s *Server) admitted(ctx context.Context, r *http.Request, mediaType string, wanted *wanted) *answer {
	req := requestFrom(ctx)
	viewer, err := req.tenant.Auth.Authenticate(ctx, r.Header)
	if err != nil {
		return s.refusal(r.Context(), req, mediaType, tokenFault(err))
	}
	req.viewer, req.client = viewer, limits.ClientKey(viewer, s.proxies.Client(r))
	leave, err := s.running.Enter(s.limits, req.tenant.Name, req.viewerKey())
	if err != nil {
		return s.refusal(r.Context(), req, mediaType, notNow(mediaType, err))
	}
	defer leave()
	if f := req.tenant.readsText(r.Method, wanted); f != nil {
		return s.refusal(r.Context(), req, mediaType, f)
	}
	for _, one := range wanted.operations {
		if f := s.find(ctx, req, one); f != nil {
			return s.refusal(r.Context(), req, mediaType, f)
		}
		one.Headers = r.Header
	}
	return s.run(ctx, r, mediaType, wanted)
}

// tokenFault refuses a request whose token is no good, not enough, or cannot be checked now.
func tokenFault(err error) *httpFault {
	f := &httpFault{status: http.StatusInternalServerError, fault: classify(err)}
	var refused *auth.Error
	switch {
	case !errors.As(err, &refused):
	case refused.Code == auth.Unavailable:
		f.status = http.StatusServiceUnavailable
	case refused.Code == auth.Forbidden:
		f.status = http.StatusForbidden
	default:
		f.status = http.StatusUnauthorized
	}
	return f
}

// notNow refuses what fits later. Clients of the newer media type get the
// status that says so.
func notNow(mediaType string, err error) *httpFault {
	f := &httpFault{status: requestError, fault: classify(err)}
	if mediaType != typeJSON {
		f.status = http.StatusTooManyRequests
	}
	return f
}

// run answers the operations of one request, one after the other. They are
// charged together, before any of them makes a call.
func (s *Server) run(ctx context.Context, r *http.Request, mediaType string, wanted *wanted) *answer {
	req := requestFrom(ctx)
	req.budget = upstream.NewBudget(s.limits.Calls) // finding out who the viewer is counts as well
	ctx = upstream.WithBudget(graphql.StartOperationTrace(ctx), req.budget)
	ctx = upstream.WithViewer(ctx, req.tenant.Name+"/"+req.viewerKey())
	ops := make([]*operation, len(wanted.operations))
	for i, asked := range wanted.operations {
		ops[i] = s.prepare(ctx, asked)
	}
	if f := readsOnly(r.Method, ops); f != nil {
		return s.refusal(ctx, req, mediaType, f)
	}
	dry := r.Header.Get(headerCostOnly) == "true"
	charge, err := s.charge(ctx, req, ops, dry)
	if err != nil {
		a := s.refusal(ctx, req, mediaType, notNow(mediaType, err))
		a.responses[0].Extensions = extensionsOf(refusedReport(charge, err, ops))
		return a
	}
	for _, op := range ops {
		if op.response == nil {
			s.answerOne(ctx, op, dry)
		}
	}
	s.settle(ctx, charge, ops, dry)
	a := s.answered(mediaType, wanted.batch, ops)
	if loading := ops[0].loading; r.Method != http.MethodPost && loading != nil {
		a.keepable(loading.Fresh(), !req.viewer.IsAnonymous())
	}
	return a
}

// answerOne runs an operation that may run, or does as if.
func (s *Server) answerOne(ctx context.Context, op *operation, dry bool) {
	if dry {
		op.response = &graphql.Response{Data: []byte("null")}
		return
	}
	s.keep(ctx, requestFrom(ctx), op.asked)
	s.execute(ctx, op)
}

// readsText refuses the text of a document in a GET where an id is asked for:
// any page can make a browser send that, and learn from how it went.
func (t *Tenant) readsText(method string, wanted *wanted) *httpFault {
	if !t.GETByID || method == http.MethodPost || wanted.operations[0].Query == "" {
		return nil
	}
	f := refuse(http.StatusMethodNotAllowed, BadRequest, "GET runs documents by their id here: send the text by POST")
	f.allow = http.MethodPost
	return f
}

// readsOnly refuses to run anything but queries for a request that a browser makes without asking.
func readsOnly(method string, ops []*operation) *httpFault {
	for _, op := range ops {
		if method != http.MethodPost && op.response == nil && op.Operation.Operation != ast.Query {
			f := refuse(http.StatusMethodNotAllowed, BadRequest, "GET runs queries only: send a mutation by POST")
			f.allow = http.MethodPost
			return f
		}
	}
	return nil
}

// answered puts the responses into one answer. A batch is answered with 200,
// as its operations may have fared differently.
func (s *Server) answered(mediaType string, batch bool, ops []*operation) *answer {
	a := &answer{mediaType: mediaType, batch: batch, status: http.StatusOK}
	for _, op := range ops {
		a.responses = append(a.responses, op.response)
	}
	if !batch && ops[0].refused {
		a.status = a.requestErrorStatus()
	}
	return a
}
