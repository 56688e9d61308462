package schemadiff

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The policy as a table: one change each, and whether it breaks a client.
func TestDiff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		old, new string
		want     []Change
	}{
		"nothing":                {`type Query { a: Int }`, `type Query { "said" a: Int }`, nil},
		"field added":            {`type Query { a: Int }`, `type Query { a: Int b: Int }`, []Change{{"Query.b", "added", false}}},
		"field removed":          {`type Query { a: Int b: Int }`, `type Query { a: Int }`, []Change{{"Query.b", "removed", true}}},
		"field renamed":          {`type Query { a: Int }`, `type Query { b: Int }`, []Change{{"Query.a", "removed", true}, {"Query.b", "added", false}}},
		"type added":             {`type Query { a: Int }`, `type Query { a: Int } type T { a: Int }`, []Change{{"T", "added", false}}},
		"type removed":           {`type Query { a: Int } type T { a: Int }`, `type Query { a: Int }`, []Change{{"T", "removed", true}}},
		"kind":                   {`type Query { a: Int } type T { a: Int }`, `type Query { a: Int } scalar T`, []Change{{"T", "was OBJECT, is SCALAR", true}}},
		"another type":           {`type Query { a: String }`, `type Query { a: Int }`, []Change{{"Query.a", "was String, is Int", true}}},
		"a list now":             {`type Query { a: Int }`, `type Query { a: [Int] }`, []Change{{"Query.a", "was Int, is [Int]", true}}},
		"promises less":          {`type Query { a: Int! }`, `type Query { a: Int }`, []Change{{"Query.a", "was Int!, is Int", true}}},
		"promises more":          {`type Query { a: [Int] }`, `type Query { a: [Int!]! }`, []Change{{"Query.a", "was [Int], is [Int!]!", false}}},
		"promises less inside":   {`type Query { a: [Int!] }`, `type Query { a: [Int] }`, []Change{{"Query.a", "was [Int!], is [Int]", true}}},
		"argument added":         {`type Query { a: Int }`, `type Query { a(x: Int): Int }`, []Change{{"Query.a(x:)", "added", false}}},
		"argument with default":  {`type Query { a: Int }`, `type Query { a(x: Int! = 1): Int }`, []Change{{"Query.a(x:)", "added", false}}},
		"argument demanded":      {`type Query { a: Int }`, `type Query { a(x: Int!): Int }`, []Change{{"Query.a(x:)", "added, and must be given", true}}},
		"argument removed":       {`type Query { a(x: Int): Int }`, `type Query { a: Int }`, []Change{{"Query.a(x:)", "removed", true}}},
		"argument now demanded":  {`type Query { a(x: Int): Int }`, `type Query { a(x: Int!): Int }`, []Change{{"Query.a(x:)", "was Int, is Int!", true}}},
		"argument now optional":  {`type Query { a(x: Int!): Int }`, `type Query { a(x: Int): Int }`, []Change{{"Query.a(x:)", "was Int!, is Int", false}}},
		"default changed":        {`type Query { a(x: Int = 1): Int }`, `type Query { a(x: Int = 2): Int }`, []Change{{"Query.a(x:)", "its default was 1, is 2", true}}},
		"default given":          {`type Query { a(x: Int): Int }`, `type Query { a(x: Int = 2): Int }`, []Change{{"Query.a(x:)", "its default was none, is 2", false}}},
		"input field added":      {`type Query { a: Int } input I { a: Int }`, `type Query { a: Int } input I { a: Int b: Int }`, []Change{{"I.b", "added", false}}},
		"input field demanded":   {`type Query { a: Int } input I { a: Int }`, `type Query { a: Int } input I { a: Int b: Int! }`, []Change{{"I.b", "added, and must be given", true}}},
		"input field more open":  {`type Query { a: Int } input I { a: Int! }`, `type Query { a: Int } input I { a: Int }`, []Change{{"I.a", "was Int!, is Int", false}}},
		"enum value added":       {`type Query { a: E } enum E { A }`, `type Query { a: E } enum E { A B }`, []Change{{"E.B", "added", false}}},
		"enum value removed":     {`type Query { a: E } enum E { A B }`, `type Query { a: E } enum E { A }`, []Change{{"E.B", "removed", true}}},
		"union member left":      {`type Query { a: U } type A { a: Int } type B { a: Int } union U = A | B`, `type Query { a: U } type A { a: Int } type B { a: Int } union U = A`, []Change{{"U", "type B left", true}}},
		"union member joined":    {`type Query { a: U } type A { a: Int } type B { a: Int } union U = A`, `type Query { a: U } type A { a: Int } type B { a: Int } union U = A | B`, []Change{{"U", "type B joined", false}}},
		"interface left":         {`type Query implements I { a: Int } interface I { a: Int }`, `type Query { a: Int } interface I { a: Int }`, []Change{{"Query", "interface I left", true}}},
		"deprecated":             {`type Query { a: Int }`, `type Query { a: Int @deprecated(reason: "use b") }`, []Change{{"Query.a", "deprecated: use b", false}}},
		"deprecated without why": {`type Query { a: E } enum E { A }`, `type Query { a: E } enum E { A @deprecated }`, []Change{{"E.A", "deprecated: No longer supported", false}}},
		"taken back":             {`type Query { a: Int @deprecated }`, `type Query { a: Int }`, []Change{{"Query.a", "no longer deprecated", false}}},
		"directive removed":      {`type Query { a: Int } directive @d on FIELD`, `type Query { a: Int }`, []Change{{"@d", "removed", true}}},
		"directive added":        {`type Query { a: Int }`, `type Query { a: Int } directive @d on FIELD`, []Change{{"@d", "added", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Diff(load(t, tc.old), load(t, tc.new))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The project's own schema is equal to itself, and all of it goes when nothing is left.
func TestDiffOfTheSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	own := load(t, string(text))
	if got := Diff(own, load(t, string(text))); len(got) != 0 {
		t.Errorf("it differs from itself: %v", got)
	}
	breaking := 0
	for _, c := range Diff(own, load(t, `type Query { nothing: Int }`)) {
		if c.Breaking {
			breaking++
		}
	}
	if types := len(definitions(own)); breaking < types {
		t.Errorf("%d breaking changes, though %d types are gone", breaking, types)
	}
}
