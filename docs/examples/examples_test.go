package examples_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/marketgraph/marketgraph/docs/examples"
)

// An example that the schema refuses is worse than none.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	names, err := fs.Glob(examples.Files(), "*.graphql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	operations := map[string]string{}
	for _, name := range names {
		doc, err := fs.ReadFile(examples.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		parsed, faults := gqlparser.LoadQueryWithRules(schema, string(doc), rules.NewDefaultRules())
		if faults != nil {
			t.Errorf("%s: %v", name, faults)
			continue
		}
		if len(parsed.Operations) != 1 || parsed.Operations[0].Name == "" {
			t.Errorf("%s: the Explorer's tabs show the operation's name; give it exactly one, with a name", name)
			continue
		}
		op := parsed.Operations[0]
		if other := operations[op.Name]; other != "" {
			t.Errorf("%s and %s have the same operation name", name, other)
		}
		operations[op.Name] = name
		if _, err := validator.VariableValues(schema, op, variables(t, name)); err != nil {
			t.Errorf("%s: its variables do not fit: %v", name, err)
		}
	}
}

// Variables without a document are left over from one.
func TestVariablesBelongToExamples(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(examples.Files(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := fs.Stat(examples.Files(), strings.TrimSuffix(name, path.Ext(name))+".graphql"); err != nil {
			t.Errorf("%s has no document: %v", name, err)
		}
	}
}

func variables(t *testing.T, document string) map[string]any {
	t.Helper()
	text, err := fs.ReadFile(examples.Files(), strings.TrimSuffix(document, ".graphql")+".json")
	if err != nil {
		return nil
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Errorf("variables of %s: %v", document, err)
	}
	return out
}
