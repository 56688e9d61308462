package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
)

// headerRequestID carries the id by which a request is found in logs.
const headerRequestID = "X-Request-Id"

// maxRequestID bounds an id that a caller gives.
const maxRequestID = 64

// request is what the rooms of this package tell each other about one request.
// Fields above mu are set before and after each operation, never while its
// resolvers run, and those may read them; fields below are guarded.
type request struct {
	id      string
	started time.Time
	tenant  *Tenant
	stage   *stage
	viewer  *auth.Viewer
	client  string // key of the bucket that is charged
	budget  *upstream.Budget

	operation     string
	operationType string
	cost, used    int  // points, of all operations
	untrusted     bool // no manifest has the document, and it ran all the same

	mu       sync.Mutex
	codes    map[Code]int
	refusals map[access]bool
	logged   map[string]bool // causes, by their text: an error need not be comparable
}

type requestKey struct{}

func withRequest(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// viewerKey tells viewers apart; visitors without a token are one per address.
func (r *request) viewerKey() string {
	if r.viewer.IsAnonymous() {
		return r.client
	}
	return r.viewer.Subject()
}

// requestFrom is never nil: outside a request there is an empty one.
func requestFrom(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// requestID takes the caller's id where it is harmless, and makes one otherwise.
func requestID(h http.Header) string {
	id := h.Get(headerRequestID)
	if id == "" || len(id) > maxRequestID {
		return rand.Text()
	}
	for _, c := range id {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return rand.Text()
		}
	}
	return id
}

// count notes one error of the answer by its code.
func (r *request) count(code Code) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.codes == nil {
		r.codes = map[Code]int{}
	}
	r.codes[code]++
}

// firstTime reports whether err has not been seen in this request: one failed
// batch is presented once per waiting field, and is worth one log line.
func (r *request) firstTime(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.logged == nil {
		r.logged = map[string]bool{}
	}
	cause := err.Error()
	seen := r.logged[cause]
	r.logged[cause] = true
	return !seen
}
