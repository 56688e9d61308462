package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// previewDirective marks what only the preview endpoint serves.
const previewDirective = "preview"

// Production is a schema without what is in preview. The text of a schema that
// has nothing in preview stays as it was written. The error says what is left
// without something it needs: a field, say, whose type is in preview alone.
func Production(schema *ast.Schema) (*ast.Schema, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "schema", Input: SDL(schema)})
	if err != nil {
		return nil, fmt.Errorf("server: schema: %w", err)
	}
	if !removePreviews(doc) {
		return schema, nil
	}
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  "), formatter.WithComments()).FormatSchemaDocument(doc)
	production, err := gqlparser.LoadSchema(&ast.Source{Name: "production", Input: text.String()})
	if err != nil {
		return nil, fmt.Errorf("server: schema without previews: %w", err)
	}
	return production, nil
}

// removePreviews reports whether there were any.
func removePreviews(doc *ast.SchemaDocument) bool {
	found := false
	inPreview := func(directives ast.DirectiveList) bool {
		marked := directives.ForName(previewDirective) != nil
		found = found || marked
		return marked
	}
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool { return inPreview(d.Directives) })
	for _, d := range doc.Definitions {
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return inPreview(f.Directives) })
		d.EnumValues = slices.DeleteFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool { return inPreview(v.Directives) })
		for _, f := range d.Fields {
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return inPreview(a.Directives) })
		}
	}
	return found
}
