// Package schemadiff says what is different between two schemas, and which of it
// breaks the operations that clients have.
package schemadiff

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Change is one difference between two schemas.
type Change struct {
	// At is what changed: "Type", "Type.field", "Type.field(argument:)", "@directive".
	At string
	// What happened to it, in words.
	What string
	// Breaking says that an operation that was valid may not be any more, or may
	// be answered with what its client cannot read (docs/versioning.md).
	Breaking bool
}

// String is a line of a report.
func (c Change) String() string { return c.At + ": " + c.What }

type changes []Change

func (c *changes) add(breaking bool, at, format string, args ...any) {
	*c = append(*c, Change{At: at, What: fmt.Sprintf(format, args...), Breaking: breaking})
}

// Diff lists what is different in the current schema, by name. Descriptions, comments and the
// directives that say how the gateway runs a field are not looked at.
func Diff(old, current *ast.Schema) []Change {
	var out changes
	both(definitions(old), definitions(current), pairs[*ast.Definition]{
		gone:  func(d *ast.Definition) { out.add(true, d.Name, "removed") },
		added: func(d *ast.Definition) { out.add(false, d.Name, "added") },
		kept:  out.definition,
	})
	both(directives(old), directives(current), pairs[*ast.DirectiveDefinition]{
		gone:  func(d *ast.DirectiveDefinition) { out.add(true, "@"+d.Name, "removed") },
		added: func(d *ast.DirectiveDefinition) { out.add(false, "@"+d.Name, "added") },
		kept:  func(_, _ *ast.DirectiveDefinition) {},
	})
	slices.SortFunc(out, func(a, b Change) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.What, b.What)) })
	return out
}

// pairs says what to do with what only one of two lists has, and with what both have.
type pairs[T any] struct {
	gone, added func(T)
	kept        func(old, current T)
}

func both[T any](old, current map[string]T, do pairs[T]) {
	for name, a := range old {
		if b, ok := current[name]; ok {
			do.kept(a, b)
		} else {
			do.gone(a)
		}
	}
	for name, b := range current {
		if _, ok := old[name]; !ok {
			do.added(b)
		}
	}
}

func definitions(s *ast.Schema) map[string]*ast.Definition {
	out := map[string]*ast.Definition{}
	for name, d := range s.Types {
		if !d.BuiltIn {
			out[name] = d
		}
	}
	return out
}

func directives(s *ast.Schema) map[string]*ast.DirectiveDefinition {
	out := map[string]*ast.DirectiveDefinition{}
	for name, d := range s.Directives {
		if d.Position != nil && !d.Position.Src.BuiltIn {
			out[name] = d
		}
	}
	return out
}

func (c *changes) definition(old, current *ast.Definition) {
	if old.Kind != current.Kind {
		c.add(true, old.Name, "was %s, is %s", old.Kind, current.Kind)
		return
	}
	c.members(old.Name, "interface", old.Interfaces, current.Interfaces)
	c.members(old.Name, "type", old.Types, current.Types)
	both(enumValues(old), enumValues(current), pairs[*ast.EnumValueDefinition]{
		gone:  func(v *ast.EnumValueDefinition) { c.add(true, old.Name+"."+v.Name, "removed") },
		added: func(v *ast.EnumValueDefinition) { c.add(false, old.Name+"."+v.Name, "added") },
		kept: func(a, b *ast.EnumValueDefinition) {
			c.deprecated(old.Name+"."+a.Name, a.Directives, b.Directives)
		},
	})
	input := old.Kind == ast.InputObject
	both(fields(old), fields(current), pairs[*ast.FieldDefinition]{
		gone:  func(f *ast.FieldDefinition) { c.add(true, old.Name+"."+f.Name, "removed") },
		added: func(f *ast.FieldDefinition) { c.newField(old.Name+"."+f.Name, f, input) },
		kept:  func(a, b *ast.FieldDefinition) { c.field(old.Name+"."+a.Name, a, b, input) },
	})
}

func (c *changes) members(at, what string, old, current []string) {
	for _, name := range old {
		if !slices.Contains(current, name) {
			c.add(true, at, "%s %s left", what, name)
		}
	}
	for _, name := range current {
		if !slices.Contains(old, name) {
			c.add(false, at, "%s %s joined", what, name)
		}
	}
}

// newField breaks nothing, unless it is an input that must be given.
func (c *changes) newField(at string, f *ast.FieldDefinition, input bool) {
	if input && required(f.Type, f.DefaultValue) {
		c.add(true, at, "added, and must be given")
		return
	}
	c.add(false, at, "added")
}

func (c *changes) field(at string, old, current *ast.FieldDefinition, input bool) {
	fits := outputFits
	if input {
		fits = inputFits
	}
	if old.Type.String() != current.Type.String() {
		c.add(!fits(old.Type, current.Type), at, "was %s, is %s", old.Type, current.Type)
	}
	c.fallback(at, old.DefaultValue, current.DefaultValue)
	c.deprecated(at, old.Directives, current.Directives)
	both(arguments(old), arguments(current), pairs[*ast.ArgumentDefinition]{
		gone: func(a *ast.ArgumentDefinition) { c.add(true, argument(at, a), "removed") },
		added: func(a *ast.ArgumentDefinition) {
			if required(a.Type, a.DefaultValue) {
				c.add(true, argument(at, a), "added, and must be given")
				return
			}
			c.add(false, argument(at, a), "added")
		},
		kept: func(a, b *ast.ArgumentDefinition) {
			if a.Type.String() != b.Type.String() {
				c.add(!inputFits(a.Type, b.Type), argument(at, a), "was %s, is %s", a.Type, b.Type)
			}
			c.fallback(argument(at, a), a.DefaultValue, b.DefaultValue)
		},
	})
}

func argument(at string, a *ast.ArgumentDefinition) string { return at + "(" + a.Name + ":)" }

// fallback compares defaults: another one changes what an operation asks for.
func (c *changes) fallback(at string, old, current *ast.Value) {
	if a, b := text(old), text(current); a != b {
		c.add(old != nil, at, "its default was %s, is %s", a, b)
	}
}

func text(v *ast.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

func (c *changes) deprecated(at string, old, current ast.DirectiveList) {
	a, b := old.ForName("deprecated"), current.ForName("deprecated")
	switch {
	case a == nil && b != nil:
		c.add(false, at, "deprecated: %s", reason(b))
	case a != nil && b == nil:
		c.add(false, at, "no longer deprecated")
	}
}

// reason is the directive's, or the specification's default.
func reason(d *ast.Directive) string {
	if a := d.Arguments.ForName("reason"); a != nil {
		return a.Value.Raw
	}
	return "No longer supported"
}

// required reports whether an input must be given.
func required(t *ast.Type, def *ast.Value) bool { return t.NonNull && def == nil }

// outputFits reports whether who reads the old type can read the current one: it may
// promise more, never less.
func outputFits(old, current *ast.Type) bool {
	if old.NonNull && !current.NonNull {
		return false
	}
	return sameShape(old, current, outputFits)
}

// inputFits reports whether what was given for the old type may be given for the
// current one: it may ask for less, never more.
func inputFits(old, current *ast.Type) bool {
	if !old.NonNull && current.NonNull {
		return false
	}
	return sameShape(old, current, inputFits)
}

func sameShape(old, current *ast.Type, fits func(old, current *ast.Type) bool) bool {
	if old.Elem == nil || current.Elem == nil {
		return old.Elem == nil && current.Elem == nil && old.NamedType == current.NamedType
	}
	return fits(old.Elem, current.Elem)
}

func enumValues(d *ast.Definition) map[string]*ast.EnumValueDefinition {
	out := map[string]*ast.EnumValueDefinition{}
	for _, v := range d.EnumValues {
		out[v.Name] = v
	}
	return out
}

func fields(d *ast.Definition) map[string]*ast.FieldDefinition {
	out := map[string]*ast.FieldDefinition{}
	for _, f := range d.Fields {
		if f.Position != nil && !f.Position.Src.BuiltIn {
			out[f.Name] = f
		}
	}
	return out
}

func arguments(f *ast.FieldDefinition) map[string]*ast.ArgumentDefinition {
	out := map[string]*ast.ArgumentDefinition{}
	for _, a := range f.Arguments {
		out[a.Name] = a
	}
	return out
}
