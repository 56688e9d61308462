package loaders

import (
	"context"
	"errors"
)

// optional loads the far ends of optional edges: what is not there, or not
// the viewer's to see, is nil without an error, as an edge that does not exist.
func optional[V any](ctx context.Context, m *memo[string, *V], ids []string, may func(id string) bool) ([]*V, []error) {
	var ask []string
	for _, id := range ids {
		if id != "" && may(id) {
			ask = append(ask, id)
		}
	}
	got, failed := m.load(ctx, ask)
	values, errs := make([]*V, len(ids)), make([]error, len(ids))
	next := 0
	for i, id := range ids {
		if id == "" || !may(id) {
			continue
		}
		var gone *NotFoundError
		if values[i], errs[i] = got[next], failed[next]; errors.As(errs[i], &gone) {
			errs[i] = nil
		}
		next++
	}
	return values, errs
}

// everything allows every id: who sees the near end of such an edge sees the far end.
func everything(string) bool { return true }
