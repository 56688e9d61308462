package limits

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// CheckShape measures an operation of a validated document. Each fragment is
// measured once, however often it is spread, so the time is linear in the
// document. The error is an [Exceeded].
func (c Config) CheckShape(op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) error {
	m := measure{fragments: fragments, known: map[string]extent{}}
	whole := m.set(op.SelectionSet)
	for _, check := range []Exceeded{
		{"depth", c.Depth, whole.depth},
		{"rootFields", c.RootFields, whole.fields},
		{"aliases", c.Aliases, m.aliases},
	} {
		if check.Got > check.Most {
			return &check
		}
	}
	return nil
}

// extent is how deep a selection goes, and how many fields it has at its top.
type extent struct{ depth, fields int }

func (e *extent) add(other extent) {
	e.depth = max(e.depth, other.depth)
	e.fields += other.fields
}

// measure walks one document.
type measure struct {
	fragments ast.FragmentDefinitionList
	known     map[string]extent
	aliases   int
}

func (m *measure) set(set ast.SelectionSet) (total extent) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			total.add(m.field(s))
		case *ast.InlineFragment:
			total.add(m.set(s.SelectionSet))
		case *ast.FragmentSpread:
			total.add(m.fragment(s.Name))
		}
	}
	return total
}

func (m *measure) field(f *ast.Field) extent {
	if f.Alias != f.Name {
		m.aliases++
	}
	// Introspection nests by nature and costs no call.
	if strings.HasPrefix(f.Name, "__") {
		return extent{depth: 1, fields: 1}
	}
	return extent{depth: m.set(f.SelectionSet).depth + 1, fields: 1}
}

func (m *measure) fragment(name string) extent {
	if e, ok := m.known[name]; ok {
		return e
	}
	def := m.fragments.ForName(name)
	if def == nil {
		return extent{}
	}
	e := m.set(def.SelectionSet)
	m.known[name] = e
	return e
}
