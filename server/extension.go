package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/auth"
)

// gate stands between a valid document and its execution: limits first, then
// rights. It is a gqlgen extension.
type gate struct{ server *Server }

var (
	_ graphql.HandlerExtension        = gate{}
	_ graphql.OperationContextMutator = gate{}
	_ graphql.ResponseInterceptor     = gate{}
)

// ExtensionName names the extension to gqlgen.
func (gate) ExtensionName() string { return "Gate" }

// Validate has nothing to check: the table was built from the same schema.
func (gate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses what is too large, finds out who the viewer
// is where a field needs to know, and arranges that fields without a right
// answer null and say why. No upstream call is made for those.
func (g gate) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation == ast.Subscription {
		return raise(errors.New("subscriptions are not served"))
	}
	if err := g.server.limits.CheckShape(op.Operation, op.Doc.Fragments); err != nil {
		return raise(err)
	}
	selection := g.server.table.Select(op.Operation, op.Doc.Fragments)
	req := requestFrom(ctx)
	if selection.NeedsViewer() && !req.viewer.IsAnonymous() {
		resolved, err := req.viewer.Resolve(ctx, g.server.directory)
		if err != nil {
			return raise(err)
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

// InterceptResponse keeps the list of errors finite.
func (g gate) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		return nil
	}
	if most := g.server.limits.Errors; len(response.Errors) > most {
		more := len(response.Errors) - most + 1
		response.Errors = append(response.Errors[:most-1:most-1], &gqlerror.Error{
			Message:    fmt.Sprintf("%d more errors, beyond the limit `errors` of %d", more, most),
			Extensions: response.Errors[most-1].Extensions,
		})
	}
	return response
}

// raise hands an error of ours to the presenter in the form gqlgen expects here.
func raise(err error) *gqlerror.Error { return gqlerror.Wrap(err) }
