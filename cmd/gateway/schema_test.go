package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/server"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

const releases = "../../docs/schema"

// What clients were promised is kept, or its end has a note.
func TestSchemaKeepsItsPromises(t *testing.T) {
	t.Parallel()
	all, err := filepath.Glob(filepath.Join(releases, "*.graphqls"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	code, out, errs := command(t, "schema", "diff", slices.Max(all), "--notes", filepath.Join(releases, "notes.yaml"))
	if code != exitOK {
		t.Errorf("%s%s", out, errs)
	}
}

func TestChangelogIsGenerated(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../docs/changelog.md")
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, "schema", "changelog", releases)
	if diff := cmp.Diff(string(want), out); code != exitOK || diff != "" {
		t.Errorf("run make changelog: %s\n%s", errs, diff)
	}
}

func TestPermissionsAreGenerated(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, "schema", "permissions")
	if diff := cmp.Diff(string(want), out); code != exitOK || diff != "" {
		t.Errorf("run make permissions: %s\n%s", errs, diff)
	}
}

func TestSchemaDiffCommand(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := file("old.graphqls", `type Query { a: Int b: Int c: Int @preview } directive @preview on FIELD_DEFINITION`)
	grown := file("grown.graphqls", `type Query { a: Int b: Int d: Int } directive @preview on FIELD_DEFINITION`)
	less := file("less.graphqls", `type Query { a: Int } directive @preview on FIELD_DEFINITION`)
	noted := file("notes.yaml", "- change: \"Query.b: removed\"\n  note: use a\n")
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing but previews":  {[]string{old, old}, exitOK, ""},
		"compatible":            {[]string{old, grown}, exitOK, "  Query.d: added\n"},
		"breaking":              {[]string{old, less}, exitFailed, "X Query.b: removed\n"},
		"breaking, with a note": {[]string{old, less, "--notes", noted}, exitOK, "! Query.b: removed (use a)\n"},
		"no such file":          {[]string{old, filepath.Join(dir, "nowhere")}, exitUsage, ""},
		"no schema":             {[]string{old, noted}, exitUsage, ""},
		"an empty note":         {[]string{old, less, "--notes", file("empty.yaml", "- change: x\n  note: ' '\n")}, exitUsage, ""},
		"notes of another kind": {[]string{old, less, "--notes", file("kind.yaml", "- chang: x\n")}, exitUsage, ""},
		"no notes there":        {[]string{old, less, "--notes", filepath.Join(dir, "nowhere")}, exitUsage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := command(t, append([]string{"schema", "diff"}, tc.args...)...)
			if code != tc.code || out != tc.says || (code != exitOK) != strings.HasPrefix(errs, "gateway: ") {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, out, errs, tc.code, tc.says)
			}
		})
	}
}

func TestSchemaCommandPrints(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := command(t, "schema", "--preview"); code != exitOK || out != string(want) {
		t.Errorf("exit %d, %d bytes; want %d", code, len(out), len(want))
	}
	code, out, _ := command(t, "schema")
	if code != exitOK || strings.Contains(out, "partnerLeads") || !strings.Contains(out, "companies(") {
		t.Errorf("exit %d, and production's schema has partnerLeads or lacks companies", code)
	}
}

// Rules are declared twice, where they are enforced and where clients read of them.
func TestRulesAreTheSchemas(t *testing.T) {
	t.Parallel()
	schema, err := server.Schema(true)
	if err != nil {
		t.Fatal(err)
	}
	var declared, enforced []string
	for _, value := range schema.Types["AccessRule"].EnumValues {
		declared = append(declared, value.Name)
	}
	for _, rule := range auth.Rules() {
		enforced = append(enforced, rule.Name)
	}
	if diff := cmp.Diff(enforced, declared); diff != "" {
		t.Errorf("rules in auth (-) and values of AccessRule (+):\n%s", diff)
	}
}

// unreached are endpoints that no field is behind: an operator's command calls them.
var unreached = []string{"GET /channel/v1/webhooks", "POST /channel/v1/webhooks", "DELETE /channel/v1/webhooks/{webhookUuid}"}

// An endpoint whose replies are behind no rule is one that nobody has thought about.
func TestEveryRouteHasItsRule(t *testing.T) {
	t.Parallel()
	guarded := slices.Clone(unreached)
	for _, rule := range auth.Rules() {
		guarded = append(guarded, rule.Sources...)
	}
	for _, route := range appdirect.Routes() {
		if endpoint := route.Method + " " + route.Path; !slices.Contains(guarded, endpoint) {
			t.Errorf("%s: %s is in no rule's Sources", route.Name, endpoint)
		}
	}
}
