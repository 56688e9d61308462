package server

import (
	"strings"
	"testing"
)

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                  typeJSON,
		" ":                                 typeJSON,
		"*/*":                               typeJSON,
		"application/*":                     typeJSON,
		"application/json":                  typeJSON,
		"APPLICATION/JSON":                  typeJSON,
		"application/json; charset=utf-8":   typeJSON,
		"application/json; charset=UTF-8":   typeJSON,
		"application/graphql-response+json": typeResponse,
		"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8": typeResponse,
		"application/json, application/graphql-response+json":                               typeResponse,
		"application/graphql-response+json;q=0.5, application/json":                         typeJSON,
		"application/graphql-response+json;q=0.5, application/json;q=0.4":                   typeResponse,
		"application/json;q=0, */*":                                                         typeResponse,
		"application/json;q=0, application/*;q=0.1":                                         typeResponse,
		"text/html, */*;q=0.8":                                                              typeJSON,
		"text/html, application/xhtml+xml":                                                  "",
		"*/*;q=0":                                                                           "",
		"application/json;q=0":                                                              "",
		"application/json;q=2":                                                              "",
		"application/json;q=-1":                                                             "",
		"application/json;q=NaN":                                                            "",
		"application/json;q=x":                                                              "",
		"application/json; charset=latin-1":                                                 "",
		"application/json; charset=latin-1, application/graphql-response+json;q=0.1":        typeResponse,
		"text/html|application/json":                                                        "",
		";;,,=,application/json":                                                            typeJSON,
		// Several headers, here parted by a line, are one list.
		"text/html\napplication/graphql-response+json": typeResponse,
		"application/json;q=0.1\n*/*;q=0.9":            typeResponse,
	} {
		got, ok := negotiate(strings.Split(accept, "\n"))
		if got != want || ok != (want != "") {
			t.Errorf("%q gives %q, %v; want %q", accept, got, ok, want)
		}
	}
	if got, ok := negotiate(nil); got != typeJSON || !ok {
		t.Errorf("no header gives %q, %v", got, ok)
	}
}
