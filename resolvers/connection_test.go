package resolvers

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// TestConnectionsShowTheirRun: nodes and edges are the run's items in its order,
// lists are never null, cursors are those of the page's ends, and a length that
// nobody knows, or that GraphQL cannot write, is null.
func TestConnectionsShowTheirRun(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		list := &loaders.List[*model.Company]{Start: rapid.IntRange(0, 500).Draw(rt, "start"), HasNext: rapid.Bool().Draw(rt, "more")}
		for range rapid.IntRange(0, 5).Draw(rt, "items") {
			list.Items = append(list.Items, &model.Company{ID: rapid.String().Draw(rt, "id")})
		}
		if rapid.Bool().Draw(rt, "counted") {
			length := rapid.IntRange(0, 1<<40).Draw(rt, "length")
			list.Total = &length
		}
		withEdges := rapid.Bool().Draw(rt, "edges selected")
		got := companyList.of(list, withEdges)
		if got.Nodes == nil || got.Edges == nil || !cmp.Equal(got.Nodes, append([]*model.Company{}, list.Items...)) {
			rt.Fatalf("nodes %v, edges %v of %v", got.Nodes, got.Edges, list.Items)
		}
		if want := map[bool]int{true: len(list.Items)}[withEdges]; len(got.Edges) != want {
			rt.Fatalf("%d edges, want %d", len(got.Edges), want)
		}
		for i, e := range got.Edges {
			if e.Node != list.Items[i] || e.Cursor != list.Cursor(i) {
				rt.Fatalf("edge %d is %+v", i, e)
			}
		}
		checkInfo(rt, list, got.PageInfo)
		countable := list.Total != nil && *list.Total <= math.MaxInt32
		if (got.TotalCount != nil) != countable || countable && int(*got.TotalCount) != *list.Total {
			rt.Fatalf("total %v of %v", got.TotalCount, list.Total)
		}
	})
	if companyList.of(nil, true) != nil {
		t.Error("a run that could not be read is shown as an empty one")
	}
}

func checkInfo(rt *rapid.T, list *loaders.List[*model.Company], info *model.PageInfo) {
	if info.HasNextPage != list.HasNext || info.HasPreviousPage != (list.Start > 0) {
		rt.Fatalf("page info %+v of a run at %d", info, list.Start)
	}
	var first, last *string
	if n := len(list.Items); n > 0 {
		a, b := list.Cursor(0), list.Cursor(n-1)
		first, last = &a, &b
	}
	if !cmp.Equal(info.StartCursor, first) || !cmp.Equal(info.EndCursor, last) {
		rt.Fatalf("cursors %v and %v, want %v and %v", info.StartCursor, info.EndCursor, first, last)
	}
}
