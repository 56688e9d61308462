package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers"
)

// The endpoints.
const (
	pathProduction = "/api/graphql"
	pathPreview    = "/api/graphql/preview"
)

// stage is what one endpoint serves: a schema, the documents that are valid in
// it, and what runs them.
type stage struct {
	schema    *ast.Schema
	documents *documents
	prices    *limits.Prices
	exec      *executor.Executor
}

// ownSchema is the graph's, with what is in preview.
func ownSchema() *ast.Schema { return graph.NewExecutableSchema(graph.Config{}).Schema() }

// ownProduction is what production serves of it. It takes a while to make, and is the same for every Server.
var ownProduction = sync.OnceValues(func() (*ast.Schema, error) { return Production(ownSchema()) })

// Schema is the graph's: with what is in preview, or what production serves. It must not be changed.
func Schema(preview bool) (*ast.Schema, error) {
	if preview {
		return ownSchema(), nil
	}
	return ownProduction()
}

// openStages makes production and preview.
func (s *Server) openStages() error {
	schema, err := ownProduction()
	if err != nil {
		return err
	}
	if s.production, err = s.openStage(schema); err != nil {
		return err
	}
	s.preview, err = s.openStage(ownSchema())
	return err
}

func (s *Server) openStage(schema *ast.Schema) (*stage, error) {
	prices, err := limits.NewPrices(schema)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	exec := executor.New(graph.NewExecutableSchema(graph.Config{Schema: schema, Resolvers: resolvers.Resolver{}}))
	exec.SetQueryCache(handed{})
	exec.SetErrorPresenter(s.present)
	exec.SetRecoverFunc(s.recovered)
	exec.Use(schemaGate{})
	exec.Use(around{server: s})
	return &stage{schema: schema, documents: newDocuments(schema, s.limits), prices: prices, exec: exec}, nil
}

// at serves GraphQL of one stage.
func (s *Server) at(stage *stage) http.Handler {
	return s.tenanted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requestFrom(r.Context()).stage = stage
		s.serveGraphQL(w, r)
	}))
}

// read gives the document of what is asked. One that is valid in preview alone is
// told where to go, if its viewer may know.
func (s *Server) read(ctx context.Context, stage *stage, text string) (*ast.QueryDocument, gqlerror.List) {
	doc, faults := stage.documents.read(ctx, text)
	if len(faults) == 0 || requestFrom(ctx).hidesSchema() || stage.schema == s.preview.schema || faults[0].Rule == "" {
		return doc, faults
	}
	if _, there := s.preview.documents.read(ctx, text); len(there) == 0 {
		faults[0].Message += " It is in preview: " + pathPreview + " serves it."
	}
	return nil, faults
}

// dispatchError presents what kept an operation from being run.
func (s *stage) dispatchError(ctx context.Context, op *graphql.OperationContext, faults gqlerror.List) *graphql.Response {
	return s.exec.DispatchError(graphql.WithOperationContext(ctx, op), faults)
}
