package resolvers

import (
	"context"
	"math"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// shape makes a connection of a run: nodes and page info always, edges only
// for those who select them, because each has a cursor to be written.
type shape[N, E, C any] struct {
	edge       func(cursor string, node *N) *E
	connection func(nodes []*N, edges []*E, info *model.PageInfo, total *int32) *C
	enrol      func(op *operation, at string, nodes []*N)
}

// of is nil for a run that could not be read.
func (s shape[N, E, C]) of(list *loaders.List[*N], withEdges bool) *C {
	if list == nil {
		return nil
	}
	edges := []*E{}
	if withEdges {
		edges = make([]*E, len(list.Items))
		for i, node := range list.Items {
			edges[i] = s.edge(list.Cursor(i), node)
		}
	}
	nodes := list.Items
	if nodes == nil {
		nodes = []*N{} // an empty list, never null
	}
	return s.connection(nodes, edges, pageInfo(list), total(list))
}

// root answers a root list.
func (s shape[N, E, C]) root(ctx context.Context, list *loaders.List[*N], err error) (*C, error) {
	if err != nil {
		return nil, err
	}
	op, _, fc, err := here(ctx)
	if err != nil {
		return nil, err
	}
	s.enrol(op, place(fc), list.Items)
	op.list(len(list.Items))
	return s.of(list, selectsEdges(ctx)), nil
}

// listed answers a root list with its page arguments.
func listed[N, E, C any](ctx context.Context, args pageArgs, s shape[N, E, C], list func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*N], error)) (*C, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	page, err := l.NewPage(args.first, args.after, args.last, args.before)
	if err != nil {
		return nil, err
	}
	run, err := list(l, page)
	return s.root(ctx, run, err)
}

// listFunc asks a loader for a page of each parent's list.
type listFunc[P, N any] func(ctx context.Context, l *loaders.Loaders, parents []*P, p loaders.Page) ([]*loaders.List[*N], []error)

// pageArgs are the four arguments of a connection.
type pageArgs struct {
	first  *int32
	after  *string
	last   *int32
	before *string
}

// nested answers a list inside objs.
func nested[P, N, E, C any](ctx context.Context, objs []*P, args pageArgs, s shape[N, E, C], list listFunc[P, N]) ([]*C, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	page, err := l.NewPage(args.first, args.after, args.last, args.before)
	if err != nil {
		return nil, err
	}
	load := func(ctx context.Context, l *loaders.Loaders, parents []*P) ([]*loaders.List[*N], []error) {
		return list(ctx, l, parents, page)
	}
	lists, err := fan(ctx, objs, load, func(op *operation, at string, all []*loaders.List[*N]) {
		var nodes []*N
		for _, run := range all {
			if run != nil {
				nodes = append(nodes, run.Items...)
			}
		}
		s.enrol(op, at, nodes)
		op.list(len(nodes))
	})
	withEdges := selectsEdges(ctx)
	out := make([]*C, len(lists))
	for i, run := range lists {
		out[i] = s.of(run, withEdges)
	}
	return out, err
}

func selectsEdges(ctx context.Context) bool {
	return slices.Contains(graphql.CollectAllFields(ctx), "edges")
}

func pageInfo[N any](list *loaders.List[N]) *model.PageInfo {
	info := &model.PageInfo{HasNextPage: list.HasNext, HasPreviousPage: list.Start > 0}
	if n := len(list.Items); n > 0 {
		start, end := list.Cursor(0), list.Cursor(n-1)
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info
}

// total is nil where the length is not known, or past what GraphQL's Int holds.
func total[N any](list *loaders.List[N]) *int32 {
	if list.Total == nil || *list.Total > math.MaxInt32 {
		return nil
	}
	n := int32(*list.Total)
	return &n
}
