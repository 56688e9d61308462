package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// get sends a document by GET, with a token where it is not "".
func (g *gateway) get(t *testing.T, token, document string, header ...string) result {
	t.Helper()
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return g.send(t, http.MethodGet, "/api/graphql?query="+url.QueryEscape(document), "", header...)
}

func TestCacheControl(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.answers("/channel/v1/applications", products)
	const catalogue = `{ products(first: 1) { nodes { name } } }`
	for name, tc := range map[string]struct {
		got  result
		want string
		tag  bool
	}{
		"the catalogue, to a visitor":     {g.get(t, "", catalogue), "public, max-age=300", true},
		"the catalogue, to a member":      {g.get(t, "member-token-0000000", catalogue), "private, max-age=300", true},
		"nothing of a backend's":          {g.get(t, "", typename), "public, max-age=300", true},
		"with an error":                   {g.get(t, "", `{ me { id } }`), "no-store", false},
		"what cannot be run":              {g.get(t, "", `{ nowhere }`), "no-store", false},
		"by POST":                         {g.query(t, "", catalogue), "no-store", false},
		"with a token that is no good":    {g.get(t, "forged-token-0000000", catalogue), "no-store", false},
		"the member's own, not catalogue": {g.get(t, "member-token-0000000", `{ viewer { tenant } }`), "private, max-age=300", true},
	} {
		if got := tc.got.header.Get("Cache-Control"); got != tc.want || (tc.got.header.Get("ETag") != "") != tc.tag {
			t.Errorf("%s: %q, tag %q; want %q\n%s", name, got, tc.got.header.Get("ETag"), tc.want, tc.got.text)
		}
		if vary := strings.Join(tc.got.header.Values("Vary"), ","); !strings.Contains(vary, "Authorization") {
			t.Errorf("%s: Vary is %q", name, vary)
		}
	}
}

// A client that has the answer is told so; one that may not have it is refused all the same.
func TestNotModified(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	const own = `{ viewer { tenant } }`
	tag := g.get(t, "member-token-0000000", own).header.Get("ETag")
	for name, tc := range map[string]struct {
		token, match string
		status       int
	}{
		"the same":                {"member-token-0000000", tag, http.StatusNotModified},
		"one of several":          {"member-token-0000000", `"x", ` + tag, http.StatusNotModified},
		"without the weak mark":   {"member-token-0000000", strings.TrimPrefix(tag, "W/"), http.StatusNotModified},
		"any":                     {"member-token-0000000", "*", http.StatusNotModified},
		"another":                 {"member-token-0000000", `W/"0"`, http.StatusOK},
		"of who may not see it":   {"", tag, http.StatusOK},
		"with a forged token":     {"forged-token-0000000", tag, http.StatusUnauthorized},
		"any, with a forged one":  {"forged-token-0000000", "*", http.StatusUnauthorized},
		"any, where it is denied": {"", "*", http.StatusOK},
	} {
		got := g.get(t, tc.token, own, "If-None-Match", tc.match)
		if got.status != tc.status || tc.status == http.StatusNotModified && (got.text != "" || got.header.Get("ETag") != tag) {
			t.Errorf("%s: %d %q, tag %q", name, got.status, got.text, got.header.Get("ETag"))
		}
	}
	other := g.get(t, "member-token-0000000", own, "Accept", typeResponse)
	if other.header.Get("ETag") == tag {
		t.Error("another media type has the same tag")
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	const long = `{ __schema { types { name description } } }`
	for accept, want := range map[string]string{"gzip": "gzip", "zstd": "zstd", "gzip;q=0": "", "br": "", "identity": "", "gzip;q=0.5, zstd;q=0": "gzip"} {
		header, body := g.encoded(t, long, accept)
		if encoding := header.Get("Content-Encoding"); encoding != want {
			t.Errorf("%q: %q", accept, encoding)
		}
		if vary := strings.Join(header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%q: Vary is %q", accept, vary)
		}
		if want == "gzip" && withoutCost(unzipped(t, body)) != g.get(t, "", long).text {
			t.Errorf("%q: other bytes", accept)
		}
	}
	if header, _ := g.encoded(t, typename, "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a few bytes are compressed")
	}
}

func unzipped(t *testing.T, body []byte) string {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// encoded sends a GET whose answer Go's client leaves as it comes.
func (g *gateway) encoded(t *testing.T, document, accept string) (http.Header, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/api/graphql?query="+url.QueryEscape(document), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "acme.example"
	r.Header.Set("Accept-Encoding", accept)
	got, err := g.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.Header, body
}
