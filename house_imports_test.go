package marketgraph_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// room is what one folder with Go files may do.
type room struct {
	may   []string          // rooms that it may import; path patterns
	tests []string          // and those that only its tests may import
	bars  map[string]string // imports from elsewhere that it must do without, with the reason
	kit   bool              // whether it is for tests, so that no other file may import it
	why   string            // printed with every violation
}

// everywhere is every room but cmd, which nobody can import.
var everywhere = []string{
	"auth", "cache", "graph", "graph/model", "limits", "resolvers", "resolvers/loaders", "sandbox", "server", "server/explorer", "upstream", "upstream/*",
	"docs/examples",
}

// plan is the house: a folder with Go files that is missing here fails the test.
var plan = map[string]room{
	".": {why: "the root holds a doc and the house rules, so that nothing can grow here that has no room"},
	"auth": {
		why: "who the viewer is and what they may do is decided without knowing how data is fetched; the schema is handed in",
	},
	"cache": {
		tests: []string{"cache/redistest"},
		bars:  map[string]string{"net/http": "the cache keeps values and knows no protocol but Redis's"},
		why:   "the cache knows no domain, so that every domain can trust the same few promises",
	},
	"cache/redistest": {
		kit: true,
		why: "it starts Redis for the tests of all rooms that use one: it must not know any of them, and no binary may carry it",
	},
	"limits": {
		may:   []string{"auth"},
		tests: []string{"cache/redistest"},
		why:   "a limit is told by the operation and its viewer; the schema is handed in",
	},
	"upstream": {
		tests: []string{"cache/redistest"},
		why:   "one transport for all backends: it must not know any of them, nor who reads the answers",
	},
	"upstream/wire": {
		may: []string{"upstream"},
		why: "how single values are written is the same for all backends: it must not know any of them",
	},
	"upstream/contract": {
		may: []string{"upstream"},
		kit: true,
		why: "it holds all backends to the same checks in tests: it must not know any of them, and no binary may carry it",
	},
	"upstream/appdirect": {
		may:   []string{"upstream", "upstream/wire"},
		tests: []string{"upstream/contract"},
		why:   "a backend's room holds its wire types and routes; mapping them to the graph is the loaders' part",
	},
	"upstream/kazoo": {
		may:   []string{"upstream", "upstream/wire"},
		tests: []string{"upstream/contract"},
		why:   "a backend's room holds its wire types and routes; mapping them to the graph is the loaders' part",
	},
	"upstream/leadconnector": {
		may:   []string{"upstream", "upstream/wire"},
		tests: []string{"upstream/contract"},
		why:   "a backend's room holds its wire types and routes; mapping them to the graph is the loaders' part",
	},
	"upstream/twilio": {
		may:   []string{"upstream", "upstream/wire"},
		tests: []string{"upstream/contract"},
		why:   "a backend's room holds its wire types and routes; mapping them to the graph is the loaders' part",
	},
	"graph": {
		may: []string{"graph/model"},
		why: "generated code must not pull hand-written rooms into its slow build",
	},
	"graph/model": {why: "models are values; everything above shares them"},
	"resolvers": {
		may:   []string{"graph", "graph/model", "resolvers/loaders", "auth"},
		tests: []string{"cache", "limits", "sandbox", "upstream", "upstream/*"},
		bars: map[string]string{
			"net/http":                     "a resolver takes arguments and asks a loader",
			"github.com/redis/go-redis":    "a resolver takes arguments and asks a loader",
			"github.com/golang-jwt/jwt":    "tokens end in auth",
			"github.com/MicahParks/jwkset": "tokens end in auth",
		},
		why: "resolvers take arguments and ask a loader; mapping, caching and calls are below them",
	},
	"resolvers/loaders": {
		may:   []string{"graph/model", "cache", "upstream", "upstream/*", "auth"},
		tests: []string{"sandbox"},
		bars:  map[string]string{"github.com/redis/go-redis": "Redis is the cache's affair"},
		why:   "loaders are the only meeting of cache and upstream; they don't know the executable graph, whose build is slow",
	},
	"sandbox": {
		why: "the sandbox is the other side: sharing code with the client would let both be wrong in the same way",
	},
	"server": {
		may: []string{
			"auth", "cache", "graph", "graph/model", "limits", "resolvers", "resolvers/loaders", "upstream", "upstream/*",
		},
		tests: []string{"sandbox"},
		why:   "the server joins the rooms; it must also run without a sandbox in the binary's way",
	},
	"server/explorer": {
		tests: []string{"docs/examples"},
		why:   "the Explorer is a page and four endpoints; who signs in where, and what a tenant is called, is handed in",
	},
	"docs/examples":          {why: "documents for people; the binary hands them to the Explorer"},
	"cmd/gateway/schemadiff": {why: "two schemas in, a list of changes out; nothing of ours knows more of that than the GraphQL library"},
	"cmd/gateway": {
		may: append([]string{"cmd/gateway/schemadiff", "cache/redistest"}, everywhere...), why: "the binary joins everything, and nothing joins the binary",
	},
	"bench": {may: everywhere, why: "measurements see all rooms but the binary"},
	"e2e":   {may: everywhere, why: "tests from end to end see all rooms but the binary"},
}

// light are rooms that must build and test in seconds: at some hundreds of types
// the graph alone takes a minute.
var light = []string{"auth", "cache", "limits", "sandbox", "upstream"}

// imported are the paths that a file imports.
func (s *source) imported() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// roomOf tells which of our rooms an import path names.
func roomOf(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// importFaults holds every import to the plan.
func importFaults(h *house) []string {
	var faults []string
	for _, name := range h.rooms() {
		if _, ok := plan[name]; !ok {
			faults = append(faults, name+": a new room needs a row in plan (house_imports_test.go) that says what it may import and why")
		}
	}
	for _, s := range h.sources {
		for _, p := range s.imported() {
			if why := forbids(s, p); why != "" {
				faults = append(faults, fmt.Sprintf("%s imports %s: %s", s.path, p, why))
			}
		}
	}
	return faults
}

// forbids returns why s may not import p, and "" where it may.
func forbids(s *source, p string) string {
	r, planned := plan[s.room]
	if !planned {
		return "" // told once, for the room
	}
	target, isOurs := roomOf(p)
	if !isOurs {
		for bar, why := range r.bars {
			if !s.test && (p == bar || strings.HasPrefix(p, bar+"/")) {
				return why
			}
		}
		return ""
	}
	if kit := plan[target]; kit.kit && !s.test {
		return kit.why
	}
	allowed := r.may
	if s.test {
		allowed = slices.Concat(r.may, r.tests, []string{s.room})
	}
	for _, pattern := range allowed {
		if ok, err := path.Match(pattern, target); ok && err == nil {
			return ""
		}
	}
	return r.why
}

// farImportFaults follows imports from the light rooms as far as they reach,
// tests included, because the plan speaks of one step only.
func farImportFaults(h *house) []string {
	next := map[string][]string{}
	for _, s := range h.sources {
		for _, p := range s.imported() {
			if target, ok := roomOf(p); ok {
				next[s.room] = append(next[s.room], target)
			}
		}
	}
	var faults []string
	for _, from := range light {
		seen := map[string]bool{from: true}
		for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
			for _, to := range next[queue[0]] {
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
		if seen["graph"] {
			faults = append(faults, from+" reaches graph: at some hundreds of types its build takes a minute, and this room is to be tested in seconds")
		}
	}
	return faults
}

// entries are the names that the root may hold, next to the house rules.
var entries = regexp.MustCompile(`^(` + strings.Join([]string{
	`\.ci`, `\.editorconfig`, `\.gitattributes`, `\.gitignore`, `\.golangci\.yml`,
	`CHANGELOG\.md`, `CONTRIBUTING\.md`, `LICENSE`, `Makefile`, `README\.md`,
	`doc\.go`, `go\.mod`, `go\.sum`, `gqlgen\.yml`, `schema\.graphqls`, `house_[a-z_]*test\.go`, `house_test\.go`,
	`auth`, `bench`, `cache`, `clients`, `cmd`, `deploy`, `docs`, `e2e`, `graph`, `limits`, `resolvers`, `sandbox`, `server`, `upstream`,
}, "|") + `)$`)

// vague are folder names that say nothing about what is inside.
var vague = map[string]bool{
	"internal": true, "pkg": true, "util": true, "utils": true, "common": true, "helpers": true, "misc": true, "shared": true, "lib": true,
}

// entryFaults looks at the names of files and folders.
func entryFaults(h *house) []string {
	told := map[string]bool{}
	var faults []string
	tell := func(name, why string) {
		if !told[name] {
			told[name] = true
			faults = append(faults, name+": "+why)
		}
	}
	for _, file := range h.files {
		parts := strings.Split(file, "/")
		if !entries.MatchString(parts[0]) {
			tell(parts[0], "not an entry of the root; a newcomer reads this list first, so it grows only on purpose (house_imports_test.go)")
		}
		for i, part := range parts[:len(parts)-1] {
			if vague[part] {
				tell(strings.Join(parts[:i+1], "/"), "a folder is named after the one thing inside, and this name fits everything")
			}
		}
	}
	return faults
}
