package marketgraph_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// mdLink is an inline Markdown link or picture; mdCode is what only looks like one.
var (
	mdLink = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)`)
	mdCode = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	lineNo = regexp.MustCompile(`^L(\d+)$`)
)

// linkFaults follows every relative link of every Markdown file.
func linkFaults(h *house) []string {
	var faults []string
	for _, file := range h.files {
		if path.Ext(file) != ".md" {
			continue
		}
		text := mdCode.ReplaceAllString(h.read(file), "")
		for _, match := range mdLink.FindAllStringSubmatch(text, -1) {
			if why := h.dead(file, match[1]); why != "" {
				faults = append(faults, fmt.Sprintf("%s: link to %s: %s", file, match[1], why))
			}
		}
	}
	return faults
}

// dead says why a link leads nowhere, and "" where it leads somewhere or out of the tree.
func (h *house) dead(from, link string) string {
	target, fragment, _ := strings.Cut(link, "#")
	if target == "" || strings.Contains(target, ":") {
		return ""
	}
	name := path.Join(path.Dir(from), target)
	info, err := fs.Stat(h.fsys, name)
	if err != nil {
		return "there is no such file"
	}
	if m := lineNo.FindStringSubmatch(fragment); m != nil && !info.IsDir() {
		if n, _ := strconv.Atoi(m[1]); n > 1+strings.Count(h.read(name), "\n") {
			return "the file has fewer lines"
		}
	}
	return ""
}

const dependencyDoc = "docs/dependencies.md"

// row is a line of the dependency table: | `module` | version | why | instead of |.
var row = regexp.MustCompile("(?m)^\\|\\s*`([^`]+)`\\s*\\|\\s*(v[^\\s|]+)\\s*\\|\\s*([^|]*?)\\s*\\|\\s*([^|]*?)\\s*\\|\\s*$")

// dependencyFaults holds the reasons on file to what go.mod and the code say.
func dependencyFaults(h *house) []string {
	mod, err := modfile.Parse("go.mod", []byte(h.read("go.mod")), nil)
	if err != nil {
		return []string{err.Error()}
	}
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Mod.Path] = r.Mod.Version
	}
	var faults []string
	listed := map[string]bool{}
	for _, r := range row.FindAllStringSubmatch(h.read(dependencyDoc), -1) {
		dep, version, why, instead := r[1], r[2], r[3], r[4]
		listed[dep] = true
		switch {
		case versions[dep] == "":
			faults = append(faults, fmt.Sprintf("%s: %s is not in go.mod; drop its row", dependencyDoc, dep))
		case versions[dep] != version:
			faults = append(faults, fmt.Sprintf("%s: %s is at %s in go.mod, not %s; an upgrade is read about first", dependencyDoc, dep, versions[dep], version))
		}
		if why == "" || instead == "" {
			faults = append(faults, fmt.Sprintf("%s: %s needs a reason and what it is instead of", dependencyDoc, dep))
		}
	}
	for _, dep := range h.direct(mod) {
		if !listed[dep] {
			faults = append(faults, fmt.Sprintf("%s: no row for %s; each dependency is somebody else's code in our process, so it has a reason on file", dependencyDoc, dep))
		}
	}
	return faults
}

// direct lists the modules that our code imports, that go.mod calls direct, or whose tools it names.
func (h *house) direct(mod *modfile.File) []string {
	found := map[string]bool{}
	for _, s := range h.sources {
		for _, p := range s.imported() {
			found[moduleOf(mod, p)] = true
		}
	}
	for _, tool := range mod.Tool {
		found[moduleOf(mod, tool.Path)] = true
	}
	for _, r := range mod.Require {
		found[r.Mod.Path] = found[r.Mod.Path] || !r.Indirect
	}
	maps.DeleteFunc(found, func(dep string, direct bool) bool { return dep == "" || !direct })
	return slices.Sorted(maps.Keys(found))
}

// moduleOf is the required module that holds a package; "" for ours and the standard library's.
func moduleOf(mod *modfile.File, importPath string) string {
	longest := ""
	for _, r := range mod.Require {
		p := r.Mod.Path
		if (importPath == p || strings.HasPrefix(importPath, p+"/")) && len(p) > len(longest) {
			longest = p
		}
	}
	return longest
}

const promiseDoc = "docs/security.md"

// promised is a row of the table of promises, namedTest a test in it: its room and name.
var (
	promised  = regexp.MustCompile("(?m)^\\|\\s*([^|]+?)\\s*\\|\\s*(`[a-z/]+\\.Test[^|]*?)\\s*\\|\\s*$")
	namedTest = regexp.MustCompile("`([a-z/]+\\.Test[A-Za-z0-9_]+)`")
)

// promiseFaults looks for the test behind each promise.
func promiseFaults(h *house) []string {
	tests := map[string]bool{}
	for _, s := range h.sources {
		for _, f := range s.funcs() {
			if s.test && f.Recv == nil {
				tests[s.room+"."+f.Name.Name] = true
			}
		}
	}
	rows := promised.FindAllStringSubmatch(h.read(promiseDoc), -1)
	if len(rows) == 0 {
		return []string{promiseDoc + ": promises nothing that is tested"}
	}
	var faults []string
	for _, r := range rows {
		for _, test := range namedTest.FindAllStringSubmatch(r[2], -1) {
			if !tests[test[1]] {
				faults = append(faults, fmt.Sprintf("%s: %q is promised, and there is no %s", promiseDoc, r[1], test[1]))
			}
		}
	}
	return faults
}

// foreign are places that a clone of this repository does not have. Spelled in
// pieces, since this file is judged as well.
var foreign = []string{
	"../sha" + "red", "/wo" + "rk/", ".lib" + "rary", "proxy.golang" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org",
}

// aloneFaults looks for mentions of such places in all files.
func aloneFaults(h *house) []string {
	var faults []string
	for _, file := range h.files {
		text := h.read(file)
		for _, place := range foreign {
			if at := strings.Index(text, place); at >= 0 {
				faults = append(faults, fmt.Sprintf("%s:%d: mentions %s, which a clone doesn't have; the project stands alone",
					file, lineOf([]byte(text), at), place))
			}
		}
	}
	return faults
}
