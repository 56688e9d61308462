package limits

import "github.com/vektah/gqlparser/v2/ast"

// CheckDocument measures a document that was parsed and is not yet validated:
// the work of validation, and the number of its errors, grow with what is
// limited here. The error is an [Exceeded].
func (c Config) CheckDocument(doc *ast.QueryDocument) error {
	var m syntax
	for _, op := range doc.Operations {
		m.directives += len(op.Directives)
		for _, v := range op.VariableDefinitions {
			m.directives += len(v.Directives)
		}
		m.fields(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		m.directives += len(f.Directives)
		m.fields(f.SelectionSet)
	}
	for _, check := range []Exceeded{
		{Limit: "fragments", Most: c.Fragments, Got: len(doc.Fragments)},
		{Limit: "directives", Most: c.Directives, Got: m.directives},
		{Limit: "duplicates", Most: c.Duplicates, Got: m.duplicates},
	} {
		if check.Got > check.Most {
			return &check
		}
	}
	return nil
}

// syntax counts what can be seen without a schema.
type syntax struct{ directives, duplicates int }

// written is a field as it stands in a selection set.
type written struct {
	on   string // the type condition of the innermost inline fragment
	name string // the response name
}

// fields counts in what is selected of one object, inline fragments included.
func (m *syntax) fields(set ast.SelectionSet) {
	seen := make(map[written]bool, len(set))
	m.set(set, "", seen)
}

func (m *syntax) set(set ast.SelectionSet, on string, seen map[written]bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			m.directives += len(s.Directives)
			at := written{on, s.Alias}
			if seen[at] {
				m.duplicates++
			}
			seen[at] = true
			if len(s.SelectionSet) > 0 {
				m.fields(s.SelectionSet)
			}
		case *ast.InlineFragment:
			m.directives += len(s.Directives)
			m.set(s.SelectionSet, s.TypeCondition, seen)
		case *ast.FragmentSpread:
			m.directives += len(s.Directives)
		}
	}
}
