package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
)

const (
	typename = `{ __typename }`
	answered = `{"data":{"__typename":"Query"}}`
)

// keeping are options with a place for documents that clients bring.
func keeping(t *testing.T) Options {
	t.Helper()
	kept, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	slots, err := kept.Slots("documents")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(slots.Close)
	return Options{Persisted: slots}
}

// trusting serves with these documents as everybody's and as the client shop's.
func trusting(t *testing.T, mode TrustMode, shared, shops Manifest) *gateway {
	t.Helper()
	g := start(t, keeping(t))
	trusted := &g.server.hosts.fallback.Trusted
	trusted.Mode = mode
	if err := trusted.Add(shared); err != nil {
		t.Fatal(err)
	}
	if err := trusted.Add(shops, "shop"); err != nil {
		t.Fatal(err)
	}
	return g
}

func apq(hash string) doc {
	return doc{"persistedQuery": doc{"version": 1, "sha256Hash": hash}}
}

func (g *gateway) ask(t *testing.T, body doc, header ...string) result {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return g.send(t, http.MethodPost, "/api/graphql", string(text), append(header, "Content-Type", typeJSON)...)
}

func wantRefused(t *testing.T, got result, status int, code Code, message string) {
	t.Helper()
	if got.status != status || !slices.Equal(got.codes(), []string{string(code)}) || !strings.Contains(got.text, message) {
		t.Errorf("%d %s, want %d %s %q", got.status, got.text, status, code, message)
	}
}

func wantText(t *testing.T, got result, want string) {
	t.Helper()
	if got.status != http.StatusOK || got.text != want {
		t.Errorf("%d %s, want %s", got.status, got.text, want)
	}
}

// The dance of Apollo's clients: the id alone, then with its document, then alone again.
func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	g := start(t, keeping(t))
	alone, both := doc{"extensions": apq(hexDigest(typename))}, doc{"query": typename, "extensions": apq(hexDigest(typename))}

	wantRefused(t, g.ask(t, alone), http.StatusOK, PersistedQueryNotFound, "PersistedQueryNotFound")
	wantRefused(t, g.ask(t, alone, "Accept", typeResponse), http.StatusBadRequest, PersistedQueryNotFound, "PersistedQueryNotFound")
	wantText(t, g.ask(t, both), answered)
	wantText(t, g.ask(t, alone), answered)
	wantText(t, g.ask(t, doc{"documentId": "sha256:" + hexDigest(typename)}), answered)

	extensions, err := json.Marshal(apq(hexDigest(typename)))
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, g.send(t, http.MethodGet, "/api/graphql?extensions="+url.QueryEscape(string(extensions)), ""), answered)
	wantText(t, g.send(t, http.MethodGet, "/api/graphql?documentId=sha256%3A"+hexDigest(typename), ""), answered)
}

// TestFoundDocumentsAreNotKeptAgain: only what came along is written, so that an
// id alone costs no write.
func TestFoundDocumentsAreNotKeptAgain(t *testing.T) {
	t.Parallel()
	g := start(t, keeping(t))
	g.ask(t, doc{"query": typename, "extensions": apq(hexDigest(typename))})
	req := &request{tenant: g.server.hosts.fallback, viewer: auth.Anonymous("acme")}
	found := &asked{id: hexDigest(typename), auto: true}
	if f := g.server.byID(t.Context(), req, found); f != nil || found.Query != typename || found.auto {
		t.Errorf("found %q, %v; is it to be kept: %v", found.Query, f, found.auto)
	}
	brought := &asked{RawParams: graphql.RawParams{Query: typename}, id: hexDigest(typename), auto: true}
	if f := g.server.byID(t.Context(), req, brought); f != nil || !brought.auto {
		t.Errorf("brought: %v; is it to be kept: %v", f, brought.auto)
	}
}

func TestPersistedQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	g := start(t, keeping(t))
	other, hash := hexDigest("{ other }"), hexDigest(typename)
	for name, tc := range map[string]struct {
		body    doc
		message string
	}{
		"another's hash":   {doc{"query": typename, "extensions": apq(other)}, "not that of `query`"},
		"another's id":     {doc{"query": typename, "documentId": "sha256:" + other}, "not that of `query`"},
		"unknown own id":   {doc{"query": typename, "documentId": "mine"}, "not that of `query`"},
		"two ids":          {doc{"documentId": "sha256:" + other, "extensions": apq(hash)}, "name two documents"},
		"version 2":        {doc{"extensions": doc{"persistedQuery": doc{"version": 2, "sha256Hash": hash}}}, "version"},
		"version as text":  {doc{"extensions": doc{"persistedQuery": doc{"version": "1", "sha256Hash": hash}}}, "version"},
		"no hash":          {doc{"extensions": doc{"persistedQuery": doc{"version": 1}}}, "sha256Hash"},
		"short hash":       {doc{"extensions": apq(hash[:62])}, "sha256Hash"},
		"capitals":         {doc{"extensions": apq(strings.ToUpper(hash))}, "sha256Hash"},
		"no object":        {doc{"extensions": doc{"persistedQuery": true}}, "version"},
		"no digest":        {doc{"documentId": "sha256:zz"}, "no SHA-256"},
		"another's prefix": {doc{"documentId": "md5:00"}, "neither"},
		"empty id":         {doc{"documentId": ""}, "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefused(t, g.ask(t, tc.body), http.StatusBadRequest, BadRequest, tc.message)
		})
	}
}

// What does not run is not kept: ids cannot be used to store anything else.
func TestInvalidDocumentsAreNotKept(t *testing.T) {
	t.Parallel()
	g := start(t, keeping(t))
	for _, document := range []string{"{ nowhere }", "{", "{ __typename } # " + strings.Repeat("x", cache.SlotBytes)} {
		g.ask(t, doc{"query": document, "extensions": apq(hexDigest(document))})
		wantRefused(t, g.ask(t, doc{"extensions": apq(hexDigest(document))}), http.StatusOK, PersistedQueryNotFound, "")
	}
}

func TestPersistedQueriesWithoutAPlace(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	wantRefused(t, g.ask(t, doc{"extensions": apq(hexDigest(typename))}), http.StatusOK, PersistedQueryNotSupported, "PersistedQueryNotSupported")
	wantText(t, g.ask(t, doc{"query": typename, "extensions": apq(hexDigest(typename))}), answered)
}

func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const shops, unknown = `query Shop { __typename }`, `query Unknown { __typename }`
	shared := Manifest{"type": typename}
	for mode, want := range map[TrustMode]struct {
		unknownRuns bool
		logged      int
	}{TrustOff: {true, 0}, TrustLogOnly: {true, 3}, TrustRequired: {false, 0}} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			g := trusting(t, mode, shared, Manifest{"shop": shops})
			wantText(t, g.ask(t, doc{"documentId": "type"}), answered)
			wantText(t, g.ask(t, doc{"query": typename}), answered)
			wantText(t, g.ask(t, doc{"query": typename, "documentId": "type"}), answered)
			wantRefused(t, g.ask(t, doc{"query": shops, "documentId": "type"}), http.StatusBadRequest, BadRequest, "not that of")
			wantRefused(t, g.ask(t, doc{"documentId": "shop"}), http.StatusOK, PersistedQueryNotFound, "")
			for _, body := range []doc{{"query": unknown}, {"query": shops}, {"query": unknown, "extensions": apq(hexDigest(unknown))}} {
				if got := g.ask(t, body); want.unknownRuns {
					wantText(t, got, answered)
				} else {
					wantRefused(t, got, http.StatusOK, Forbidden, "clients were built with")
				}
			}
			wantText(t, g.ask(t, doc{"documentId": "shop"}, "Authorization", "Bearer member-token-0000000"), answered)
			logged := 0
			for _, event := range g.log.events(t, "operation") {
				if event["untrusted"] == true {
					logged++
				}
			}
			if logged != want.logged {
				t.Errorf("%d events say untrusted, want %d", logged, want.logged)
			}
		})
	}
}
