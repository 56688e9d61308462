package marketgraph_test

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// costFaults compares @cost and @listSize with what is behind a call: what
// nobody priced would be free, and what nobody sized would hold one item.
func (c contract) costFaults() []string {
	if len(c.rootFaults()) > 0 {
		return nil // nobody can tell what is a root field
	}
	var faults []string
	for _, def := range c.Definitions {
		for _, f := range def.Fields {
			if def.Kind == ast.Object {
				faults = append(faults, c.priceFaults(def, f)...)
			}
		}
	}
	return faults
}

func (c contract) priceFaults(def *ast.Definition, f *ast.FieldDefinition) []string {
	what, called := def.Name+"."+f.Name, c.called(def, f)
	var faults []string
	switch priced := f.Directives.ForName("cost") != nil; {
	case called && !priced:
		faults = append(faults, spot(f.Position, what, `resolved on its own, yet without @cost; say weight "1", or "0" where no call is ever made for it`))
	case !called && priced:
		faults = append(faults, spot(f.Position, what, "has @cost, but comes with its parent's reply"))
	}
	size := f.Directives.ForName("listSize")
	page := c.page(f)
	switch {
	case page == nil && size == nil && c.multiplies(def, f, called):
		faults = append(faults, spot(f.Position, what, "a list that multiplies what it costs, yet without @listSize"))
	case page != nil && size == nil:
		faults = append(faults, spot(f.Position, what, "a page without @listSize; copy it from any other connection"))
	case page != nil:
		faults = append(faults, sameSize(f, size, what)...)
	}
	return faults
}

// called reports whether a field has a resolver of its own: a root field, or one of gqlgen.yml.
func (c contract) called(def *ast.Definition, f *ast.FieldDefinition) bool {
	for _, block := range c.Schema {
		for _, op := range block.OperationTypes {
			if op.Type == def.Name {
				return true
			}
		}
	}
	return c.wired.Models[def.Name].Fields[f.Name].Resolver
}

// page is the connection that a field answers, nil where it answers none.
func (c contract) page(f *ast.FieldDefinition) *ast.Definition {
	if def := c.Definitions.ForName(f.Type.Name()); def != nil && def.Fields.ForName("edges") != nil {
		return def
	}
	return nil
}

// sameSize wants the one @listSize that fits pages: a client that names no size gets 20 items of any of them.
func sameSize(f *ast.FieldDefinition, size *ast.Directive, what string) []string {
	const want = `assumedSize:20 slicingArguments:["first","last"] sizedFields:["nodes","edges"] requireOneSlicingArgument:false `
	got := ""
	for _, a := range size.Arguments {
		got += fmt.Sprintf("%s:%s ", a.Name, a.Value)
	}
	if got != want {
		return []string{spot(f.Position, what, "@listSize is "+got+"and not "+want)}
	}
	return nil
}

// multiplies reports whether a list of objects is behind a call, or has something below it that is.
func (c contract) multiplies(def *ast.Definition, f *ast.FieldDefinition, called bool) bool {
	item := c.Definitions.ForName(f.Type.Name())
	sized := def.Fields.ForName("pageInfo") != nil // its lists have the size of the page
	if f.Type.Elem == nil || sized || item == nil || item.Kind == ast.Enum || item.Kind == ast.Scalar {
		return false
	}
	return called || c.callsBelow(item, map[string]bool{})
}

// callsBelow reports whether an object has a field behind a call, itself or in what comes with it.
func (c contract) callsBelow(def *ast.Definition, seen map[string]bool) bool {
	if def == nil || seen[def.Name] {
		return false
	}
	seen[def.Name] = true
	for _, f := range def.Fields {
		if c.called(def, f) || c.callsBelow(c.Definitions.ForName(f.Type.Name()), seen) {
			return true
		}
	}
	return false
}
