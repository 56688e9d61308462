package resolvers

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// MaxStale bounds how many stale fields an answer names.
const MaxStale = 100

// Stale is an entry of extensions.staleness: a field some of whose data was no longer
// fresh.
type Stale struct {
	// Path is the field's, without positions in lists: it stands for all of them, since
	// they are loaded together.
	Path []string `json:"path"`
	// AgeMs is the age of the oldest such data, since it was asked for.
	AgeMs int64 `json:"ageMs"`
	// Backend is whose data it is.
	Backend string `json:"backend"`
	// Reason is REFRESHING or UNANSWERED.
	Reason string `json:"reason"`
}

// staleKey tells entries apart.
type staleKey struct{ path, backend, reason string }

// aged notes a stale reply at the field that asked for it.
func (op *operation) aged(ctx context.Context, s loaders.Stale) {
	path := fieldPath(graphql.GetFieldContext(ctx))
	key := staleKey{path: strings.Join(path, "."), backend: s.Backend, reason: s.Reason}
	op.mu.Lock()
	defer op.mu.Unlock()
	had, known := op.stale[key]
	if !known && len(op.stale) >= MaxStale {
		return
	}
	op.stale[key] = Stale{Path: path, Backend: s.Backend, Reason: s.Reason, AgeMs: max(had.AgeMs, s.Age.Milliseconds())}
}

// fieldPath is where a field stands in the answer, without positions in lists.
func fieldPath(fc *graphql.FieldContext) []string {
	path := []string{}
	for ; fc != nil; fc = fc.Parent {
		if fc.Field.Field != nil && fc.Index == nil {
			path = append(path, fc.Field.Alias)
		}
	}
	slices.Reverse(path)
	return path
}

// Staleness is what the operation of a context was given that was not fresh, by path;
// nil where all was.
func Staleness(ctx context.Context) []Stale {
	op, ok := ctx.Value(operationKey{}).(*operation)
	if !ok {
		return nil
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	return slices.SortedFunc(maps.Values(op.stale), func(a, b Stale) int {
		return cmp.Or(slices.Compare(a.Path, b.Path), cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Reason, b.Reason))
	})
}
