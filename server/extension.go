package server

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/resolvers"
)

// around stands around the execution of an operation. It is a gqlgen extension.
type around struct{ server *Server }

var (
	_ graphql.HandlerExtension     = around{}
	_ graphql.RootFieldInterceptor = around{}
	_ graphql.ResponseInterceptor  = around{}
)

// ExtensionName names the extension to gqlgen.
func (around) ExtensionName() string { return "Around" }

// Validate has nothing to check.
func (around) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptRootField lets a root field's calls be counted as its own.
func (around) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	return next(resolvers.Watched(ctx))
}

// InterceptResponse keeps the list of errors finite.
func (a around) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		return nil
	}
	if most := a.server.limits.Errors; len(response.Errors) > most {
		more := len(response.Errors) - most + 1
		response.Errors = append(response.Errors[:most-1:most-1], &gqlerror.Error{
			Message:    fmt.Sprintf("%d more errors, beyond the limit `errors` of %d", more, most),
			Extensions: response.Errors[most-1].Extensions,
		})
	}
	return response
}
