package marketgraph_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// ban is a call that the house does without.
type ban struct {
	call  string   // "package.Function", or the name of a builtin
	why   string   // printed with every violation
	tests bool     // whether tests are held to it too
	rooms []string // rooms that may nevertheless
}

const (
	whyPrint   = "the binary alone talks to the terminal; everyone else logs through the logger they were given"
	whyEnv     = "environment and files are read in cmd, so that every setting is told and checked in one place"
	whyDefault = "the default client has no time-out and is shared by everyone; use the client that was handed in"
)

var bans = []ban{
	{call: "fmt.Print", why: whyPrint, tests: true, rooms: []string{"cmd/gateway"}},
	{call: "fmt.Printf", why: whyPrint, tests: true, rooms: []string{"cmd/gateway"}},
	{call: "fmt.Println", why: whyPrint, tests: true, rooms: []string{"cmd/gateway"}},
	{call: "os.Exit", why: "one place ends the process: main", rooms: []string{"cmd/gateway"}},
	{call: "os.Getenv", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "os.LookupEnv", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "os.Environ", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "os.ReadFile", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "os.Open", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "os.OpenFile", why: whyEnv, rooms: []string{"cmd/gateway"}},
	{call: "http.Get", why: whyDefault},
	{call: "http.Post", why: whyDefault},
	{call: "http.Head", why: whyDefault},
	{call: "http.PostForm", why: whyDefault},
	{call: "context.TODO", why: "a context comes from the caller, who knows when to give up", tests: true},
	{call: "panic", why: "a request must not end the process; return a typed error"},
}

// skips are the ways to leave a test unrun.
var skips = []string{"Skip", "Skipf", "SkipNow"}

// testArgs are the names that a test, benchmark or fuzz target goes by.
var testArgs = []string{"t", "b", "f", "tb"}

// callFaults looks for calls and shapes that the house does without.
func callFaults(h *house) []string {
	var faults []string
	for _, s := range h.sources {
		if s.generated {
			continue
		}
		if slices.Contains(s.imported(), "log") {
			faults = append(faults, s.path+": imports log; structured events go through log/slog, or nobody can filter them")
		}
		ast.PreorderStack(s.file, nil, func(n ast.Node, outer []ast.Node) bool {
			if why := s.refuses(n, outer); why != "" {
				faults = append(faults, s.at(n)+": "+why)
			}
			return true
		})
	}
	return faults
}

// refuses returns what is wrong with one node inside outer, and "" where nothing is.
func (s *source) refuses(n ast.Node, outer []ast.Node) string {
	switch x := n.(type) {
	case *ast.FuncDecl:
		if x.Name.Name == "init" && x.Recv == nil {
			return "init runs before anyone can hand anything in; build values where they are needed"
		}
	case *ast.ReturnStmt:
		// In a resolver that pair is GraphQL's null, and gqlgen prescribes it.
		if s.room != "resolvers" && !s.test && returnsNothing(x, signature(outer)) {
			return "returns nil, nil: every caller would have to think of a third answer; return an error, or found and not found"
		}
	case *ast.CallExpr:
		return s.refusesCall(x, outer)
	}
	return ""
}

// returnsNothing reports whether a function of (something, error) returns neither.
// Lists and maps are something when nil: empty.
func returnsNothing(ret *ast.ReturnStmt, of *ast.FuncType) bool {
	if len(ret.Results) != 2 || !isNamed(ret.Results[0], "nil") || !isNamed(ret.Results[1], "nil") || of == nil {
		return false
	}
	results := of.Results.List
	switch results[0].Type.(type) {
	case *ast.ArrayType, *ast.MapType:
		return false
	}
	return isNamed(results[len(results)-1].Type, "error")
}

// signature is that of the innermost function; nil outside of any.
func signature(outer []ast.Node) *ast.FuncType {
	for _, n := range slices.Backward(outer) {
		switch f := n.(type) {
		case *ast.FuncLit:
			return f.Type
		case *ast.FuncDecl:
			return f.Type
		}
	}
	return nil
}

func (s *source) refusesCall(call *ast.CallExpr, outer []ast.Node) string {
	called := calledName(call)
	pkg, fn, _ := strings.Cut(called, ".")
	switch {
	case called == "time.Sleep" && !inBubble(outer):
		return "time.Sleep outside a testing/synctest bubble: sleeping is slow where it works and flaky where it doesn't"
	case s.test && slices.Contains(testArgs, pkg) && slices.Contains(skips, fn) && !takesRapid(signature(outer)):
		return called + ": a test that may be skipped proves nothing; fail and say what is needed"
	case pkg == "rapid" && signature(outer) == nil:
		return called + ": whoever uses a generator first writes to it, and tests run at the same time; make one where it is used"
	}
	for _, b := range bans {
		if b.call == called && (b.tests || !s.test) && !slices.Contains(b.rooms, s.room) {
			return called + ": " + b.why
		}
	}
	return ""
}

// inBubble reports whether a node runs under testing/synctest, where time is fake
// and sleeping is how a test lets it pass.
func inBubble(outer []ast.Node) bool {
	return slices.ContainsFunc(outer, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && calledName(call) == "synctest.Test"
	})
}

// takesRapid reports whether a function is a property's step: skipping it means
// only that it doesn't apply to the state that was drawn.
func takesRapid(f *ast.FuncType) bool {
	if f == nil {
		return false
	}
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		star, ok := p.Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		sel, ok := star.X.(*ast.SelectorExpr)
		return ok && isNamed(sel.X, "rapid")
	})
}

// calledName is "f" or "x.f" as written, and "" for longer expressions.
func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// unfinished are words that promise work to a reader who can't do it.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b|panic\("not ` + `implemented`)

// wordFaults looks for unfinished work, in strings as well as in comments.
func wordFaults(h *house) []string {
	var faults []string
	for _, s := range h.sources {
		if s.generated {
			continue
		}
		for _, at := range unfinished.FindAllIndex(s.text, -1) {
			word := s.text[at[0]:at[1]]
			if string(word) == "TO"+"DO" && at[0] > 0 && s.text[at[0]-1] == '.' {
				continue // the name as in package context; bans judges its use
			}
			faults = append(faults, fmt.Sprintf("%s:%d: %s: finish it, or write it down where work is planned", s.path, lineOf(s.text, at[0]), word))
		}
	}
	return faults
}
