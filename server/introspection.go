package server

import (
	"context"
	"io"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/marketgraph/marketgraph/auth"
)

// Introspection says which viewers of a tenant may read the schema. From the
// others it is kept wherever the gateway would tell of it: in introspection, at
// /schema.graphqls, and in what is wrong with a document.
type Introspection string

// Who may read the schema.
const (
	// IntrospectionEveryone shows it to visitors, too.
	IntrospectionEveryone Introspection = "everyone"
	// IntrospectionSignedIn shows it to viewers with a token, and is what "" means:
	// visitors of a storefront have no use for it, and its developers have a token.
	IntrospectionSignedIn Introspection = "signedIn"
	// IntrospectionOff shows it to nobody.
	IntrospectionOff Introspection = "off"
)

// Introspections lists them.
func Introspections() []Introspection {
	return []Introspection{IntrospectionEveryone, IntrospectionSignedIn, IntrospectionOff}
}

// refuse is nil for a viewer who may read the schema.
func (i Introspection) refuse(v *auth.Viewer) *auth.Error {
	switch {
	case i == IntrospectionEveryone:
		return nil
	case i == IntrospectionOff:
		return &auth.Error{Code: auth.Forbidden, Rule: ruleIntrospection, Message: "this marketplace does not show its schema"}
	case v.IsAnonymous():
		return &auth.Error{Code: auth.Unauthorized, Rule: ruleIntrospection, Message: "this marketplace shows its schema to viewers with an access token"}
	default:
		return nil
	}
}

// hidesSchema reports whether the request's viewer may not read the schema.
func (r *request) hidesSchema() bool {
	return r.tenant != nil && r.tenant.Introspection.refuse(r.viewer) != nil
}

// schemaGate lets the executor answer about the schema, where the viewer may
// read it, and refuses the whole operation where not. It is a gqlgen extension.
type schemaGate struct{}

var _ graphql.OperationContextMutator = schemaGate{}

// ExtensionName names the extension to gqlgen.
func (schemaGate) ExtensionName() string { return "Introspection" }

// Validate has nothing to check.
func (schemaGate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext is called once the operation is known.
func (schemaGate) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	req := requestFrom(ctx)
	op.DisableIntrospection = req.hidesSchema()
	if op.DisableIntrospection && introspects(op.Operation.SelectionSet, map[string]bool{}) {
		return raise(req.tenant.Introspection.refuse(req.viewer))
	}
	return nil
}

// introspects reports whether root fields ask about the schema. Each fragment is
// looked at once: seen has their names.
func introspects(set ast.SelectionSet, seen map[string]bool) bool {
	for _, selection := range set {
		inner := ast.SelectionSet(nil)
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return true
			}
		case *ast.InlineFragment:
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			if !seen[s.Name] {
				seen[s.Name] = true
				inner = s.Definition.SelectionSet
			}
		}
		if introspects(inner, seen) {
			return true
		}
	}
	return false
}

// hush leaves out what faults of the GraphQL library tell of the schema: which names
// were meant, or required, and their types. The first place and its rule remain.
// Faults that have a cause are ours, and tell nothing.
func hush(faults gqlerror.List) gqlerror.List {
	first := *faults[0]
	switch {
	case first.Err != nil:
		return faults
	case first.Rule != "":
		first.Message = "the document breaks the rule " + first.Rule
	case isVariable(first.Path):
		first.Path, first.Message = first.Path[:2], "does not fit its type"
	}
	return gqlerror.List{&first}
}

// serveSchema serves a stage's schema as text to those who may read it.
func (s *Server) serveSchema(stage *stage) http.Handler {
	return s.tenanted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := requestFrom(r.Context())
		if f := s.schemaFault(r, req); f != nil {
			s.refusal(r.Context(), req, typeJSON, f).write(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "private, no-cache") // it is not everyone's
		_, _ = io.WriteString(w, SDL(stage.schema))
	}))
}

// schemaFault is nil for a request that may read the schema.
func (s *Server) schemaFault(r *http.Request, req *request) *httpFault {
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.Deadline)
	defer cancel()
	viewer, err := req.tenant.Auth.Authenticate(ctx, r.Header)
	if err != nil {
		return tokenFault(err)
	}
	req.viewer = viewer
	if refused := req.tenant.Introspection.refuse(viewer); refused != nil {
		return tokenFault(refused)
	}
	return nil
}

// SDL is the schema as it was written, with its comments.
func SDL(schema *ast.Schema) string { return schema.Query.Position.Src.Input }
