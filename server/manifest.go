package server

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The limits of a manifest.
const (
	// MaxManifestBytes bounds a manifest's file.
	MaxManifestBytes = 16 << 20
	// MaxManifestDocuments bounds how many documents one manifest has.
	MaxManifestDocuments = 10_000
)

// ManifestError says why a manifest was refused. It repeats no document.
type ManifestError struct {
	// Reason is for the operator who wrote it.
	Reason string
}

// Error implements error.
func (e *ManifestError) Error() string { return "manifest: " + e.Reason }

func manifestErrorf(format string, args ...any) error {
	return &ManifestError{Reason: fmt.Sprintf(format, args...)}
}

// Manifest is the list of documents that a client application was built with, by
// the ids that it sends instead of them.
type Manifest map[string]string

// apolloManifest is the format of Apollo's generate-persisted-query-manifest.
type apolloManifest struct {
	Format     string `json:"format"`
	Version    int    `json:"version"`
	Operations []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Body string `json:"body"`
	} `json:"operations"`
}

// ParseManifest reads a manifest in either of the two formats in use: Apollo's,
// and the plain object {"id": "document"} that Relay and graphql-codegen write. It
// does not look into the documents. The error is a [*ManifestError].
func ParseManifest(text []byte) (Manifest, error) {
	if len(text) > MaxManifestBytes {
		return nil, manifestErrorf("it has %d bytes; at most %d are read", len(text), MaxManifestBytes)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, manifestErrorf("it is no JSON object")
	}
	if _, ok := members["operations"]; ok {
		return parseApollo(text)
	}
	m := make(Manifest, len(members))
	for id, member := range members {
		var document string
		if err := json.Unmarshal(member, &document); err != nil {
			return nil, manifestErrorf("%q is no document", id)
		}
		if err := m.add(id, document); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

func parseApollo(text []byte) (Manifest, error) {
	var in apolloManifest
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, manifestErrorf("its operations cannot be read")
	}
	if in.Format != "apollo-persisted-query-manifest" || in.Version != 1 {
		return nil, manifestErrorf("format %q, version %d is not known; version 1 of apollo-persisted-query-manifest is", in.Format, in.Version)
	}
	m := make(Manifest, len(in.Operations))
	for _, operation := range in.Operations {
		if err := m.add(operation.ID, operation.Body); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

// add takes one document. An id that stands for two would run the wrong one.
func (m Manifest) add(id, document string) error {
	if id == "" || document == "" {
		return manifestErrorf("an id or its document is empty")
	}
	if other, ok := m[id]; ok && other != document {
		return manifestErrorf("two documents have the id %q", id)
	}
	m[id] = document
	return nil
}

func (m Manifest) check() error {
	if len(m) > MaxManifestDocuments {
		return manifestErrorf("it has %d documents; at most %d are taken", len(m), MaxManifestDocuments)
	}
	return nil
}

// TrustMode says what becomes of documents that no manifest has.
type TrustMode string

const (
	// TrustOff runs them.
	TrustOff TrustMode = "off"
	// TrustLogOnly runs them, and says so in the log and the metrics.
	TrustLogOnly TrustMode = "logOnly"
	// TrustRequired refuses them.
	TrustRequired TrustMode = "required"
)

// TrustModes are all modes.
func TrustModes() []TrustMode { return []TrustMode{TrustOff, TrustLogOnly, TrustRequired} }

// Trusted are the documents that a tenant's clients may run by id. The zero value
// knows none, and runs what is sent. It is read only once it is in use.
type Trusted struct {
	// Mode is what becomes of other documents; "" is [TrustOff].
	Mode TrustMode
	// byClient holds documents by client application, "" for everybody's.
	byClient map[string]trustedDocuments
}

// trustedDocuments are found by an id, or known by their text.
type trustedDocuments struct {
	byID  Manifest
	known map[[sha256.Size]byte]bool
}

// Add trusts the documents of a manifest when these clients send them; without
// clients, whoever sends them, visitors too. The error is a [*ManifestError].
func (t *Trusted) Add(m Manifest, clients ...string) error {
	if t.byClient == nil {
		t.byClient = map[string]trustedDocuments{}
	}
	if len(clients) == 0 {
		clients = []string{""}
	}
	for _, client := range clients {
		documents, ok := t.byClient[client]
		if !ok {
			documents = trustedDocuments{byID: Manifest{}, known: map[[sha256.Size]byte]bool{}}
			t.byClient[client] = documents
		}
		for _, id := range slices.Sorted(maps.Keys(m)) {
			if err := documents.byID.add(id, m[id]); err != nil {
				return err
			}
			documents.known[sha256.Sum256([]byte(m[id]))] = true
		}
	}
	return nil
}

// find gives the document that an id stands for when this client sends it.
func (t *Trusted) find(client, id string) (string, bool) {
	for _, documents := range t.of(client) {
		if document, ok := documents.byID[id]; ok {
			return document, true
		}
	}
	return "", false
}

// trusts reports whether the client was built with this document.
func (t *Trusted) trusts(client, document string) bool {
	sum := sha256.Sum256([]byte(document))
	return slices.ContainsFunc(t.of(client), func(d trustedDocuments) bool { return d.known[sum] })
}

// of are the client's own documents, then everybody's.
func (t *Trusted) of(client string) []trustedDocuments {
	var out []trustedDocuments
	if client != "" {
		out = append(out, t.byClient[client])
	}
	return append(out, t.byClient[""])
}
