package marketgraph_test

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

const (
	// maxFunction is the longest a function gets without saying why, in a comment that begins with "long:".
	maxFunction = 60
	// maxFile is the longest a hand-written file gets, its tests apart.
	maxFile = 400
)

// shape are the measures of one room. Lines of code and comments leave blank lines out.
type shape struct {
	functions, files      []int // their lengths
	code, comments, tests int   // lines
	exported, documented  int   // names, and how many of them have a comment
}

// TestShape prints the measures of every room; `make shape` shows them.
func TestShape(t *testing.T) {
	t.Parallel()
	h, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	tell := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	tell("room\tfunction med\tp95\tmax\tfile med\tp95\tmax\tcomments\tdocumented\ttests : code\t\n")
	for _, name := range h.rooms() {
		s := h.shapeOf(name)
		tell("%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d %%\t%d %%\t%.2f\t\n", name,
			percentile(s.functions, 50), percentile(s.functions, 95), percentile(s.functions, 100),
			percentile(s.files, 50), percentile(s.files, 95), percentile(s.files, 100),
			percent(s.comments, s.code), percent(s.documented, s.exported), float64(s.tests)/float64(max(s.code, 1)))
	}
	_ = w.Flush() // a strings.Builder takes everything
	t.Log("\n" + table.String())
}

// shapeOf measures what was written by hand.
func (h *house) shapeOf(room string) shape {
	var m shape
	for _, s := range h.sources {
		if s.room != room || s.generated {
			continue
		}
		lines, comments := s.countLines()
		if s.test {
			m.tests += lines
			continue
		}
		m.code += lines
		m.comments += comments
		m.files = append(m.files, s.length())
		for _, f := range s.funcs() {
			m.functions = append(m.functions, s.span(f))
		}
		for _, n := range s.names() {
			m.exported++
			if n.documented {
				m.documented++
			}
		}
	}
	slices.Sort(m.functions)
	slices.Sort(m.files)
	return m
}

// countLines counts the lines that aren't blank, and those of them that are comments.
func (s *source) countLines() (lines, comments int) {
	for line := range strings.Lines(string(s.text)) {
		line = strings.TrimSpace(line)
		if line != "" {
			lines++
		}
		if strings.HasPrefix(line, "//") {
			comments++
		}
	}
	return lines, comments
}

func (s *source) length() int { return strings.Count(string(s.text), "\n") }

func (s *source) funcs() []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, decl := range s.file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			found = append(found, f)
		}
	}
	return found
}

// span is the number of lines from a function's signature to its end.
func (s *source) span(f *ast.FuncDecl) int {
	return s.fset.Position(f.End()).Line - s.fset.Position(f.Name.Pos()).Line + 1
}

// percentile is that of a sorted list by nearest rank; 0 of an empty one.
func percentile(sorted []int, p int) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max((len(sorted)*p+99)/100-1, 0)]
}

func percent(part, whole int) int {
	if whole == 0 {
		return 100
	}
	return part * 100 / whole
}

// shapeFaults finds what is too long to be read at once.
func shapeFaults(h *house) []string {
	var faults []string
	for _, s := range h.sources {
		if s.generated || s.test {
			continue
		}
		if n := s.length(); n > maxFile {
			faults = append(faults, fmt.Sprintf("%s: %d lines, more than %d; a file holds one noun", s.path, n, maxFile))
		}
		for _, f := range s.funcs() {
			if n := s.span(f); n > maxFunction && !s.excused(f) {
				faults = append(faults, fmt.Sprintf("%s: %s has %d lines, more than %d; split it, or say why not in a comment that begins with long:",
					s.at(f), f.Name.Name, n, maxFunction))
			}
		}
	}
	return faults
}

// excused reports whether a function, or the comment above it, says why it is long.
func (s *source) excused(f *ast.FuncDecl) bool {
	start := f.Pos()
	if f.Doc != nil {
		start = f.Doc.Pos()
	}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if c.Pos() >= start && c.End() <= f.End() && strings.HasPrefix(strings.TrimLeft(c.Text, "/* "), "long:") {
				return true
			}
		}
	}
	return false
}
