package limits

import "github.com/vektah/gqlparser/v2/ast"

// CheckShape measures an operation of a validated document. Each fragment is
// measured once, however often it is spread, so the time is linear in the
// document. The error is an [Exceeded].
func (c Config) CheckShape(op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) error {
	m := measure{fragments: fragments, depths: map[string]int{}}
	depth := m.set(op.SelectionSet)
	roots := rootKeys{fragments: fragments, keys: map[string]bool{}, seen: map[string]bool{}}
	roots.add(op.SelectionSet)
	for _, check := range []Exceeded{
		{Limit: "depth", Most: c.Depth, Got: depth},
		{Limit: "rootFields", Most: c.RootFields, Got: len(roots.keys)},
		{Limit: "aliases", Most: c.Aliases, Got: m.aliases},
	} {
		if check.Got > check.Most {
			return &check
		}
	}
	return nil
}

// measure walks one document for its depth and its aliases. Documents are
// walked once per operation, hence no visitor that would allocate per field.
type measure struct {
	fragments ast.FragmentDefinitionList
	depths    map[string]int // of the fragments walked so far
	aliases   int
}

func (m *measure) set(set ast.SelectionSet) (depth int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			depth = max(depth, m.field(s))
		case *ast.InlineFragment:
			depth = max(depth, m.set(s.SelectionSet))
		case *ast.FragmentSpread:
			depth = max(depth, m.fragment(s.Name))
		}
	}
	return depth
}

func (m *measure) field(f *ast.Field) (depth int) {
	if f.Alias != f.Name {
		m.aliases++
	}
	// Introspection nests by nature and costs no call.
	if introspective(f.Name) {
		return 1
	}
	return m.set(f.SelectionSet) + 1
}

func (m *measure) fragment(name string) (depth int) {
	if depth, known := m.depths[name]; known {
		return depth
	}
	if def := m.fragments.ForName(name); def != nil {
		depth = m.set(def.SelectionSet)
	}
	m.depths[name] = depth
	return depth
}

// rootKeys collects the names under which an operation's root fields answer.
// They are a set and not a sum: fragments that spread each other twice, level
// upon level, would overflow a sum long before they meet another limit.
type rootKeys struct {
	fragments ast.FragmentDefinitionList
	keys      map[string]bool
	seen      map[string]bool // fragments
}

func (r *rootKeys) add(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			r.keys[s.Alias] = true
		case *ast.InlineFragment:
			r.add(s.SelectionSet)
		case *ast.FragmentSpread:
			r.spread(s.Name)
		}
	}
}

func (r *rootKeys) spread(name string) {
	if r.seen[name] {
		return
	}
	r.seen[name] = true
	if def := r.fragments.ForName(name); def != nil {
		r.add(def.SelectionSet)
	}
}
