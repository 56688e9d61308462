package server

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/marketgraph/marketgraph/limits"
)

// Parsed documents are kept: they are the same for every tenant and viewer.
const (
	maxDocuments     = 1000
	maxDocumentBytes = 16 << 10 // longer ones are parsed each time, so that the cache of each stage stays within 16 MB of text
)

// documents parses, measures and validates, in this order: the work of each
// step is bounded by the one before. It keeps what was valid.
type documents struct {
	schema *ast.Schema
	limits limits.Config
	rules  *rules.Rules
	valid  *lru.LRU[*ast.QueryDocument]
}

func newDocuments(schema *ast.Schema, bounds limits.Config) *documents {
	return &documents{schema: schema, limits: bounds, rules: rules.NewDefaultRules(), valid: lru.New[*ast.QueryDocument](maxDocuments)}
}

// read gives the valid document of a text, or what is wrong with it.
func (d *documents) read(ctx context.Context, text string) (*ast.QueryDocument, gqlerror.List) {
	if doc, known := d.valid.Get(ctx, text); known {
		return doc, nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.limits.Tokens)
	if err != nil {
		return nil, gqlerror.List{d.unread(err)}
	}
	if len(doc.Operations) == 0 {
		fault := gqlerror.Errorf("the document has no operation")
		errcode.Set(fault, errcode.ValidationFailed)
		return nil, gqlerror.List{fault}
	}
	if err := d.limits.CheckDocument(doc); err != nil {
		return nil, gqlerror.List{raise(err)}
	}
	if faults := validator.ValidateWithRules(d.schema, doc, d.rules); len(faults) > 0 {
		return nil, faults // each names its rule
	}
	if len(text) <= maxDocumentBytes {
		d.valid.Add(ctx, text, doc)
	}
	return doc, nil
}

// unread is why a text could not be parsed. The parser says so by its words
// alone that it stopped at the limit.
func (d *documents) unread(err error) *gqlerror.Error {
	var fault *gqlerror.Error
	if !errors.As(err, &fault) {
		return raise(err)
	}
	if strings.HasPrefix(fault.Message, "exceeded token limit") {
		return raise(&limits.Exceeded{Limit: "tokens", Most: d.limits.Tokens, Got: d.limits.Tokens + 1})
	}
	errcode.Set(fault, errcode.ParseFailed)
	return fault
}

type documentKey struct{}

// withDocument tells the executor which document was read.
func withDocument(ctx context.Context, doc *ast.QueryDocument) context.Context {
	return context.WithValue(ctx, documentKey{}, doc)
}

// handed is the executor's cache of documents: it finds the one that was read,
// so the executor itself never parses.
type handed struct{}

// Get implements graphql.Cache.
func (handed) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return doc, ok
}

// Add implements graphql.Cache.
func (handed) Add(context.Context, string, *ast.QueryDocument) {}
