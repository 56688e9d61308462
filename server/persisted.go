package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/cache"
)

// digestPrefix begins an id that is the SHA-256 of its document (GraphQL over
// HTTP, persisted documents).
const digestPrefix = "sha256:"

// asked is what a request asks to run.
type asked struct {
	graphql.RawParams

	// id names a document that need not be sent: its digest in lower-case
	// hexadecimal, or a manifest's own id; "" where there is only the text.
	id string
	// auto says that the client brings the document for it to be kept (Apollo's
	// automatic persisted queries); not where it was found, as it is kept already.
	auto bool
	// trusted says that a manifest has the document.
	trusted bool
}

// identify takes the id from documentId or from Apollo's extension.
func (a *asked) identify(documentID *string) *httpFault {
	hash, auto, f := automatic(a.Extensions)
	if f != nil {
		return f
	}
	a.id, a.auto = hash, auto
	if documentID == nil {
		return nil
	}
	id, isDigest := strings.CutPrefix(*documentID, digestPrefix)
	switch {
	case isDigest && !isDigestText(id):
		return refuse(http.StatusBadRequest, BadRequest, "`documentId` names no SHA-256 in hexadecimal")
	case id == "" || !isDigest && strings.Contains(id, ":"):
		return refuse(http.StatusBadRequest, BadRequest, "`documentId` is neither `sha256:` and a digest nor an id without a colon")
	case auto && hash != id:
		return refuse(http.StatusBadRequest, BadRequest, "`documentId` and `extensions.persistedQuery` name two documents")
	}
	a.id = id
	return nil
}

// automatic reads extensions.persistedQuery, where there is one.
func automatic(extensions map[string]any) (hash string, present bool, f *httpFault) {
	value, present := extensions["persistedQuery"]
	if !present || value == nil {
		return "", false, nil
	}
	member, _ := value.(map[string]any)
	hash, _ = member["sha256Hash"].(string)
	if number, ok := member["version"].(interface{ String() string }); !ok || number.String() != "1" {
		return "", true, refuse(http.StatusBadRequest, BadRequest, "`extensions.persistedQuery.version` must be 1")
	}
	if !isDigestText(hash) {
		return "", true, refuse(http.StatusBadRequest, BadRequest, "`extensions.persistedQuery.sha256Hash` is no SHA-256 in hexadecimal")
	}
	return hash, true, nil
}

func isDigestText(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*sha256.Size && s == strings.ToLower(s)
}

// find completes what is asked with the document that its id names, and refuses
// what this client may not run.
func (s *Server) find(ctx context.Context, req *request, a *asked) *httpFault {
	trusted := &req.tenant.Trusted
	if a.id != "" {
		if f := s.byID(ctx, req, a); f != nil {
			return f
		}
	}
	if trusted.Mode == TrustOff || trusted.Mode == "" {
		return nil
	}
	a.trusted = a.trusted || trusted.trusts(req.viewer.ClientID(), a.Query)
	switch {
	case a.trusted:
		return nil
	case trusted.Mode == TrustLogOnly:
		s.metrics.document(documentUntrusted)
		req.untrusted = true
		return nil
	default:
		s.metrics.document(documentRefused)
		f := refuse(requestError, Forbidden, "this marketplace runs only the documents that its clients were built with")
		f.rule = ruleDocuments
		return f
	}
}

// byID looks an id up in the manifests, then among what clients have brought.
func (s *Server) byID(ctx context.Context, req *request, a *asked) *httpFault {
	document, trusted := req.tenant.Trusted.find(req.viewer.ClientID(), a.id)
	if a.Query != "" {
		if trusted && document != a.Query || !trusted && hexDigest(a.Query) != a.id {
			return refuse(http.StatusBadRequest, BadRequest, "the id of the document is not that of `query`")
		}
		a.trusted = trusted
		return nil
	}
	if !trusted && req.tenant.Trusted.Mode != TrustRequired {
		document = s.brought(ctx, req, a.id)
	}
	if document == "" {
		s.metrics.document(documentMissing)
		return s.missing()
	}
	a.Query, a.trusted, a.auto = document, trusted, false
	s.metrics.document(documentFound)
	return nil
}

// missing refuses an id in the words by which Apollo's clients know what to do:
// to send the document with it, or never to send an id again.
func (s *Server) missing() *httpFault {
	if s.persisted == nil {
		return refuse(requestError, PersistedQueryNotSupported, "PersistedQueryNotSupported")
	}
	return refuse(requestError, PersistedQueryNotFound, "PersistedQueryNotFound")
}

// brought is a document that a client of this tenant has sent before, or "".
func (s *Server) brought(ctx context.Context, req *request, id string) string {
	if s.persisted == nil || !isDigestText(id) {
		return ""
	}
	var digest cache.Digest
	_, _ = hex.Decode(digest[:], []byte(id)) // isDigestText has looked
	document, _ := s.persisted.Get(ctx, req.tenant.Name, digest)
	return string(document)
}

// keep remembers a valid document that came with its digest, for the next request
// that sends the digest alone.
func (s *Server) keep(ctx context.Context, req *request, a *asked) {
	if s.persisted != nil && a.auto && !a.trusted {
		s.persisted.Put(ctx, req.tenant.Name, []byte(a.Query))
	}
}

func hexDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
