package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFactsAreWellFormed reads the facts file as a whole.
func TestFactsAreWellFormed(t *testing.T) {
	t.Parallel()
	facts := factsOf(t)
	if facts.Backend != "appdirect" || facts.BasePath != "/api" || facts.RateLimit != (RateLimit{Bucket: 20, LeakPerSecond: 4}) {
		t.Errorf("head of the facts: %q %q %+v", facts.Backend, facts.BasePath, facts.RateLimit)
	}
	seen := map[string]bool{}
	for _, e := range facts.Endpoints {
		if seen[e.Key()] {
			t.Errorf("%s is there twice", e.Key())
		}
		seen[e.Key()] = true
		if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}, e.Method) || !strings.HasPrefix(e.Path, "/") || e.Title == "" {
			t.Errorf("odd endpoint %+v", e)
		}
		if len(e.Produces) == 0 {
			t.Errorf("%s produces nothing", e.Key())
		}
		for _, role := range e.Roles {
			if !strings.HasPrefix(role, "ROLE_") {
				t.Errorf("%s: odd role %q", e.Key(), role)
			}
		}
		checkParameters(t, e)
	}
}

// checkParameters makes sure that what is printed can be asked for at all.
func checkParameters(t *testing.T, e Endpoint) {
	t.Helper()
	kinds := []string{"string", "integer", "number", "boolean", "array<string>", "array<number>"}
	for _, p := range e.Query {
		if !slices.Contains(kinds, p.Type) {
			t.Errorf("%s: %s is of type %q", e.Key(), p.Name, p.Type)
		}
		if p.Default != "" {
			if problem := p.check(p.Default); problem != "" {
				t.Errorf("%s: the default of %s %s", e.Key(), p.Name, problem)
			}
		}
		if _, err := regexp.Compile(p.Pattern); err != nil {
			t.Errorf("%s: %s: %v", e.Key(), p.Name, err)
		}
	}
	for _, p := range e.Params {
		if !slices.Contains(paramNames(e.Path), p.Name) && !e.GuideOnly {
			t.Errorf("%s: parameter %s is not in the path", e.Key(), p.Name)
		}
	}
}

// TestPrintedExceptionsOfTheRateLimit are these eight and no others.
func TestPrintedExceptionsOfTheRateLimit(t *testing.T) {
	t.Parallel()
	window := RateLimit{MaxRequests: 20, WindowSeconds: 2, Scope: "global"}
	want := map[string]RateLimit{
		"GET /account/v2/companies":                    {Bucket: 20, LeakPerSecond: 5},
		"GET /billing/v1/orders/{orderId}":             {Bucket: 20, LeakPerSecond: 4},
		"GET /marketplace/v1/products/{applicationId}": {MaxRequests: 5, WindowSeconds: 1, Scope: "caller"},
		"POST /sync/v1/tasks#create":                   window,
		"POST /sync/v1/tasks#expire":                   window,
		"POST /sync/v1/tasks#assign":                   window,
		"POST /sync/v1/tasks#unassign":                 window,
		"GET /sync/v1/assignments":                     window,
	}
	for _, e := range factsOf(t).Endpoints {
		rule, own := want[e.Key()]
		if own != (e.RateLimit != nil) || own && *e.RateLimit != rule {
			t.Errorf("%s: limit %+v, want %+v", e.Key(), e.RateLimit, rule)
		}
		delete(want, e.Key())
	}
	if len(want) != 0 {
		t.Errorf("missing: %v", want)
	}
}

// TestFactsAreTheCallersOwn to change.
func TestFactsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	mine := factsOf(t)
	mine.Endpoints[0].Path = "/changed"
	if factsOf(t).Endpoints[0].Path == "/changed" {
		t.Error("a change reached other callers")
	}
}

func TestParameterCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		p     Parameter
		value string
		ok    bool
	}{
		{"any text", Parameter{Type: "string"}, "x,y", true},
		{"long text", Parameter{Type: "string"}, strings.Repeat("x", maxTextLength+1), false},
		{"integer", Parameter{Type: "integer"}, "-3", true},
		{"fraction as integer", Parameter{Type: "integer"}, "1.5", false},
		{"huge integer", Parameter{Type: "integer"}, "92233720368547758080", false},
		{"number", Parameter{Type: "number"}, "1.5", true},
		{"not a number", Parameter{Type: "number"}, "NaN", false},
		{"empty number", Parameter{Type: "number"}, "", false},
		{"boolean", Parameter{Type: "boolean"}, "false", true},
		{"boolean in another case", Parameter{Type: "boolean"}, "True", false},
		{"list of numbers", Parameter{Type: "array<number>"}, "1,2", true},
		{"list with a word", Parameter{Type: "array<number>"}, "1,two", false},
		{"in the enum", Parameter{Type: "string", Enum: []string{"A", "B"}}, "B", true},
		{"two of an enum for one", Parameter{Type: "string", Enum: []string{"A", "B"}}, "A,B", false},
		{"two of an enum for a list", Parameter{Type: "array<string>", Enum: []string{"A", "B"}}, "A,B", true},
		{"two where in is an operator", Parameter{Type: "string", Enum: []string{"A", "B"}, Operators: []string{"in"}}, "A,B", true},
		{"pattern", Parameter{Type: "string", Pattern: "^[+-]name$"}, "+name", true},
		{"against the pattern", Parameter{Type: "string", Pattern: "^[+-]name$"}, "name", false},
	}
	for _, test := range tests {
		if problem := test.p.check(test.value); (problem == "") != test.ok {
			t.Errorf("%s: %q", test.name, problem)
		}
	}
}

func TestOperatorsAndCustomNames(t *testing.T) {
	t.Parallel()
	e := Endpoint{Query: []Parameter{
		{Name: "createdOn", Type: "string", Operators: []string{"gte", "lte"}},
		{Name: "custom.customAttributeName", Type: "string", Operators: []string{"notIn"}},
	}}
	for name, known := range map[string]bool{
		"createdOn": true, "createdOn[gte]": true, "createdOn[gt]": false, "createdOn[gte": false, "createdon": false,
		"custom.Region": true, "custom.A b[notIn]": true, "custom.Region[in]": false, "custom.": false, "custom": false,
	} {
		if _, got := e.parameter(name); got != known {
			t.Errorf("%s: known %t", name, got)
		}
	}
}

// TestUndocumentedNamesAreRefusedEverywhere draws names no document prints.
func TestUndocumentedNamesAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	facts := factsOf(t)
	rapid.Check(t, func(t *rapid.T) {
		e := facts.Endpoints[rapid.IntRange(0, len(facts.Endpoints)-1).Draw(t, "endpoint")]
		name := rapid.StringMatching(`x[a-z]{1,8}`).Draw(t, "name")
		if slices.ContainsFunc(e.Query, func(p Parameter) bool { return p.Name == name }) {
			return
		}
		if err := checkQuery(&e, url.Values{name: {"1"}}); err == nil {
			t.Fatalf("%s takes %s", e.Key(), name)
		}
	})
}

func FuzzParameterName(f *testing.F) {
	for _, seed := range []string{"name", "custom.x[notIn]", "a[", "]", "[]", "custom.[notIn]"} {
		f.Add(seed)
	}
	e := Endpoint{Query: []Parameter{{Name: "custom.customAttributeName", Operators: []string{"notIn"}}, {Name: "name"}}}
	f.Fuzz(func(t *testing.T, name string) {
		p, known := e.parameter(name)
		if known && p.Name == "name" && name != "name" {
			t.Errorf("%q was taken for name", name)
		}
		bare, operator := splitOperator(name)
		if operator != "" && bare+"["+operator+"]" != name {
			t.Errorf("%q came apart as %q and %q", name, bare, operator)
		}
	})
}
