// The house rules of marketgraph as ordinary tests that print why.
//
// Files are read through [fs.FS] and go/parser rather than by running the go
// tool: Go's test cache then knows what a verdict was based on, and each rule is
// itself tested on small trees that break it (house_rules_test.go).
package marketgraph_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the import path of the root.
const module = "github.com/marketgraph/marketgraph"

// source is one Go file.
type source struct {
	path      string // slash-separated, from the root
	room      string // its folder; "." for the root
	test      bool
	generated bool
	text      []byte
	file      *ast.File
	fset      *token.FileSet
}

// at is where a node stands, as editors like it: "cache/key.go:12".
func (s *source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// house is the tree that the rules judge. It is immutable.
type house struct {
	fsys    fs.FS
	files   []string // every file that belongs to the project
	sources []*source
}

// notOurs are folders that tools make; a .gitignore names them too.
var notOurs = map[string]bool{".git": true, ".cache": true, "bin": true, "node_modules": true, "dist": true}

var leftovers = regexp.MustCompile(`\.(test|prof|out)$`)

// enter reads a tree.
func enter(fsys fs.FS) (*house, error) {
	h := &house{fsys: fsys}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && notOurs[entry.Name()]:
			return fs.SkipDir
		case !entry.Type().IsRegular() || leftovers.MatchString(name):
			return nil
		}
		h.files = append(h.files, name)
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			return nil
		}
		return h.parse(name)
	})
	return h, err
}

func (h *house) parse(name string) error {
	text, err := fs.ReadFile(h.fsys, name)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return err
	}
	h.sources = append(h.sources, &source{
		path: name, room: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(file), text: text, file: file, fset: fset,
	})
	return nil
}

// read returns a file's text, and "" for one that is not there.
func (h *house) read(name string) string {
	text, _ := fs.ReadFile(h.fsys, name)
	return string(text)
}

// rooms lists the folders that hold Go files, sorted.
func (h *house) rooms() []string {
	var names []string
	for _, s := range h.sources {
		names = append(names, s.room)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var ours = sync.OnceValues(func() (*house, error) { return enter(os.DirFS(".")) })

// rule judges a house and returns one sentence per fault, with place and reason.
type rule func(*house) []string

// TestHouse holds this tree to every rule.
func TestHouse(t *testing.T) {
	t.Parallel()
	h, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	for name, faults := range map[string]rule{
		"entries":      entryFaults,
		"imports":      importFaults,
		"far imports":  farImportFaults,
		"package docs": packageDocFaults,
		"name docs":    nameDocFaults,
		"words":        wordFaults,
		"calls":        callFaults,
		"shape":        shapeFaults,
		"schema":       schemaFaults,
		"links":        linkFaults,
		"dependencies": dependencyFaults,
		"promises":     promiseFaults,
		"stands alone": aloneFaults,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fault := range faults(h) {
				t.Error(fault)
			}
		})
	}
}

// lineOf is the number of the line that holds the byte at offset.
func lineOf(text []byte, offset int) int {
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}
