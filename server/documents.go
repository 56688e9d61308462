package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

// Parsed documents are kept: they are the same for every tenant and viewer.
const (
	maxDocuments     = 1000
	maxDocumentBytes = 16 << 10 // longer ones are parsed each time, so that the cache stays within 16 MB of text
)

// documents is a bounded cache of parsed documents.
type documents struct{ *lru.LRU[*ast.QueryDocument] }

func newDocuments() documents {
	return documents{lru.New[*ast.QueryDocument](maxDocuments)}
}

// Add keeps a document under its text, if it is of ordinary length.
func (d documents) Add(ctx context.Context, text string, doc *ast.QueryDocument) {
	if len(text) <= maxDocumentBytes {
		d.LRU.Add(ctx, text, doc)
	}
}
