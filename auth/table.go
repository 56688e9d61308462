package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The directive that carries a field's rule, and its argument.
const (
	accessDirective = "access"
	accessArgument  = "rule"
)

// SchemaError lists every field of a schema whose @access is missing or wrong.
type SchemaError struct {
	Faults []string // "Type.field: what is wrong", sorted
}

// Error names all faults.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("auth: %d fields without a valid @%s: %s", len(e.Faults), accessDirective, strings.Join(e.Faults, "; "))
}

// Table holds the rule of every field of a schema. It is immutable and safe for concurrent use.
type Table struct {
	rules    map[string]Rule     // by "Type.field"
	possible map[string][]string // interface -> the object types behind it
}

// NewTable reads the rules from the schema's @access directives. Every field of every object and interface type must
// carry one with a known rule, introspection's excepted; else the error is a *SchemaError that names them all.
func NewTable(schema *ast.Schema) (*Table, error) {
	t := &Table{rules: map[string]Rule{}, possible: map[string][]string{}}
	var faults []string
	for _, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface || introspective(def.Name) {
			continue
		}
		if def.Kind == ast.Interface {
			t.possible[def.Name] = names(schema.GetPossibleTypes(def))
		}
		faults = append(faults, t.add(def)...)
	}
	if len(faults) > 0 {
		slices.Sort(faults)
		return nil, &SchemaError{Faults: faults}
	}
	return t, nil
}

// add takes the rules of one type's fields and returns what is wrong with them.
func (t *Table) add(def *ast.Definition) (faults []string) {
	for _, f := range def.Fields {
		if introspective(f.Name) {
			continue
		}
		key := def.Name + "." + f.Name
		rule, fault := ruleOf(f)
		if fault != "" {
			faults = append(faults, key+": "+fault)
			continue
		}
		t.rules[key] = rule
	}
	return faults
}

func ruleOf(f *ast.FieldDefinition) (rule Rule, fault string) {
	found := f.Directives.ForNames(accessDirective)
	if len(found) != 1 {
		return Rule{}, fmt.Sprintf("needs exactly one @%s, has %d", accessDirective, len(found))
	}
	arg := found[0].Arguments.ForName(accessArgument)
	if arg == nil || arg.Value == nil {
		return Rule{}, "@" + accessDirective + " names no rule"
	}
	rule, ok := ruleNamed(arg.Value.Raw)
	if !ok {
		return Rule{}, "unknown rule " + arg.Value.Raw
	}
	return rule, ""
}

// Rule returns the rule of a field; false where the schema has no such field.
func (t *Table) Rule(typeName, field string) (Rule, bool) {
	r, ok := t.rules[typeName+"."+field]
	return r, ok
}

// Fields returns the names of all fields of the table as "Type.field", sorted.
func (t *Table) Fields() []string {
	keys := make([]string, 0, len(t.rules))
	for k := range t.rules {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Selection is the set of fields that one operation selects, fragments included, with their rules. It knows no viewer,
// so it can be kept with the parsed operation. It is immutable and safe for concurrent use.
type Selection struct {
	rules       map[string]Rule // by "Type.field"; a field that the table doesn't know has a rule that admits nobody
	needsViewer bool
}

// Select returns what op selects. Each fragment is walked once however often it is spread, so the time is linear in the
// document. A field of an interface counts with the interface's own rule and, because one of these answers at run time,
// with that of every type behind it. The document must have been validated.
func (t *Table) Select(op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) *Selection {
	w := walk{
		table: t, fragments: fragments, seen: map[string]bool{},
		selection: &Selection{rules: map[string]Rule{}},
	}
	w.pending = append(w.pending, op.SelectionSet)
	for len(w.pending) > 0 { // a list, not recursion: the depth of a document is its sender's choice
		last := len(w.pending) - 1
		set := w.pending[last]
		w.pending = w.pending[:last]
		w.visit(set)
	}
	return w.selection
}

// NeedsViewer reports whether any field is selected that isn't public: only then are roles worth reading.
func (s *Selection) NeedsViewer() bool { return s.needsViewer }

// Check decides for a viewer, who must be resolved where NeedsViewer is true: before that, they hold no role.
func (s *Selection) Check(v *Viewer) Decision {
	d := Decision{NeedsViewer: s.needsViewer}
	for key, rule := range s.rules {
		if rule.admits(v) {
			continue
		}
		if d.Denied == nil {
			d.Denied = map[string]*Error{}
		}
		d.Denied[key] = refusal(key, rule, v)
	}
	return d
}

// NeedsViewer is Select and then Selection.NeedsViewer.
func (t *Table) NeedsViewer(op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) bool {
	return t.Select(op, fragments).NeedsViewer()
}

// Check is Select and then Selection.Check.
func (t *Table) Check(v *Viewer, op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) Decision {
	return t.Select(op, fragments).Check(v)
}

// Decision is what the table says of one operation and one viewer.
type Decision struct {
	NeedsViewer bool              // a field is selected that isn't public
	Denied      map[string]*Error // refused fields as "Type.field"; nil where all are allowed. Not to be changed
}

// Denial returns the refusal of a field, or nil where it is allowed. typeName is the type that declares the field: the
// object type at run time, or the interface.
func (d Decision) Denial(typeName, field string) *Error {
	if len(d.Denied) == 0 { // the usual case makes no key
		return nil
	}
	return d.Denied[typeName+"."+field]
}

func refusal(key string, rule Rule, v *Viewer) *Error {
	if v.IsAnonymous() {
		return &Error{Code: Unauthorized, Message: key + " needs an access token", Rule: rule.Name}
	}
	if rule.Name == RuleViewer {
		return &Error{
			Code: Forbidden, Rule: rule.Name,
			Message: key + " needs a role: none of the token's scopes is a role that the viewer holds",
		}
	}
	needed := make([]string, len(rule.Roles))
	for i, r := range rule.Roles {
		needed[i] = string(r)
	}
	return &Error{
		Code: Forbidden, Rule: rule.Name,
		Message: key + " needs one of these roles, held and in the token's scopes: " + strings.Join(needed, ", "),
	}
}

// walk is the state of one Select.
type walk struct {
	table     *Table
	fragments ast.FragmentDefinitionList
	seen      map[string]bool // fragments already walked
	pending   []ast.SelectionSet
	selection *Selection
}

func (w *walk) visit(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			w.field(sel)
		case *ast.InlineFragment:
			w.pending = append(w.pending, sel.SelectionSet)
		case *ast.FragmentSpread:
			if def := w.fragments.ForName(sel.Name); def != nil && !w.seen[sel.Name] {
				w.seen[sel.Name] = true
				w.pending = append(w.pending, def.SelectionSet)
			}
		}
	}
}

// field notes the field's rules. Introspection has none: whether it is served at all is another's decision.
func (w *walk) field(f *ast.Field) {
	if introspective(f.Name) {
		return
	}
	w.pending = append(w.pending, f.SelectionSet)
	parent := "?" // a document that wasn't validated: unknown, so denied
	if f.ObjectDefinition != nil {
		parent = f.ObjectDefinition.Name
	}
	w.note(parent + "." + f.Name)
	for _, object := range w.table.possible[parent] {
		w.note(object + "." + f.Name)
	}
}

func (w *walk) note(key string) {
	rule := w.table.rules[key] // the zero Rule admits nobody
	w.selection.rules[key] = rule
	w.selection.needsViewer = w.selection.needsViewer || !rule.Public
}

// introspective reports whether GraphQL reserves the name for itself.
func introspective(name string) bool { return strings.HasPrefix(name, "__") }

func names(defs []*ast.Definition) []string {
	out := make([]string, len(defs))
	for i, d := range defs {
		out[i] = d.Name
	}
	return out
}
