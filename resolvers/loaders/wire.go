package loaders

import (
	"maps"
	"slices"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// text is nil for what the backend left out or wrote as "": the graph knows only one of the two.
func text(t wire.Text) *string {
	if t == "" {
		return nil
	}
	s := string(t)
	return &s
}

// texts leaves out what the backend wrote as nothing; nil is a list that it left out.
func texts(ts []wire.Text) []string {
	if ts == nil {
		return nil
	}
	out := make([]string, 0, len(ts))
	for _, t := range ts {
		if t != "" {
			out = append(out, string(t))
		}
	}
	return out
}

// inOrder is a list with each item mapped; nil stays nil, a list that the backend left out.
func inOrder[W, T any](in []W, to func(W) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, w := range in {
		out[i] = to(w)
	}
	return out
}

// whole is the whole number in n; nil where there is none, or none that fits.
func whole(n wire.Number) *int32 {
	if !n.Valid || !n.Value.IsInteger() || !n.Value.BigInt().IsInt64() {
		return nil
	}
	value := n.Value.IntPart()
	small := int32(value)
	if int64(small) != value {
		return nil
	}
	return &small
}

// enum is the enum's value for t, its UNKNOWN where the schema does not know t, and nil for nothing.
func enum[E interface {
	~string
	IsValid() bool
}](t wire.Text, unknown E) *E {
	if t == "" {
		return nil
	}
	if e := E(t); e.IsValid() {
		return &e
	}
	return &unknown
}

// roles leaves out what the backend wrote as nothing.
func roles(texts []wire.Text) []model.Role {
	out := make([]model.Role, 0, len(texts))
	for _, t := range texts {
		if role := enum(t, model.RoleUnknown); role != nil {
			out = append(out, *role)
		}
	}
	return out
}

// page adapts a counted page: each item mapped, the backend's count kept.
func page[W, T any](p appdirect.Page[W], toModel func(W) T) chunk[T] {
	c := chunk[T]{items: make([]T, len(p.Items)), total: unknown}
	for i, item := range p.Items {
		c.items[i] = toModel(item)
	}
	if p.Info != nil {
		c.total = p.Info.TotalElements
	}
	return c
}

// amounts lists prices by currency code, in a stable order.
func amounts(byCurrency map[string]wire.Number) []*model.Money {
	out := make([]*model.Money, 0, len(byCurrency))
	for _, currency := range slices.Sorted(maps.Keys(byCurrency)) {
		out = append(out, &model.Money{Currency: currency, Amount: byCurrency[currency].Ptr()})
	}
	return out
}
