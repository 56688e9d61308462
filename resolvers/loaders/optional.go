package loaders

import "context"

// optional loads the far ends of optional edges: what is not there, or not
// the viewer's to see, is nil without an error, as an edge that does not exist.
func optional[V any](ctx context.Context, m *memo[string, *V], ids []string, may func(id string) bool) ([]*V, []error) {
	var asked []string
	var at []int
	for i, id := range ids {
		if id != "" && may(id) {
			asked, at = append(asked, id), append(at, i)
		}
	}
	got, failed := m.load(ctx, asked)
	values, errs := make([]*V, len(ids)), make([]error, len(ids))
	for i, position := range at {
		values[position] = got[i]
		if !isNotFound(failed[i]) {
			errs[position] = failed[i]
		}
	}
	return values, errs
}

// everything allows every id: who sees the near end of such an edge sees the far end.
func everything(string) bool { return true }
