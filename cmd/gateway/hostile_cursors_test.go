package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

// listsIn says where the lists of a type are found. A list of another type fails
// the test until it is said here where that is.
var listsIn = map[string]string{
	"Query":            "%s",
	"Company":          "companies(first: 8) { nodes { %s } }",
	"Product":          "products(first: 8) { nodes { %s } }",
	"TelephonyAccount": "telephonyAccounts(first: 4) { nodes { %s } }",
	"Wallet":           "companies(first: 8) { nodes { wallet { %s } } }",
}

// connections are all fields of the schema that take a cursor, as doors, with the
// types that they are of.
func connections(t *testing.T) map[*door]string {
	t.Helper()
	out := map[*door]string{}
	schema := doors(t)[0].schema
	for _, of := range schema.Types {
		for _, field := range of.Fields {
			if field.Arguments.ForName("after") == nil {
				continue
			}
			if listsIn[of.Name] == "" {
				t.Errorf("listsIn does not say where %s.%s is", of.Name, field.Name)
			}
			out[&door{schema: schema, kind: ast.Query, field: field}] = of.Name
		}
	}
	return out
}

// page asks for a page of a list wherever it is.
func (d *door) page(of string, belongings map[string]string, args string) string {
	for _, a := range d.field.Arguments {
		if text := d.value(d.field.Name, a.Name, a.Type, map[string]string{"carts.companyId": belongings["filling"]}); text != "" {
			args += ", " + a.Name + ": " + text
		}
	}
	return fmt.Sprintf("{ "+listsIn[of]+" }", d.field.Name+"("+args+") { edges { cursor } }")
}

// tryCursors sends acme's to each list of the schema: they are what any text of
// their spelling is.
func (h *hostile) tryCursors(t *testing.T) {
	for d, of := range connections(t) {
		g, stop := h.startUntil(t, unbounded)
		viewers := d.viewers()
		cursor := firstCursor(g.query(t, ask{as: viewers[0], stage: "/preview", doc: d.page(of, h.acme, "first: 1")}).data)
		if cursor == "" {
			t.Errorf("acme has nothing in %s.%s", of, d.field.Name)
		}
		for page, as := range map[string]string{"first: 2, after: %q": viewers[0], "last: 2, before: %q": viewers[0], "first: 1, after: %q": viewers[1]} {
			h.likeForged(t, g, as, cursor, func(cursor string) string { return d.page(of, h.globex, fmt.Sprintf(page, cursor)) })
		}
		stop()
	}
}

// likeForged demands that a cursor has the outcome of one that was made up.
func (h *hostile) likeForged(t *testing.T, g *front, as, cursor string, doc func(cursor string) string) {
	t.Helper()
	try := func(cursor string) telling {
		got := h.tell(t, g, ask{as: as, doc: doc(cursor)})
		if !strings.Contains(got.Body, "BAD_REQUEST") && !strings.Contains(got.Body, "FORBIDDEN") {
			t.Errorf("%s as %s is taken: %.300s", doc(cursor), as, got.Body)
		}
		return got
	}
	try(forged(t, cursor, 1))
	if diff := gocmp.Diff(try(forged(t, cursor, 2)), try(cursor)); diff != "" {
		t.Errorf("%s as %s (-forged +acme's):\n%s", doc(cursor), as, diff)
	}
}

// firstCursor is the first one anywhere in an answer.
func firstCursor(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if c := text(v, "cursor"); c != "" {
			return c
		}
		for _, member := range v {
			if c := firstCursor(member); c != "" {
				return c
			}
		}
	case []any:
		for _, item := range v {
			if c := firstCursor(item); c != "" {
				return c
			}
		}
	}
	return ""
}

// forged is a cursor of no list, with the position of this one.
func forged(t *testing.T, cursor string, n byte) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	for i := range min(8, len(raw)) {
		raw[i] += n
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
