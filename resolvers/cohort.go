package resolvers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// operation is what resolvers remember while one operation runs: which objects
// stand at which place of it. A place is a path without list positions, so all
// nodes of a list stand at one place, and so do the nodes of all lists inside
// the nodes of another. The same field of all of them is asked for at once, by
// whichever of them comes first.
type operation struct {
	mu      sync.Mutex
	cohorts map[string]any        // place -> []*T
	asked   map[string]*sync.Once // place of a field -> its one question
	watches []*loaders.Watch      // of the fields that may have made calls
	items   int                   // listed so far
	stale   map[staleKey]Stale    // fields with an answer that was not fresh
}

type operationKey struct{}

// errNoOperation is a wiring fault: the server did not call Begin.
var errNoOperation = errors.New("resolvers: no operation in this context")

// Begin prepares the context in which an operation is resolved.
func Begin(ctx context.Context, l *loaders.Loaders) context.Context {
	op := &operation{cohorts: map[string]any{}, asked: map[string]*sync.Once{}, stale: map[staleKey]Stale{}}
	l.OnStale(op.aged)
	return context.WithValue(loaders.With(ctx, l), operationKey{}, op)
}

// Used says what the operation of a context has used so far: fields that made
// upstream calls, and items of lists behind such fields.
func Used(ctx context.Context) (calls, items int) {
	op, ok := ctx.Value(operationKey{}).(*operation)
	if !ok {
		return 0, 0
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	for _, w := range op.watches {
		if w.Called() {
			calls++
		}
	}
	return calls, op.items
}

// Watched counts the calls made under the returned context as one field's.
func Watched(ctx context.Context) context.Context {
	op, ok := ctx.Value(operationKey{}).(*operation)
	if !ok {
		return ctx
	}
	w := new(loaders.Watch)
	op.mu.Lock()
	op.watches = append(op.watches, w)
	op.mu.Unlock()
	return loaders.Watched(ctx, w)
}

// list counts items of a list.
func (op *operation) list(items int) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.items += items
}

// enroll remembers who stands at a place. Everyone there comes from the same
// answer, so the first list is the whole one.
func enroll[T any](op *operation, at string, objs []*T) {
	op.mu.Lock()
	defer op.mu.Unlock()
	if _, known := op.cohorts[at]; !known {
		op.cohorts[at] = objs
	}
}

// cohort gives everyone who stands with objs, or objs where nobody else is known.
func cohort[T any](op *operation, at string, objs []*T) []*T {
	op.mu.Lock()
	defer op.mu.Unlock()
	if all, ok := op.cohorts[at].([]*T); ok {
		return all
	}
	return objs
}

func (op *operation) question(at string) *sync.Once {
	op.mu.Lock()
	defer op.mu.Unlock()
	once, ok := op.asked[at]
	if !ok {
		once = new(sync.Once)
		op.asked[at] = once
	}
	return once
}

// place is where a field stands: names from the root down, aliases where
// arguments can make two uses of a field differ. Connections and edges are
// passed over: a list's nodes stand at the same place however they are reached.
func place(fc *graphql.FieldContext) string {
	var names []string
	for ; fc != nil; fc = fc.Parent {
		if fc.Field.Field == nil || isPlumbing(fc.Object) {
			continue // a position in a list, the root, or nodes, edges, node
		}
		name := fc.Field.Name
		if len(fc.Field.Arguments) > 0 {
			name = fc.Field.Alias + "()"
		}
		names = append(names, name)
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		b.WriteString("/" + names[i])
	}
	return b.String()
}

func isPlumbing(typeName string) bool {
	return strings.HasSuffix(typeName, "Connection") || strings.HasSuffix(typeName, "Edge")
}

// here gives the operation, its loaders, and the place of the field being resolved.
func here(ctx context.Context) (*operation, *loaders.Loaders, *graphql.FieldContext, error) {
	op, ok := ctx.Value(operationKey{}).(*operation)
	if !ok {
		return nil, nil, nil, errNoOperation
	}
	l, err := loaders.From(ctx)
	return op, l, graphql.GetFieldContext(ctx), err
}

// loadFunc asks a loader about parents; the answers are positional with them.
type loadFunc[P, V any] func(ctx context.Context, l *loaders.Loaders, parents []*P) ([]V, []error)

// fan answers a field of objs. The first caller at a place asks for the whole
// cohort, which the loaders keep for the operation; then everyone takes what
// is theirs. enrol, where not nil, files the answers as the next cohort.
func fan[P, V any](ctx context.Context, objs []*P, load loadFunc[P, V], enrol func(op *operation, at string, all []V)) ([]V, error) {
	op, l, fc, err := here(ctx)
	if err != nil {
		return nil, err
	}
	at := place(fc)
	op.question(at).Do(func() {
		all, _ := load(Watched(ctx), l, cohort(op, place(fc.Parent), objs))
		if enrol != nil {
			enrol(op, at, all)
		}
	})
	values, errs := load(ctx, l, objs)
	return values, batchError(errs)
}

// batchError gives the executor one error per position, or none at all.
func batchError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return graphql.BatchErrorList(errs)
		}
	}
	return nil
}

// objects files single objects; absent ones stand nowhere.
func objects[T any](op *operation, at string, all []*T) {
	present := make([]*T, 0, len(all))
	for _, obj := range all {
		if obj != nil {
			present = append(present, obj)
		}
	}
	enroll(op, at, present)
}

// found answers a root field with the one object that load gives.
func found[T any](ctx context.Context, load func(l *loaders.Loaders) (*T, error)) (*T, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	obj, err := load(l)
	return root(ctx, obj, err)
}

// lists files the objects of all lists, and counts them.
func lists[T any](op *operation, at string, all [][]*T) {
	listsOf(objects[T])(op, at, all)
}

// listsOf is lists for what is filed in another way.
func listsOf[T any](enrol func(op *operation, at string, all []*T)) func(op *operation, at string, all [][]*T) {
	return func(op *operation, at string, all [][]*T) {
		flat := slices.Concat(all...)
		op.list(len(flat))
		enrol(op, at, flat)
	}
}

// root files what a root field found and passes it on.
func root[T any](ctx context.Context, obj *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	op, _, fc, err := here(ctx)
	if err != nil {
		return nil, err
	}
	objects(op, place(fc), []*T{obj})
	return obj, nil
}

// members maps parents to what a loader is keyed by.
func members[P, K any](parents []*P, key func(*P) K) []K {
	out := make([]K, len(parents))
	for i, parent := range parents {
		out[i] = key(parent)
	}
	return out
}
