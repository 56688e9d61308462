package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/cmd/gateway/schemadiff"
	"github.com/marketgraph/marketgraph/server"
)

// schemaCommand prints the schema, or compares it with others.
type schemaCommand struct {
	Print     printSchemaCommand `cmd:"" default:"withargs" help:"Print the schema."`
	Diff      diffCommand        `cmd:"" help:"Say what is different between two schemas; fail where it breaks clients without a note."`
	Changelog changelogCommand   `cmd:"" help:"Print what each release of the schema changed."`

	Permissions permissionsCommand `cmd:"" help:"Print who may select each field, and why."`
}

type printSchemaCommand struct {
	Preview bool `help:"With what only the preview endpoint serves."`
}

// Run prints the schema as it is written, or what production serves of it.
func (c printSchemaCommand) Run(s streams) error {
	schema, err := server.Schema(c.Preview)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.out, server.SDL(schema))
	return err
}

type diffCommand struct {
	Old   string `arg:"" help:"Schema that clients know, a file." placeholder:"OLD"`
	New   string `arg:"" help:"Schema that they will meet; this program's own when absent." optional:"" placeholder:"NEW"`
	Notes string `help:"Version notes: breaking changes that are meant." placeholder:"FILE"`
}

// Run prints every difference. The error counts breaking ones without a note.
// What is in preview may change at any time and is not looked at.
func (c diffCommand) Run(s streams) error {
	old, err := readSchema(c.Old)
	if err != nil {
		return err
	}
	current, err := readSchema(c.New)
	if err != nil {
		return err
	}
	notes, err := readNotes(c.Notes)
	if err != nil {
		return err
	}
	out, broken := &printer{w: s.out}, 0
	for _, change := range schemadiff.Diff(old, current) {
		note, meant := notes[change.String()]
		switch {
		case !change.Breaking:
			out.printf("  %s\n", change)
		case meant:
			out.printf("! %s (%s)\n", change, note)
		default:
			broken++
			out.printf("X %s\n", change)
		}
	}
	if broken > 0 && out.err == nil {
		return fmt.Errorf("%d breaking changes without a version note", broken)
	}
	return out.err
}

// readSchema reads what a file has for production; "" is this program's own.
func readSchema(path string) (*ast.Schema, error) {
	if path == "" {
		return server.Schema(false)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{[]string{err.Error()}}
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
	if err != nil {
		return nil, &usageError{[]string{err.Error()}}
	}
	return server.Production(schema)
}

// readNotes gives what clients do about each breaking change, by its line.
func readNotes(path string) (map[string]string, error) {
	if path == "" {
		return map[string]string{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{[]string{err.Error()}}
	}
	var list []struct {
		Change string `yaml:"change"`
		Note   string `yaml:"note"`
	}
	if err := yaml.UnmarshalWithOptions(text, &list, yaml.Strict()); err != nil {
		return nil, &usageError{[]string{path + ": " + yaml.FormatError(err, false, false)}}
	}
	notes := make(map[string]string, len(list))
	for _, n := range list {
		if strings.TrimSpace(n.Note) == "" {
			return nil, &usageError{[]string{path + ": " + n.Change + ": its note is empty"}}
		}
		notes[n.Change] = n.Note
	}
	return notes, nil
}
