package server

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseManifest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text   string
		want   Manifest
		reason string
	}{
		"flat":          {text: `{"a":"{ me { id } }","sha256:b":"query Q { __typename }"}`, want: Manifest{"a": "{ me { id } }", "sha256:b": "query Q { __typename }"}},
		"apollo":        {text: `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"x","name":"Q","type":"query","body":"query Q { __typename }"}]}`, want: Manifest{"x": "query Q { __typename }"}},
		"empty":         {text: `{}`, want: Manifest{}},
		"no json":       {text: `{`, reason: "no JSON object"},
		"list":          {text: `[]`, reason: "no JSON object"},
		"other value":   {text: `{"a":1}`, reason: `"a" is no document`},
		"empty text":    {text: `{"a":""}`, reason: "empty"},
		"empty id":      {text: `{"":"{ me { id } }"}`, reason: "empty"},
		"other format":  {text: `{"format":"other","version":1,"operations":[]}`, reason: `format "other"`},
		"other version": {text: `{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`, reason: "version 2"},
		"no operations": {text: `{"format":"apollo-persisted-query-manifest","version":1,"operations":{}}`, reason: "cannot be read"},
		"one id twice":  {text: `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"x","body":"a"},{"id":"x","body":"b"}]}`, reason: `two documents have the id "x"`},
		"same twice":    {text: `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"x","body":"a"},{"id":"x","body":"a"}]}`, want: Manifest{"x": "a"}},
		"too long":      {text: `{"a":"` + strings.Repeat("x", MaxManifestBytes) + `"}`, reason: "at most 16777216"},
		"too many":      {text: manyDocuments(MaxManifestDocuments + 1), reason: "at most 10000 are taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseManifest([]byte(tc.text))
			if tc.reason == "" {
				if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
					t.Errorf("%v\n%s", err, diff)
				}
				return
			}
			if refused := new(ManifestError); !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.reason) {
				t.Errorf("%v, want %q", err, tc.reason)
			}
		})
	}
}

func manyDocuments(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"%d":"{ a }"`, i)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestTrustedByClient(t *testing.T) {
	t.Parallel()
	var trusted Trusted
	for _, err := range []error{
		trusted.Add(Manifest{"a": "{ web }"}, "web"),
		trusted.Add(Manifest{"a": "{ app }"}, "app", "tv"),
		trusted.Add(Manifest{"b": "{ all }"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct{ client, id, want string }{
		{"web", "a", "{ web }"},
		{"app", "a", "{ app }"},
		{"tv", "a", "{ app }"},
		{"other", "a", ""},
		{"", "a", ""},
		{"web", "b", "{ all }"},
		{"", "b", "{ all }"},
	} {
		got, ok := trusted.find(tc.client, tc.id)
		if got != tc.want || ok != (tc.want != "") {
			t.Errorf("%+v: %q, %v", tc, got, ok)
		}
		if ok && !trusted.trusts(tc.client, got) {
			t.Errorf("%+v is not trusted by its text", tc)
		}
	}
	if trusted.trusts("app", "{ web }") || trusted.trusts("", "{ web }") || (&Trusted{}).trusts("web", "{ web }") {
		t.Error("another client's document is trusted")
	}
	if err := trusted.Add(Manifest{"a": "{ changed }"}, "web"); err == nil {
		t.Error("an id that changed its meaning is taken")
	}
}

// FuzzManifest: any file is taken or refused, and what is taken has no empty document.
func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", `{"a":"{ b }"}`, `{"operations":[]}`, `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"x","body":"y"}]}`,
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":null}`, `{"operations":"{ a }"}`, `{"a":null}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			if refused := new(ManifestError); !errors.As(err, &refused) || m != nil && len(m) <= MaxManifestDocuments {
				t.Fatalf("%q: %v, %v", text, m, err)
			}
			return
		}
		for id, document := range m {
			if id == "" || document == "" {
				t.Fatalf("%q: an empty entry %q", text, id)
			}
		}
	})
}
