package server

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// operation is one of a request's, from its text to its response.
type operation struct {
	*graphql.OperationContext
	asked    *asked
	estimate *limits.Estimate  // nil where it was refused before it had a price
	response *graphql.Response // as soon as there is one
	refused  bool              // before any of it was run
	loading  *loaders.Loaders  // nil until it runs
	used     int               // points
	stale    []resolvers.Stale // fields whose data was not fresh
}

// points is the operation's cost as far as it is known.
func (op *operation) points() int {
	if op.estimate == nil {
		return 0
	}
	return op.estimate.Points()
}

// prepare reads, validates, measures and prices an operation, and calls nobody.
func (s *Server) prepare(ctx context.Context, asked *asked) *operation {
	op := &operation{OperationContext: &graphql.OperationContext{}, asked: asked}
	req := requestFrom(ctx)
	asked.ReadTime = graphql.TraceTiming{Start: req.started, End: graphql.Now()}
	doc, faults := s.read(ctx, req.stage, asked.Query)
	if len(faults) == 0 {
		op.OperationContext, faults = req.stage.exec.CreateOperationContext(withDocument(ctx, doc), &asked.RawParams)
	}
	if op.Operation != nil {
		req.operation, req.operationType = op.Operation.Name, string(op.Operation.Operation)
	}
	if len(faults) == 0 {
		if err := s.measure(req, op); err != nil {
			faults = gqlerror.List{raise(err)}
		}
	}
	if len(faults) > 0 && req.hidesSchema() {
		faults = hush(faults)
	}
	if len(faults) > 0 {
		s.refuse(ctx, op, faults)
	}
	return op
}

// refuse ends an operation of which nothing was run.
func (s *Server) refuse(ctx context.Context, op *operation, faults gqlerror.List) {
	op.refused = true
	op.response = requestFrom(ctx).stage.dispatchError(ctx, op.OperationContext, faults)
}

// measure refuses what is too large or too dear, whenever it is sent.
func (s *Server) measure(req *request, op *operation) (err error) {
	if op.Operation.Operation == ast.Subscription {
		return errSubscription
	}
	if err := s.limits.CheckShape(op.Operation, op.Doc.Fragments); err != nil {
		return err
	}
	op.estimate, err = s.limits.Estimate(req.stage.prices, op.Operation, op.Doc.Fragments, op.Variables)
	if err != nil {
		return err
	}
	return s.limits.Check(op.estimate, req.bucket().Size)
}

var errSubscription = errors.New("subscriptions are not served")

// execute runs an operation as far as its viewer may, and counts what it used.
func (s *Server) execute(ctx context.Context, op *operation) {
	req := requestFrom(ctx)
	if err := s.admit(ctx, req, op); err != nil {
		s.refuse(ctx, op, gqlerror.List{raise(err)})
		return
	}
	op.loading = loaders.New(req.tenant.Loaders, req.viewer)
	handle, ctx := req.stage.exec.DispatchOperation(resolvers.Begin(ctx, op.loading), op.OperationContext)
	if op.response = handle(ctx); op.response == nil { // the request ended before it began
		s.refuse(ctx, op, gqlerror.List{raise(context.Cause(ctx))})
	}
	s.auditWrites(ctx, req, op)
	calls, items := resolvers.Used(ctx)
	op.used = min(calls+items, op.points())
	op.stale = resolvers.Staleness(ctx)
}

// admit finds out who the viewer is where a field needs to know, and arranges
// that fields without a right answer null and say why. No upstream call is made
// for those.
func (s *Server) admit(ctx context.Context, req *request, op *operation) error {
	selection := s.table.Select(op.Operation, op.Doc.Fragments)
	if selection.NeedsViewer() && !req.viewer.IsAnonymous() {
		resolved, err := req.viewer.Resolve(ctx, s.directory)
		if err != nil {
			return err
		}
		req.viewer = resolved
	}
	if decision := selection.Check(req.viewer); len(decision.Denied) > 0 {
		op.ResolverMiddleware = deny(decision, op.ResolverMiddleware)
	}
	return nil
}

// deny wraps the executor's middleware. It is only there for operations with
// a refused field: the others pay nothing for it.
func deny(decision auth.Decision, next graphql.FieldMiddleware) graphql.FieldMiddleware {
	return func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		fc := graphql.GetFieldContext(ctx)
		if refused := decision.Denial(fc.Object, fc.Field.Name); refused != nil {
			return nil, refused
		}
		return next(ctx, resolve)
	}
}

// raise hands an error of ours to the presenter in the form gqlgen expects.
func raise(err error) *gqlerror.Error { return gqlerror.Wrap(err) }
