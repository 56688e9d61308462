package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Who may read the schema may do so everywhere, and whoever may not, nowhere.
func TestIntrospectionByTenant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode  Introspection
		token string
		want  Code // "" where the schema is shown
	}{
		{IntrospectionEveryone, "", ""},
		{IntrospectionEveryone, memberToken, ""},
		{IntrospectionSignedIn, "", Unauthorized},
		{IntrospectionSignedIn, memberToken, ""},
		{"", "", Unauthorized},
		{"", memberToken, ""},
		{IntrospectionOff, "", Forbidden},
		{IntrospectionOff, memberToken, Forbidden},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.mode, c.token), func(t *testing.T) {
			t.Parallel()
			g := startWith(t, Options{}, func(tenant *Tenant) { tenant.Introspection = c.mode })
			for _, document := range []string{
				`{ __schema { queryType { name } } }`,
				`{ __type(name: "Company") { name } }`,
				`{ __typename shown: __type(name: "Company") { name } }`,
				`{ ... { __schema { queryType { name } } } }`,
				`{ ...A } fragment A on Query { ...B } fragment B on Query { __schema { queryType { name } } }`,
			} {
				got := g.query(t, c.token, document)
				if codes := fmt.Sprint(got.codes()); codes != codesOf(c.want) || (c.want == "") != strings.Contains(got.text, `"name"`) {
					t.Errorf("%s is answered %s", document, got.text)
				}
			}
			if got := g.query(t, c.token, `{ __typename ... on Query { __typename } }`); got.text != answered {
				t.Errorf("__typename is answered %s", got.text)
			}
			g.checkSDL(t, c.token, c.want)
			if calls := g.counts(); len(calls) > 0 {
				t.Errorf("calls: %v", calls)
			}
		})
	}
}

func codesOf(code Code) string {
	if code == "" {
		return "[]"
	}
	return "[" + string(code) + "]"
}

func (g *gateway) checkSDL(t *testing.T, token string, want Code) {
	t.Helper()
	var header []string
	if token != "" {
		header = []string{"Authorization", "Bearer " + token}
	}
	status := map[Code]int{"": http.StatusOK, Unauthorized: http.StatusUnauthorized, Forbidden: http.StatusForbidden}[want]
	for _, path := range []string{"/schema.graphqls", "/schema.preview.graphqls"} {
		got := g.send(t, http.MethodGet, path, "", header...)
		if got.status != status || strings.Contains(got.text, "type Query") != (want == "") || fmt.Sprint(got.codes()) != codesOf(want) {
			t.Errorf("%s is answered %d %.200s", path, got.status, got.text)
		}
	}
	if got := g.send(t, http.MethodGet, "/schema.graphqls", "", "Authorization", "Bearer nobodys-token-00000"); got.status != http.StatusUnauthorized {
		t.Errorf("a bad token is answered %d", got.status)
	}
}

// mistakes are documents with one mistake each, of every kind for which somebody
// who may read the schema is told what is in it.
var mistakes = []struct{ document, variables, tells, hushed string }{
	{"{ companie { totalCount } }", "", "companies", "FieldsOnCorrectType"},
	{"{ __schem { queryType { name } } }", "", "__schema", "FieldsOnCorrectType"},
	{"{ companies { totalCoun } }", "", "totalCount", "FieldsOnCorrectType"},
	{"{ companies(firs: 1) { totalCount } }", "", "first", "KnownArgumentNames"},
	{"{ companies }", "", "CompanyConnection", "ScalarLeafs"},
	{"{ companies(orderBy: {field: NAM, direction: ASC}) { totalCount } }", "", "NAME", "ValuesOfCorrectType"},
	{`{ companies(orderBy: {field: "NAM", direction: ASC}) { totalCount } }`, "", "NAME", "ValuesOfCorrectType"},
	{"{ companies(orderBy: {fiel: NAME}) { totalCount } }", "", "direction", "ValuesOfCorrectType"},
	{"{ companies(orderBy: NAME) { totalCount } }", "", "CompanyOrder", "ValuesOfCorrectType"},
	{"{ company { name } }", "", "ID!", "ProvidedRequiredArguments"},
	{"{ ...F } fragment F on Quer { __typename }", "", "Query", "KnownTypeNames"},
	{"{ __typename @include(i: true) }", "", "Boolean!", "KnownArgumentNames"},
	{"mutation { addItemsToCar(input: {}) { __typename } }", "", "addItemsToCart", "FieldsOnCorrectType"},
	{"mutation { addItemsToCart(input: {}) { __typename } }", "", "AddItemsInput", "ValuesOfCorrectType"},
	{"query ($o: Int) { companies(orderBy: $o) { totalCount } }", "", "CompanyOrder", "VariablesInAllowedPosition"},
	{"query ($o: CompanyOrder) { companies(orderBy: $o) { totalCount } }", `{"o": {"field": "NAM"}}`, "CompanyOrderField", "variable.o does not fit its type"},
	{"query ($o: CompanyOrder) { companies(orderBy: $o) { totalCount } }", `{"o": {}}`, "variable.o.field", "variable.o does not fit its type"},
	{inPreview, "", "in preview", "FieldsOnCorrectType"},
}

// What the schema holds is told to nobody who may not read it, even after somebody
// who may has sent the same: the two share the documents that are kept.
func TestMistakesTellNothing(t *testing.T) {
	t.Parallel()
	g := startWith(t, Options{}, func(tenant *Tenant) { tenant.Introspection = IntrospectionSignedIn })
	for _, m := range mistakes {
		for _, token := range []string{memberToken, "", memberToken} {
			got := g.sendMistake(t, token, m.document, m.variables)
			if len(got.Errors) == 0 || got.Errors[0].Extensions["code"] != string(ValidationFailed) {
				t.Fatalf("%s is answered %s", m.document, got.text)
			}
			if tells := strings.Contains(got.text, m.tells); tells != (token != "") {
				t.Errorf("%s with token %q: tells %s: %v: %s", m.document, token, m.tells, tells, got.text)
			}
			if token == "" && (len(got.Errors) != 1 || !strings.HasSuffix(got.Errors[0].Message, m.hushed)) {
				t.Errorf("%s is refused with %s, want one error and %q", m.document, got.text, m.hushed)
			}
		}
	}
}

func (g *gateway) sendMistake(t *testing.T, token, document, variables string) result {
	t.Helper()
	if variables == "" {
		variables = "null"
	}
	header := []string{"Content-Type", typeJSON}
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return g.send(t, http.MethodPost, pathProduction, `{"query":`+quote(t, document)+`,"variables":`+variables+`}`, header...)
}

// What somebody who may read the schema has sent is answered to the others as if
// nobody had.
func TestKeptDocumentsTellNothing(t *testing.T) {
	t.Parallel()
	g := startWith(t, Options{}, func(tenant *Tenant) { tenant.Introspection = IntrospectionSignedIn })
	const document = `{ __schema { queryType { name } } }`
	for range 2 {
		wantText(t, g.query(t, memberToken, document), `{"data":{"__schema":{"queryType":{"name":"Query"}}}}`)
		wantRefused(t, g.query(t, "", document), http.StatusOK, Unauthorized, "access token")
	}
}

// With GETByID a GET has no document of its own, whatever comes with it.
func TestGETByID(t *testing.T) {
	t.Parallel()
	const id = "?documentId=sha256:"
	g := startWith(t, keeping(t), func(tenant *Tenant) { tenant.GETByID = true })
	digest := hexDigest("{ __typename }")
	body := `{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + digest + `"}}}`
	wantText(t, g.send(t, http.MethodPost, pathProduction, body, "Content-Type", typeJSON), answered)
	for query, want := range map[string]int{
		id + digest:                                   http.StatusOK,
		"?query=%7B%20__typename%20%7D":               http.StatusMethodNotAllowed,
		id + digest + "&query=%7B%20__typename%20%7D": http.StatusMethodNotAllowed,
	} {
		got := g.send(t, http.MethodGet, pathProduction+query, "")
		if got.status != want || (want == http.StatusOK) != (got.text == answered) || got.header.Get("Allow") != map[int]string{405: "POST"}[want] {
			t.Errorf("%s is answered %d %s", query, got.status, got.text)
		}
	}
}
