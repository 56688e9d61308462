package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// walker is somebody who asks for every field, from testdata/access/viewers.
type walker struct {
	Name       string   `yaml:"name"`
	As         string   `yaml:"as"`         // the persona; "" for nobody
	Scopes     []string `yaml:"scopes"`     // of the token; all of the persona's when absent
	Roles      []string `yaml:"roles"`      // effective ones
	Context    string   `yaml:"context"`    // in which a partner asks for leads
	Everything bool     `yaml:"everything"` // whether no company is somebody else's to them
}

// expectation is who may select some fields, from testdata/access/fields.
type expectation struct {
	Fields    string   `yaml:"fields"`
	Endpoints []string `yaml:"endpoints"`
	Viewers   []string `yaml:"viewers"`
	Why       string   `yaml:"why"`
}

// oracle knows who may select what, from the contract and what was written by
// hand: nothing of the gateway's own rules.
type oracle struct {
	printed map[string][]string     // roles by endpoint
	rows    map[string]*expectation // by "Type.field" or "Type.*"
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	raw, err := os.ReadFile("../../auth/testdata/contract.json") // facts copied from the contract
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Routes []struct {
			Method, Path string
			Roles        []string
		}
	}
	if err := json.Unmarshal(raw, &contract); err != nil {
		t.Fatal(err)
	}
	o := &oracle{printed: map[string][]string{}, rows: map[string]*expectation{}}
	for _, r := range contract.Routes {
		o.printed[r.Method+" "+r.Path] = r.Roles
	}
	for _, row := range readYAML[*expectation](t, "testdata/access/fields")["fields"] {
		o.add(t, row)
	}
	return o
}

// add takes a row: it says who may by the contract's roles, or by hand and why.
func (o *oracle) add(t *testing.T, row *expectation) {
	t.Helper()
	if (len(row.Endpoints) == 0) == (len(row.Viewers) == 0) && row.Why == "" {
		t.Errorf("%.60s: neither the contract's roles nor a reason of ours", row.Fields)
	}
	for _, endpoint := range row.Endpoints {
		if row.Viewers == nil && len(o.printed[endpoint]) == 0 {
			t.Errorf("%.60s: the contract prints no roles for %s", row.Fields, endpoint)
		}
	}
	for _, field := range strings.Fields(row.Fields) {
		if o.rows[field] != nil {
			t.Errorf("%s is in two rows", field)
		}
		o.rows[field] = row
	}
}

// row is what is expected of a field; nil where nobody has thought about it.
func (o *oracle) row(typeName, field string) *expectation {
	if row := o.rows[typeName+"."+field]; row != nil {
		return row
	}
	return o.rows[typeName+".*"]
}

// admits says whether a viewer may select a field.
func (o *oracle) admits(w walker, typeName, field string) bool {
	row := o.row(typeName, field)
	if row == nil {
		return false
	}
	if row.Viewers != nil {
		return slices.Contains(row.Viewers, w.Name)
	}
	return slices.ContainsFunc(row.Endpoints, func(endpoint string) bool {
		return slices.ContainsFunc(w.Roles, func(role string) bool { return slices.Contains(o.printed[endpoint], role) })
	})
}

// forbidden are endpoints that nothing which a viewer may select is read from.
func (o *oracle) forbidden(w walker, schema *ast.Schema) []string {
	may, mayNot := map[string]bool{}, []string{}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			row := o.row(def.Name, f.Name)
			if row == nil {
				continue
			}
			for _, endpoint := range row.Endpoints {
				if o.admits(w, def.Name, f.Name) {
					may[endpoint] = true
				} else {
					mayNot = append(mayNot, endpoint)
				}
			}
		}
	}
	return slices.DeleteFunc(mayNot, func(endpoint string) bool { return may[endpoint] })
}

// spot is one place in the walk's document: a field, and what is below it.
type spot struct {
	typeName, field string
	arguments       string
	below           []*spot
}

// grow makes a document's places: every field of every type that can be reached,
// each type opened where it is met first. given are arguments by "Type.field".
func grow(t *testing.T, schema *ast.Schema, given map[string]string) *spot {
	t.Helper()
	root := &spot{}
	opened := map[string]bool{"Query": true}
	type open struct {
		at  *spot
		def *ast.Definition
	}
	for todo := []open{{root, schema.Query}}; len(todo) > 0; todo = todo[1:] {
		at, def := todo[0].at, todo[0].def
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			s := &spot{typeName: def.Name, field: f.Name, arguments: argumentsOf(t, def.Name, f, given)}
			at.below = append(at.below, s)
			target := schema.Types[f.Type.Name()]
			switch {
			case target.Kind != ast.Object:
			case opened[target.Name]:
				s.below = []*spot{{field: "__typename"}}
			default:
				opened[target.Name] = true
				todo = append(todo, open{s, target})
			}
		}
	}
	return root
}

// argumentsOf are those that are given, and short pages of lists.
func argumentsOf(t *testing.T, typeName string, f *ast.FieldDefinition, given map[string]string) string {
	t.Helper()
	if arguments := given[typeName+"."+f.Name]; arguments != "" {
		return "(" + arguments + ")"
	}
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			t.Errorf("%s.%s wants %s, which the walk does not give", typeName, f.Name, a.Name)
		}
	}
	if f.Arguments.ForName("first") != nil {
		return "(first: 2)"
	}
	return ""
}

// String writes the place as a selection.
func (s *spot) String() string {
	if len(s.below) == 0 {
		return s.field + s.arguments
	}
	parts := make([]string, len(s.below))
	for i, b := range s.below {
		parts[i] = b.String()
	}
	return s.field + s.arguments + " { " + strings.Join(parts, " ") + " }"
}
