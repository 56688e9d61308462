package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// printedOperation is an operation as AppDirect's reference prints it.
type printedOperation struct {
	Document string         `json:"document"`
	As       string         `json:"as"`
	Shape    map[string]any `json:"shape"` // what must be there; the kind of each value
}

// The printed operations run unchanged, and answer in the printed shapes.
func TestPrintedOperations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/printed/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no printed operations: %v", err)
	}
	b := startBackends(t, 1)
	w := walk{b, "acme"}
	product := w.applications(t)[0]
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var op printedOperation
		if err := json.Unmarshal(content, &op); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			g := b.start(t)
			// The printed id stands for any product: by number and by uuid.
			for _, id := range []string{text(product, "id"), text(product, "uuid")} {
				got := g.must(t, ask{as: op.As, doc: strings.ReplaceAll(op.Document, `"1234"`, `"`+id+`"`)})
				checkShape(t, "data", op.Shape, got)
			}
		})
	}
	g := b.start(t)
	got := g.must(t, ask{doc: `query($id: ID!) { product(id: $id) { id legacyId } }`, vars: map[string]any{"id": text(product, "id")}})
	if text(got, "product", "id") != text(product, "uuid") || text(got, "product", "legacyId") != text(product, "id") {
		t.Errorf("product by number: %v, want %s", got, text(product, "uuid"))
	}
}

// checkShape demands exactly the named members, of the named kinds.
func checkShape(t *testing.T, path string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) {
			t.Errorf("%s is %v, want an object with the members of %v", path, got, want)
		}
		for name, kind := range want {
			checkShape(t, path+"."+name, kind, object[name])
		}
	case []any:
		items, ok := got.([]any)
		if !ok || len(items) == 0 {
			t.Errorf("%s is %v, want a list with items", path, got)
		}
		for _, item := range items {
			checkShape(t, path+"[]", want[0], item)
		}
	default:
		if s, ok := got.(string); want != "text" || !ok || s == "" {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}
