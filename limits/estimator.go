package limits

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Estimate finds out what an operation of a validated document costs with the
// given coerced variables. Fragments are merged as the executor merges them.
// What stands below a field is added up once, however often a spread leads
// there, so the time is linear in ordinary documents. A document that would keep
// the executor, or this, at merging for longer than `merges` is refused with an
// [Exceeded].
func (c Config) Estimate(p *Prices, op *ast.OperationDefinition, fragments ast.FragmentDefinitionList, variables map[string]any) (*Estimate, error) {
	e := newEstimator(c, p, fragments, variables)
	root := e.build([]ast.SelectionSet{op.SelectionSet}, list{})
	if merges := max(root.sum.merges, e.looked); merges > c.Merges {
		return nil, &Exceeded{Limit: "merges", Most: c.Merges, Got: merges}
	}
	return &Estimate{root: root}, nil
}

func newEstimator(c Config, p *Prices, fragments ast.FragmentDefinitionList, variables map[string]any) *estimator {
	return &estimator{
		config: c, prices: p, fragments: fragments, variables: variables,
		single: map[*ast.Field]*spot{}, merged: map[string]*spot{}, ids: map[*ast.Field]uint64{},
	}
}

// estimator walks one operation.
type estimator struct {
	config    Config
	prices    *Prices
	fragments ast.FragmentDefinitionList
	variables map[string]any
	looked    int // at selections, by this walk itself; it stops above the limit

	// What is known of the fields walked so far: alone, or several that merge.
	single map[*ast.Field]*spot
	merged map[string]*spot
	ids    map[*ast.Field]uint64
}

// position is the fields that merge into one of the answer. They have one
// response name and one definition, and so the same arguments.
type position []*ast.Field

// list is what a field says of the lists below it.
type list struct {
	sized []string // the fields that hold its items
	items int
	paid  bool
}

// link prices a position with all that is below it.
func (e *estimator) link(p position) link {
	price := e.prices.fields[p[0].Definition]
	of := list{sized: price.sized, items: e.items(price, p[0]), paid: price.weight > 0}
	l := link{field: p[0], weight: price.weight, times: 1, asked: of.items}
	if price.items > 0 && len(price.sized) == 0 {
		l.times, l.listed, l.paid = of.items, true, of.paid
	}
	l.spot = e.spot(p, of)
	return l
}

// spot finds what is below a position, or remembers it.
func (e *estimator) spot(p position, of list) *spot {
	if len(p) == 1 {
		known, ok := e.single[p[0]]
		if !ok {
			known = e.build([]ast.SelectionSet{p[0].SelectionSet}, of)
			e.single[p[0]] = known
		}
		return known
	}
	key := e.key(p)
	known, ok := e.merged[key]
	if !ok {
		sets := make([]ast.SelectionSet, len(p))
		for i, f := range p {
			sets[i] = f.SelectionSet
		}
		known = e.build(sets, of)
		e.merged[key] = known
	}
	return known
}

// key names a set of fields.
func (e *estimator) key(p position) string {
	ids := make([]uint64, len(p))
	for i, f := range p {
		id, known := e.ids[f]
		if !known {
			id = uint64(len(e.ids))
			e.ids[f] = id
		}
		ids[i] = id
	}
	slices.Sort(ids)
	var key []byte
	for _, id := range ids {
		key = binary.AppendUvarint(key, id)
	}
	return string(key)
}

// build adds up what selection sets that merge select.
func (e *estimator) build(sets []ast.SelectionSet, of list) *spot {
	g := gathering{estimator: e}
	for _, set := range sets {
		g.set(set)
	}
	s := &spot{sum: sum{merges: g.looked}}
	e.looked += g.looked
	for _, p := range g.positions {
		l := e.link(p)
		if slices.Contains(of.sized, p[0].Name) {
			l.times, l.paid = of.items, of.paid
		}
		s.below = append(s.below, l)
		s.sum = s.sum.plus(l.total())
	}
	return s
}

// items is how long a list is that a field asks for. No more than a page ever
// is, whatever the arguments say: they are refused where they are read.
func (e *estimator) items(p price, f *ast.Field) int {
	asked := -1
	for _, name := range p.slicing {
		if a := f.Arguments.ForName(name); a != nil {
			if n, given := number(a.Value, e.variables); given {
				asked = max(asked, n, 0)
			}
		}
	}
	if asked < 0 {
		return p.items
	}
	return min(asked, e.config.PageItems)
}

// number reads an Int argument: false where it is null or absent. What is no
// number is taken for a very large one; validation lets none through.
func number(v *ast.Value, variables map[string]any) (n int, given bool) {
	value, err := v.Value(variables)
	if err != nil {
		return most, true
	}
	switch value := value.(type) {
	case nil:
		return 0, false
	case int64:
		return int(value), true
	case int:
		return value, true
	case json.Number:
		if n, err := strconv.Atoi(value.String()); err == nil {
			return n, true
		}
	}
	return most, true
}

// gathering collects the positions of selection sets that merge, in order.
type gathering struct {
	*estimator
	looked    int // at selections
	positions []position
	index     map[place]int
	seen      map[string]bool // fragments
}

// place is what fields must share to merge. The definition parts types that
// stand at the same place of the answer; both are paid for.
type place struct {
	name       string
	definition *ast.FieldDefinition
}

func (g *gathering) set(set ast.SelectionSet) {
	for _, selection := range set {
		if g.looked++; g.looked+g.estimator.looked > g.config.Merges {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			if g.included(s.Directives) {
				g.field(s)
			}
		case *ast.InlineFragment:
			if g.included(s.Directives) {
				g.set(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if g.included(s.Directives) {
				g.spread(s.Name)
			}
		}
	}
}

func (g *gathering) field(f *ast.Field) {
	at := place{f.Alias, f.Definition}
	i, known := g.index[at]
	if !known {
		i = len(g.positions)
		if g.index == nil {
			g.index = map[place]int{}
		}
		g.index[at] = i
		g.positions = append(g.positions, nil)
	}
	g.positions[i] = append(g.positions[i], f)
}

func (g *gathering) spread(name string) {
	if g.seen[name] {
		return
	}
	if g.seen == nil {
		g.seen = map[string]bool{}
	}
	g.seen[name] = true
	if def := g.fragments.ForName(name); def != nil {
		g.set(def.SelectionSet)
	}
}

// included follows @skip and @include as the executor does.
func (e *estimator) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if condition := d.Arguments.ForName("if"); condition != nil {
			value, err := condition.Value.Value(e.variables)
			if yes, isBool := value.(bool); err == nil && isBool && yes == (d.Name == "skip") {
				return false
			}
		}
	}
	return true
}
