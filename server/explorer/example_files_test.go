package explorer_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/docs/examples"
	"github.com/marketgraph/marketgraph/server/explorer"
)

func TestReadExamples(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const doc = "# Products: One product\n# By id.\n#   Or by number.\nquery P($id: ID!) { product(id: $id) { name } }\n"
	got, err := explorer.ReadExamples(fstest.MapFS{
		"2-b.graphql": file("# Users: Me\n{ me { id } }\n"),
		"1-a.graphql": file(doc),
		"1-a.json":    file("{\n  \"id\": 7\n}\n"),
		"notes.md":    file("not read"),
	})
	want := []explorer.Example{
		{Name: "1-a", Domain: "Products", Title: "One product", Description: "By id. Or by number.", Query: doc, Variables: "{\n  \"id\": 7\n}"},
		{Name: "2-b", Domain: "Users", Title: "Me", Query: "# Users: Me\n{ me { id } }\n"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// TestExampleFaults: every fault is told, with its file.
func TestExampleFaults(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"none.graphql": "{ me { id } }", "title.graphql": "# Users:\n{ me { id } }", "domain.graphql": "# : Me\n{ me { id } }",
		"colon.graphql": "# Me\n{ me { id } }", "list.graphql": "# Users: Me\n{ me { id } }", "list.json": "[]",
		"null.graphql": "# Users: Me\n{ me { id } }", "null.json": "null",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	got, err := explorer.ReadExamples(files)
	if err == nil || len(got) != 0 {
		t.Fatalf("accepted %v", got)
	}
	for _, name := range []string{"none", "title", "domain", "colon", "list", "null"} {
		if !strings.Contains(err.Error(), name+".graphql") {
			t.Errorf("nothing about %s in:\n%v", name, err)
		}
	}
}

// TestOurExamples: the menu has every domain of the schema so far.
func TestOurExamples(t *testing.T) {
	t.Parallel()
	got, err := explorer.ReadExamples(examples.Files())
	if err != nil {
		t.Fatal(err)
	}
	domains := map[string]bool{}
	for _, e := range got {
		domains[e.Domain] = true
		if e.Description == "" {
			t.Errorf("%s: nothing says what it shows", e.Name)
		}
	}
	for _, d := range []string{"Companies", "Users", "Products", "Subscriptions"} {
		if !domains[d] {
			t.Errorf("no example under %s", d)
		}
	}
}
