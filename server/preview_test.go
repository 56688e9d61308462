package server

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const marked = `directive @preview on OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM | ENUM_VALUE | INPUT_FIELD_DEFINITION | INPUT_OBJECT
`

func loadSDL(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: marked + sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestProductionHasNoPreviews(t *testing.T) {
	t.Parallel()
	got, err := Production(loadSDL(t, `
		# kept
		type Query { "Said." a(x: Int y: Int @preview): E  b: T @preview  c(i: I): Int @deprecated(reason: "old") }
		type T @preview { a: Int }
		enum E { A B @preview }
		input I { a: Int b: Int @preview }
	`))
	if err != nil {
		t.Fatal(err)
	}
	sdl := SDL(got)
	for _, kept := range []string{"# kept", "Said.", "a(x: Int): E", `c(i: I): Int @deprecated(reason: "old")`} {
		if !strings.Contains(sdl, kept) {
			t.Errorf("without %s:\n%s", kept, sdl)
		}
	}
	if got.Types["T"] != nil || len(got.Types["E"].EnumValues) != 1 || len(got.Types["I"].Fields) != 1 || got.Types["Query"].Fields.ForName("b") != nil {
		t.Errorf("something in preview is left:\n%s", sdl)
	}
}

func TestProductionWithoutPreviewsIsTheSame(t *testing.T) {
	t.Parallel()
	schema := loadSDL(t, `type Query { a: Int }`)
	if got, err := Production(schema); err != nil || got != schema {
		t.Errorf("another schema, %v", err)
	}
}

// What is released cannot lean on what is not.
func TestProductionThatLeansOnPreviews(t *testing.T) {
	t.Parallel()
	for _, sdl := range []string{`type Query { a: T } type T @preview { a: Int }`, `type Query { a(i: I): Int } input I @preview { a: Int }`} {
		if _, err := Production(loadSDL(t, sdl)); err == nil {
			t.Errorf("%s is accepted", sdl)
		}
	}
}
