package resolvers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// thing is an object that a list may hold.
type thing struct{ id int }

// at is the context of a field below a list of things, with an operation of its own.
func at(ctx context.Context, op *operation) context.Context {
	ctx = context.WithValue(loaders.With(ctx, loaders.New(nil, nil)), operationKey{}, op)
	ctx = graphql.WithFieldContext(ctx, field(nil, "Query", "things"))
	return graphql.WithFieldContext(ctx, field(nil, "Thing", "part")) // below the one before
}

func field(parent *graphql.FieldContext, object, name string, arguments ...string) *graphql.FieldContext {
	f := &ast.Field{Name: name, Alias: name}
	for _, argument := range arguments {
		f.Arguments = append(f.Arguments, &ast.Argument{Name: argument})
	}
	return &graphql.FieldContext{Parent: parent, Object: object, Field: graphql.CollectedField{Field: f}}
}

// TestFanAsksOnceForEveryone: however the executor hands a list's objects over,
// one by one or some at a time, and however many at once: the first question is
// about all of them, nobody else asks about more than their own, and everyone
// gets what is theirs, failures too.
func TestFanAsksOnceForEveryone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		all := make([]*thing, rapid.IntRange(1, 12).Draw(rt, "n"))
		for i := range all {
			all[i] = &thing{id: i}
		}
		op := &operation{cohorts: map[string]any{}, asked: map[string]*sync.Once{}}
		ctx := at(context.Background(), op)
		enroll(op, "/things", all)

		var mu sync.Mutex
		var questions [][]int
		load := func(_ context.Context, _ *loaders.Loaders, parents []*thing) ([]string, []error) {
			values, errs := make([]string, len(parents)), make([]error, len(parents))
			asked := make([]int, len(parents))
			for i, p := range parents {
				asked[i], values[i] = p.id, fmt.Sprint("part of ", p.id)
				if p.id%5 == 4 {
					values[i], errs[i] = "", fmt.Errorf("no part of %d", p.id)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			questions = append(questions, asked)
			return values, errs
		}
		groups := drawGroups(rt, all)
		faults := make([]error, len(groups))
		var wg sync.WaitGroup
		for i, group := range groups {
			wg.Go(func() {
				values, err := fan(ctx, group, load, nil)
				faults[i] = wrongParts(group, values, err)
			})
		}
		wg.Wait()
		if err := errors.Join(faults...); err != nil {
			rt.Fatal(err)
		}
		if len(questions) != len(groups)+1 || len(questions[0]) != len(all) {
			rt.Fatalf("%d groups asked %v", len(groups), questions)
		}
	})
}

// drawGroups hands out all of them, in their order, some at a time.
func drawGroups(rt *rapid.T, all []*thing) (groups [][]*thing) {
	for rest := all; len(rest) > 0; {
		n := rapid.IntRange(1, len(rest)).Draw(rt, "together")
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return groups
}

// wrongParts says what of an answer is not its asker's.
func wrongParts(group []*thing, values []string, err error) error {
	var each graphql.BatchErrors
	errs := make([]error, len(group))
	if errors.As(err, &each) {
		errs = each.Errors()
	}
	for i, g := range group {
		switch fails := g.id%5 == 4; {
		case fails && (errs[i] == nil || errs[i].Error() != fmt.Sprintf("no part of %d", g.id)):
			return fmt.Errorf("thing %d fails with %w", g.id, errs[i])
		case !fails && (errs[i] != nil || values[i] != fmt.Sprint("part of ", g.id)):
			return fmt.Errorf("thing %d has %q, %w", g.id, values[i], errs[i])
		}
	}
	return nil
}

// TestPlaceIsAPathWithoutPositions: objects of one list stand at one place,
// however they are reached, and only names, and aliases of fields with arguments, tell places apart.
func TestPlaceIsAPathWithoutPositions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,3}`), 1, 6).Draw(rt, "names")
		var nodes, edges *graphql.FieldContext
		for i, name := range names {
			object := fmt.Sprintf("Type%d", i)
			nodes, edges = field(nodes, object, name), field(edges, object, name)
			if rapid.Bool().Draw(rt, "paged") {
				position, other := rapid.IntRange(0, 9).Draw(rt, "position"), rapid.IntRange(0, 9).Draw(rt, "other position")
				nodes = index(field(nodes, object+"Connection", "nodes"), position)
				edges = field(index(field(edges, object+"Connection", "edges"), other), object+"Edge", "node")
			}
		}
		want := "/" + strings.Join(names, "/")
		if got, same := place(nodes), place(edges); got != want || same != want {
			rt.Fatalf("places %s and %s, want %s", got, same, want)
		}
		plain, paged := field(nodes, "Type", "list"), field(nodes, "Type", "list", "first")
		other := field(nodes, "Type", "list", "first")
		other.Field.Alias = "again"
		places := []string{place(plain), place(paged), place(other)}
		if slices.Sort(places); len(slices.Compact(places)) != 3 {
			rt.Fatalf("three questions stand at %v", places)
		}
	})
}

// index is a position in a list.
func index(parent *graphql.FieldContext, i int) *graphql.FieldContext {
	return &graphql.FieldContext{Parent: parent, Index: &i}
}
