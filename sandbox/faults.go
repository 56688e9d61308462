package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The limits of what one control call may ask for.
const (
	maxFaults         = 1000
	maxFaultLatencyMs = 120_000
)

// fault is one way to misbehave, as PUT /_sandbox/faults describes it. Without
// Route it holds for every API route of Backend; OAuth2 routes are only reached
// by name ("POST /oauth2/token"), so that taking a backend down leaves sign-in
// alone.
type fault struct {
	Backend   string `json:"backend"`
	Route     string `json:"route,omitempty"`     // "GET /account/v2/companies"
	Status    int    `json:"status,omitempty"`    // answer this instead
	LatencyMs int    `json:"latencyMs,omitempty"` // wait before anything else
	JitterMs  int    `json:"jitterMs,omitempty"`  // and up to this much more
	CutBody   bool   `json:"cutBody,omitempty"`   // end the connection half-way through the body
	BadJSON   bool   `json:"badJSON,omitempty"`   // answer a body that does not parse
	WrongType bool   `json:"wrongType,omitempty"` // answer JSON in which every text, number and truth value is an object
	Oversized bool   `json:"oversized,omitempty"` // answer a body followed by 16 MiB of space
	Drop      bool   `json:"drop,omitempty"`      // end the connection without an answer
	Late      bool   `json:"late,omitempty"`      // strike after the request took effect: only the answer is lost
}

// delay draws how long this call waits.
func (f fault) delay() time.Duration {
	ms := f.LatencyMs
	if f.JitterMs > 0 {
		ms += rand.IntN(f.JitterMs + 1)
	}
	return time.Duration(ms) * time.Millisecond
}

// faultBoard holds the faults in force.
type faultBoard struct {
	mu     sync.RWMutex
	faults []fault
}

// put replaces the faults of the same backend and route and keeps the others;
// it puts all of them or, when that would be too many, none.
func (b *faultBoard) put(faults []fault) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(b.faults), func(old fault) bool {
		return slices.ContainsFunc(faults, func(f fault) bool { return f.Backend == old.Backend && f.Route == old.Route })
	})
	if len(kept)+len(faults) > maxFaults {
		return fmt.Errorf("more than %d faults at once", maxFaults)
	}
	b.faults = slices.Concat(kept, faults)
	return nil
}

// clear lifts all faults.
func (b *faultBoard) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = nil
}

// list is a copy of the faults in force.
func (b *faultBoard) list() []fault {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Clone(b.faults)
}

// find picks the fault of a call: one that names its route, else for an API
// route the one of the whole backend. The zero fault does nothing.
func (b *faultBoard) find(backend, route string, api bool) fault {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var whole fault
	for _, f := range b.faults {
		if f.Backend != backend {
			continue
		}
		if f.Route == route {
			return f
		}
		if f.Route == "" && api {
			whole = f
		}
	}
	return whole
}

// refuseByStatus answers a fault's status where no backend's style applies.
func refuseByStatus(w http.ResponseWriter, status int) {
	writeJSON(w, status, statusBody(&apiError{Status: status}))
}

// inject runs a handler under a fault; refuse words a fault's status. The wait
// ends early when the caller goes away, and then nothing is answered. A late fault
// runs the handler first, whatever becomes of its answer.
func (f fault) inject(w http.ResponseWriter, r *http.Request, next http.Handler, refuse func(http.ResponseWriter, int)) {
	if f.Late {
		readAhead(r)
		kept := keep(next, r)
		next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { kept.passOn(w) })
	}
	if d := f.delay(); d > 0 {
		readAhead(r)
		if pause(r.Context(), d) != nil {
			return
		}
	}
	switch {
	case f.Drop:
		hangUp(w)
	case f.Status != 0:
		refuse(w, f.Status)
	case f.CutBody || f.BadJSON:
		f.spoil(w, keep(next, r))
	case f.WrongType:
		keep(next, r).resized().retyped().passOn(w)
	case f.Oversized:
		keep(next, r).resized().passOn(w)
		_, _ = io.CopyN(w, blank{}, oversize) // the caller is expected to go before the end
	default:
		next.ServeHTTP(w, r)
	}
}

// spoil passes on a finished response damaged. Announcing more bytes than are
// written makes net/http end the connection, which is what a cut body looks like.
func (f fault) spoil(w http.ResponseWriter, kept *keptResponse) {
	body := kept.body.Bytes()
	maps.Copy(w.Header(), kept.header)
	announced := len(body)
	if f.BadJSON {
		body = append(body[:len(body)/2:len(body)/2], `{"oops":]`...)
		announced = len(body)
	}
	if f.CutBody {
		announced = max(announced, 2)
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Length", strconv.Itoa(announced))
	w.WriteHeader(kept.status)
	_, _ = w.Write(body) // the caller may be gone; there is nobody to tell
}

// oversize is more than any client of ours takes.
const oversize = 16 << 20

// blank is space without end.
type blank struct{}

// Read implements io.Reader.
func (blank) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// retype keeps lists and the names of objects.
func retype(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = retype(value)
		}
		return v
	case []any:
		for i, value := range v {
			v[i] = retype(value)
		}
		return v
	}
	return map[string]any{"value": v}
}

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		writeJSON(w, http.StatusBadGateway, Document{"message": "This connection cannot be dropped: " + err.Error()})
		return
	}
	_ = conn.Close() // being gone is the purpose
}

// readAhead takes the body in before a wait: a server notices that a caller has
// gone only when there is nothing more to read from them. What is longer than any
// body of ours, and what went wrong, is left to whoever reads on.
func readAhead(r *http.Request) {
	head, _ := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
}

// pause waits, but no longer than the caller does.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// keptResponse is a response held back until it is finished.
type keptResponse struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// keep runs a handler and holds back what it answers.
func keep(next http.Handler, r *http.Request) *keptResponse {
	kept := &keptResponse{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(kept, r)
	return kept
}

// passOn gives the response to the caller after all.
func (k *keptResponse) passOn(w http.ResponseWriter) {
	maps.Copy(w.Header(), k.header)
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body.Bytes()) // the caller may be gone; there is nobody to tell
}

// The three methods of http.ResponseWriter.
func (k *keptResponse) Header() http.Header         { return k.header }
func (k *keptResponse) WriteHeader(status int)      { k.status = status }
func (k *keptResponse) Write(p []byte) (int, error) { return k.body.Write(p) }

// resized no longer says how long the response is.
func (k *keptResponse) resized() *keptResponse {
	k.header.Del("Content-Length")
	return k
}

// retyped is the response with an object in the place of each value; one that is no JSON stays as it is.
func (k *keptResponse) retyped() *keptResponse {
	var v any
	if json.Unmarshal(k.body.Bytes(), &v) != nil {
		return k
	}
	out := &keptResponse{header: k.header, status: k.status}
	text, _ := json.Marshal(retype(v)) // what was read as JSON can be written as such
	out.body.Write(text)
	return out
}
