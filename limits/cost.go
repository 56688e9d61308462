package limits

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// most is where points stop growing: far beyond any limit, and its square fits an int.
const most = 1 << 30

// Estimate is what an operation costs at most, and where. It is immutable and
// safe for concurrent use.
type Estimate struct {
	root *spot
}

// spot is what stands below some merged fields: one place of the answer's
// shape, or several of the same selection. Its sum is for one object there.
type spot struct {
	below []link
	sum   sum
}

// link leads from a spot to a field below it.
type link struct {
	*spot
	field  *ast.Field
	weight int  // points for the call behind the field
	times  int  // objects that the field answers for each parent
	asked  int  // items of the list that the field is or holds; 0 where it is none
	listed bool // the field itself is a list
	paid   bool // each of them costs a point
}

// sum is a cost: calls once, items for each parent. What introspection answers
// is free, but counted, and so are the selections that the executor looks at to
// answer one object of each place.
type sum struct{ calls, items, introspected, merges int }

// plus adds up what stops at most.
func (s sum) plus(o sum) sum {
	return sum{
		min(s.calls+o.calls, most), min(s.items+o.items, most),
		min(s.introspected+o.introspected, most), min(s.merges+o.merges, most),
	}
}

// total is what a field costs its parent, with all that is below it.
func (l link) total() sum {
	out := l.sum
	out.calls = min(l.weight+out.calls, most)
	out.items, out.introspected = times(l.times, out.items), times(l.times, out.introspected)
	if l.paid {
		out.items = min(out.items+l.times, most)
	}
	if l.listed && introspective(l.parent()) {
		out.introspected = min(out.introspected+l.times, most)
	}
	return out
}

// parent is the type that has the field.
func (l link) parent() string {
	if l.field.ObjectDefinition == nil {
		return "" // never in a validated document
	}
	return l.field.ObjectDefinition.Name
}

func times(a, b int) int { return min(a*b, most) }

// Points is the cost of the whole operation.
func (e *Estimate) Points() int { return min(e.root.sum.calls+e.root.sum.items, most) }

// Position is one place of an operation's answer that costs something, or has something below it that does.
type Position struct {
	// Path leads to it by response names, such as "companies.nodes.users"; it has no list positions.
	Path string
	// Field is the field's definition, such as "Company.users".
	Field string
	// Type is the name of its type, without list and non-null.
	Type string
	// Parent is the index of the position that it is below, -1 at the root.
	Parent int
	// Times is how many objects it answers for each parent at most.
	Times int
	// Items is how many items are asked for of the list that it is, or whose page it is; 0 where it is neither.
	Items int
	// calls and paid are the points for the call behind it, and whether each item costs one.
	calls int
	paid  bool
}

// FieldCost is what one position of an operation costs by itself, without what is below it.
type FieldCost struct {
	// Path leads to it by response names, such as "companies.nodes.users"; it has no list positions.
	Path string `json:"path"`
	// Field is the field's definition, such as "Company.users".
	Field string `json:"field"`
	// Parents is how many objects are asked for the field at most.
	Parents int `json:"parents"`
	// Calls is the points for the call behind it.
	Calls int `json:"calls"`
	// Items is the points for the items that it lists.
	Items int `json:"items"`
}

// Cost is the points of both.
func (f FieldCost) Cost() int { return f.Calls + f.Items }

// What bounds a list of positions. Few operations within the default limit have
// more, unless somebody means to: one long alias stands in the path of all that
// is below it.
const (
	maxPositions = 1000
	maxPaths     = 1 << 20 // bytes of all their paths, beyond which there is no further one
)

// Positions are the places that cost something or lead to some that do, parents
// first: of more than 1000, or of more than a MiB of paths, the first.
func (e *Estimate) Positions() []Position {
	var out []Position
	paths := 0
	var walk func(s *spot, parent int)
	walk = func(s *spot, parent int) {
		for _, l := range s.below {
			if t := l.total(); t.calls+t.items == 0 || len(out) == maxPositions || paths > maxPaths {
				continue
			}
			here := Position{
				Path: l.field.Alias, Field: l.parent() + "." + l.field.Name, Type: l.field.Definition.Type.Name(),
				Parent: parent, Times: l.times, Items: l.asked, calls: l.weight, paid: l.paid,
			}
			if parent >= 0 {
				here.Path = out[parent].Path + "." + here.Path
			}
			paths += len(here.Path)
			out = append(out, here)
			walk(l.spot, len(out)-1)
		}
	}
	walk(e.root, -1)
	return out
}

// Fields are those of [Estimate.Positions] that cost something by themselves.
func (e *Estimate) Fields() []FieldCost {
	var out []FieldCost
	positions := e.Positions()
	count := make([]int, len(positions))
	for i, p := range positions {
		parents := 1
		if p.Parent >= 0 {
			parents = count[p.Parent]
		}
		count[i] = times(parents, p.Times)
		cost := FieldCost{Path: p.Path, Field: p.Field, Parents: parents, Calls: p.calls}
		if p.paid {
			cost.Items = count[i]
		}
		if cost.Cost() > 0 {
			out = append(out, cost)
		}
	}
	return out
}

// dearest are up to n positions that cost most, the dearest first.
func (e *Estimate) dearest(n int) []FieldCost {
	all := e.Fields()
	slices.SortStableFunc(all, func(a, b FieldCost) int { return cmp.Compare(b.Cost(), a.Cost()) })
	return all[:min(n, len(all))]
}

// Check refuses an operation that costs too much, whenever it is sent. points
// is the most that this client's bucket could ever hold. The error is an
// [Exceeded] that names the dearest fields.
func (c Config) Check(e *Estimate, points int) error {
	allowed := min(c.Cost, points)
	switch {
	case e.Points() > allowed:
		return &Exceeded{Limit: "cost", Most: allowed, Got: e.Points(), Dearest: e.dearest(3)}
	case e.root.sum.introspected > c.Introspection:
		return &Exceeded{Limit: "introspection", Most: c.Introspection, Got: e.root.sum.introspected}
	}
	return nil
}
