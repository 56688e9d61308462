package server

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// headerRetryAfter says when to ask again, in seconds.
const headerRetryAfter = "Retry-After"

// answer is what goes back to the client.
type answer struct {
	status     int
	mediaType  string
	allow      string
	challenge  bool // says WWW-Authenticate
	retryAfter int  // seconds; 0 is not said
	batch      bool // the body is a list
	responses  []*graphql.Response

	cacheControl string // "" is no-store
	etag         string // "" is none
}

// faulty reports whether any response has errors.
func (a *answer) faulty() bool {
	return slices.ContainsFunc(a.responses, func(r *graphql.Response) bool { return len(r.Errors) > 0 })
}

// refusal answers a request that has no operation to run.
func (s *Server) refusal(ctx context.Context, req *request, mediaType string, f *httpFault) *answer {
	s.note(ctx, req, f.fault)
	a := &answer{
		status: f.status, mediaType: mediaType, allow: f.allow, challenge: f.status == http.StatusUnauthorized, retryAfter: f.retryAfter,
		responses: []*graphql.Response{{Errors: gqlerror.List{{Message: f.message, Extensions: f.extensions(req.id)}}}},
	}
	if a.status == requestError {
		a.status = a.requestErrorStatus()
	}
	return a
}

// requestErrorStatus is the status of an answer without data: clients of the
// newer media type get a 4xx, clients of plain JSON a 200 (GraphQL over HTTP, 6.4).
func (a *answer) requestErrorStatus() int {
	if a.mediaType == typeJSON {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// write sends the answer and returns how many bytes its body has.
func (a *answer) write(w http.ResponseWriter, r *http.Request) int {
	a.describe(w.Header())
	if a.unchanged(r.Header) {
		w.WriteHeader(http.StatusNotModified)
		return 0
	}
	body := a.body()
	w.Header().Set("Content-Type", a.mediaType+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that has gone is no fault of ours
	}
	return len(body)
}

// describe sets the headers that an answer has with and without a body.
func (a *answer) describe(h http.Header) {
	h.Set("Cache-Control", cmp.Or(a.cacheControl, noStore))
	h.Add("Vary", "Accept, Authorization, Mp-Authorization, "+headerCostOnly)
	if a.etag != "" {
		h.Set("ETag", a.etag)
	}
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.retryAfter > 0 {
		h.Set(headerRetryAfter, strconv.Itoa(a.retryAfter))
	}
	if a.challenge {
		h.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
}

// body is one response, or the list of a batch's.
func (a *answer) body() []byte {
	if !a.batch {
		return appendResponse(nil, a.responses[0])
	}
	out := []byte{'['}
	for i, r := range a.responses {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendResponse(out, r)
	}
	return append(out, ']')
}

// appendResponse writes the parts one after the other: data is JSON already,
// and a request error has no data member at all.
func appendResponse(out []byte, r *graphql.Response) []byte {
	out = slices.Grow(out, len(r.Data)+256)
	out = append(out, '{')
	if len(r.Errors) > 0 {
		out = member(out, "errors", ours(r.Errors))
	}
	if r.Data != nil {
		out = member(out, "data", r.Data)
	}
	if len(r.Extensions) > 0 {
		out = member(out, "extensions", ours(r.Extensions))
	}
	return append(out, '}')
}

// member appends one member to an object that has been opened.
func member(out []byte, name string, text []byte) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	return append(append(append(append(out, '"'), name...), `":`...), text...)
}

// ours writes a value that this package made; such values can always be written.
func ours(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return []byte("null")
	}
	return text
}
