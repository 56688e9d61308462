package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

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

var errPanic = errors.New("a resolver panicked")

// recovered turns a panic into an internal error and keeps its trace for the log.
func (s *Server) recovered(ctx context.Context, cause any) error {
	s.log.LogAttrs(ctx, slog.LevelError, "panic",
		slog.String("requestId", requestFrom(ctx).id), slog.String("cause", fmt.Sprint(cause)),
		slog.String("stack", string(debug.Stack())))
	return errPanic
}
