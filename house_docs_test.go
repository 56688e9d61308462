package marketgraph_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// name is something exported, and whether a comment tells what it is.
type name struct {
	at, what   string
	documented bool
}

// packageDocFaults wants one paragraph per package.
func packageDocFaults(h *house) []string {
	documented := map[string]bool{}
	for _, s := range h.sources {
		documented[s.room] = documented[s.room] || s.file.Doc.Text() != ""
	}
	var faults []string
	for _, room := range h.rooms() {
		if generatedOnly := h.generatedOnly(room); !documented[room] && !generatedOnly {
			faults = append(faults, room+": no package comment; a room is entered through the paragraph that says what it is for")
		}
	}
	return faults
}

// generatedOnly reports whether nobody writes files of this room by hand.
func (h *house) generatedOnly(room string) bool {
	for _, s := range h.sources {
		if s.room == room && !s.generated {
			return false
		}
	}
	return true
}

// nameDocFaults wants a comment on every exported name.
func nameDocFaults(h *house) []string {
	var faults []string
	for _, s := range h.sources {
		for _, n := range s.names() {
			if !n.documented {
				faults = append(faults, fmt.Sprintf("%s: %s has no comment; say its unit, nil-ness, errors, and who may call it when", n.at, n.what))
			}
		}
	}
	return faults
}

// names lists what a hand-written, non-test file exports.
func (s *source) names() []name {
	if s.test || s.generated {
		return nil
	}
	var names []name
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
				what := strings.TrimPrefix(receiver(d)+"."+d.Name.Name, ".")
				names = append(names, name{s.at(d), what, d.Doc.Text() != ""})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, s.specNames(d, spec)...)
			}
		}
	}
	return names
}

// receiver is the name of a method's type without pointer and type arguments; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func (s *source) specNames(d *ast.GenDecl, spec ast.Spec) []name {
	switch sp := spec.(type) {
	case *ast.ValueSpec:
		// One comment on a block of constants or variables speaks for all of them.
		documented := d.Doc.Text() != "" || sp.Doc.Text() != "" || sp.Comment.Text() != ""
		return s.exported(sp.Names, "", documented)
	case *ast.TypeSpec:
		if !sp.Name.IsExported() {
			return nil
		}
		documented := sp.Doc.Text() != "" || d.Lparen == token.NoPos && d.Doc.Text() != ""
		return append([]name{{s.at(sp), sp.Name.Name, documented}}, s.members(sp)...)
	}
	return nil
}

func (s *source) exported(idents []*ast.Ident, prefix string, documented bool) []name {
	var names []name
	for _, id := range idents {
		if id.IsExported() {
			names = append(names, name{s.at(id), prefix + id.Name, documented})
		}
	}
	return names
}

// members lists the fields of a struct and the methods of an interface.
func (s *source) members(sp *ast.TypeSpec) []name {
	var list *ast.FieldList
	switch t := sp.Type.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return nil
	}
	var names []name
	for _, f := range list.List {
		if s.mirrorsWire(f) {
			continue
		}
		documented := f.Doc.Text() != "" || f.Comment.Text() != ""
		names = append(names, s.exported(f.Names, sp.Name.Name+".", documented)...)
	}
	// A struct written on one line is told by its type's comment: there is no line to put another on.
	if s.fset.Position(list.Pos()).Line == s.fset.Position(list.End()).Line {
		return nil
	}
	return names
}

// mirrorsWire reports whether a field only repeats a name of a backend's JSON: the
// backend's own manual says what it means, and repeating that here would go stale.
func (s *source) mirrorsWire(f *ast.Field) bool {
	return strings.HasPrefix(s.room, "upstream/") && f.Tag != nil && strings.Contains(f.Tag.Value, `json:"`)
}
