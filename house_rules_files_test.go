package marketgraph_test

import (
	"fmt"
	"strings"
	"testing"
)

// goodSchema breaks no rule; each case below spoils one line of it.
const goodSchema = `schema { query: Query }
"Who may."
directive @access("Which." rule: Rule!) on FIELD_DEFINITION
"Points."
directive @cost("Weight." weight: String!) on FIELD_DEFINITION
"Items."
directive @listSize("a" assumedSize: Int "b" slicingArguments: [String!] "c" sizedFields: [String!] "d" requireOneSlicingArgument: Boolean) on FIELD_DEFINITION
"Rules."
enum Rule { "All." PUBLIC }
"Reads."
type Query {
  "Things."
  things("How many." first: Int): ThingConnection @access(rule: PUBLIC) @cost(weight: "1") @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
}
"A page."
type ThingConnection {
  "These."
  nodes: [Thing!]! @access(rule: PUBLIC)
  "With cursors."
  edges: [Thing!]! @access(rule: PUBLIC)
  "Where."
  pageInfo: Thing! @access(rule: PUBLIC)
  "All."
  totalCount: Int @access(rule: PUBLIC)
}
"One."
type Thing {
  "Its id."
  id: ID! @access(rule: PUBLIC)
  "Its owner."
  owner: Thing @access(rule: PUBLIC) @cost(weight: "1")
  "Its parts."
  parts: [Thing!] @access(rule: PUBLIC) @listSize(assumedSize: 3)
  "Its old name."
  name: String @access(rule: PUBLIC) @deprecated(reason: "Use id. Removal on 2027-01-31.")
}
`

// mirrored declares the enums that must be there.
func mirrored() string {
	var b strings.Builder
	for _, name := range mirrors {
		fmt.Fprintf(&b, "\"Kinds.\"\nenum %s {\n  \"One.\"\n  ONE\n  \"New.\"\n  UNKNOWN\n}\n", name)
	}
	return b.String()
}

func TestSchemaRules(t *testing.T) {
	t.Parallel()
	const wired = "models:\n  Thing:\n    fields:\n      owner: { resolver: true }\n"
	for _, c := range []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"no schema block", "schema { query: Query }\n", "", "root types"},
		{"type not described", "\"One.\"\ntype Thing", "type Thing", ":26: Thing: not described"},
		{"field not described", "  \"Its id.\"\n", "", "Thing.id: not described"},
		{"argument not described", `"How many." `, "", "Query.things(first:): not described"},
		{"value not described", `"All." PUBLIC`, "PUBLIC", "Rule.PUBLIC: not described"},
		{"directive not described", "\"Who may.\"\n", "", "@access: not described"},
		{"directive's argument not described", `"Which." `, "", "@access(rule:): not described"},
		{"no access", "id: ID! @access(rule: PUBLIC)", "id: ID!", "Thing.id: no @access"},
		{"non-null behind a call", "owner: Thing @", "owner: Thing! @", "Thing.owner: behind a call"},
		{"non-null root", "ThingConnection @", "ThingConnection! @", "Query.things: a root field"},
		{"no total", "  \"All.\"\n  totalCount: Int @access(rule: PUBLIC)\n", "", "without totalCount"},
		{"non-null total", "totalCount: Int @", "totalCount: Int! @", "not every backend counts"},
		{"no date", " Removal on 2027-01-31.", "", `Thing.name: deprecated without`},
		{"wiring for nothing", "  \"Its owner.\"\n  owner: Thing @access(rule: PUBLIC) @cost(weight: \"1\")\n", "", "gqlgen.yml: Thing.owner"},
		{"no cost", "owner: Thing @access(rule: PUBLIC) @cost(weight: \"1\")", "owner: Thing @access(rule: PUBLIC)", "Thing.owner: resolved on its own, yet without @cost"},
		{"cost of what costs nothing", "id: ID! @access(rule: PUBLIC)", "id: ID! @access(rule: PUBLIC) @cost(weight: \"1\")", "Thing.id: has @cost"},
		{"list without a size", " @listSize(assumedSize: 3)", "", "Thing.parts: a list that multiplies"},
		{"page of another size", "assumedSize: 20", "assumedSize: 50", "Query.things: @listSize is assumedSize:50"},
		{"page without a size", "@listSize(assumedSize: 20, slicingArguments: [\"first\", \"last\"], sizedFields: [\"nodes\", \"edges\"], requireOneSlicingArgument: false)", "", "Query.things: a page without"},
		{"closed mirror", "  \"New.\"\n  UNKNOWN\n", "", "enum Role mirrors"},
		{"not a schema", "type Thing {", "type Thing", "Unexpected Name"},
	} {
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		text := strings.Replace(goodSchema+mirrored(), c.old, c.new, 1)
		t.Run(c.name, broken{"", schemaFaults, map[string]string{schemaFile: text, "gqlgen.yml": wired}, want}.run)
	}
}

func TestFileRules(t *testing.T) {
	t.Parallel()
	const (
		mod  = "module " + module + "\n\nrequire (\n\ta.org/a v1.0.0\n\ta.org/a/b v1.1.0 // indirect\n\ta.org/c v1.2.0 // indirect\n)\n"
		head = "| module | version | why | instead of |\n| --- | --- | --- | --- |\n"
		a    = "| `a.org/a` | v1.0.0 | good | bad |\n"
		ab   = "| `a.org/a/b` | v1.1.0 | good | bad |\n"
	)
	code := goFile("a.org/a/b/c")
	runAll(t, []broken{
		{"links", linkFaults, map[string]string{
			"README.md": "[a](docs/a.md) [b](docs/a.md#L2) [c](https://x.y) [d](#there) [e](docs) `[f](no.md)`\n```\n[g](no.md)\n```\n",
			"docs/a.md": "[up](../README.md \"title\")\n",
		}, nil},
		{"dead links", linkFaults, map[string]string{
			"README.md": "[a](docs/b.md) ![b](a.png) [c](docs/a.md#L9)\n", "docs/a.md": "[d](README.md)\n",
		}, []string{"docs/b.md", "a.png", "fewer lines", "docs/a.md: link to README.md"}},
		{"dependencies", dependencyFaults, map[string]string{"go.mod": mod, "auth/a.go": code, dependencyDoc: head + a + ab}, nil},
		{"no row", dependencyFaults, map[string]string{"go.mod": mod, "auth/a.go": code, dependencyDoc: head}, []string{"for a.org/a;", "for a.org/a/b;"}},
		{"another version", dependencyFaults, map[string]string{
			"go.mod": mod, dependencyDoc: head + strings.Replace(a, "v1.0.0", "v1.0.1", 1),
		}, []string{"a.org/a is at v1.0.0 in go.mod, not v1.0.1"}},
		{"no reason", dependencyFaults, map[string]string{"go.mod": mod, dependencyDoc: head + strings.Replace(a, "good", "", 1)}, []string{"a.org/a needs a reason"}},
		{"left over", dependencyFaults, map[string]string{"go.mod": mod, dependencyDoc: head + a + "| `z.org/z` | v1.0.0 | x | y |\n"}, []string{"z.org/z is not in go.mod"}},
		{"promises", promiseFaults, map[string]string{
			promiseDoc: "| promise | test |\n| --- | --- |\n| kept | `a.TestA` |\n| broken | `a.TestA`, `a.TestB` |\n| elsewhere | `b.TestA` |\n", "a/a_test.go": "package a\n\nfunc TestA() {}\n", "a/b.go": "package a\n\nfunc TestB() {}\n",
		}, []string{`"broken" is promised, and there is no a.TestB`, "no b.TestA"}},
		{"no promise", promiseFaults, map[string]string{promiseDoc: "| promise |\n"}, []string{"promises nothing"}},
		{"alone", aloneFaults, map[string]string{"a.md": "\nsee " + foreign[0] + "\n", "b.sh": "curl https://" + foreign[3], "c.md": "network/"}, []string{"a.md:2", "b.sh:1"}},
	})
}
