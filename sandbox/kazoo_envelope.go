package sandbox

import (
	"crypto/md5" //nolint:gosec // Kazoo's revisions are MD5 sums; nothing is secured by them
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What the envelope says of the server itself.
const (
	kazooNode    = "kazoo_apps@sandbox.example"
	kazooVersion = "5.4.7"
)

// kazooReply is a handler's answer.
type kazooReply struct {
	data     any
	metadata Document   // nil for most
	page     *kazooPage // nil where nothing is paged
	list     bool       // its tag is a weak one
	status   int        // 0 means 200
}

// kazooPage is what the envelope of a page adds.
type kazooPage struct {
	size        int    // items of this page
	start, next string // cursors; no next on the last page
}

// envelope is what every answer has, those of refusals too.
func (x *kazooCall) envelope(status string, data any) Document {
	out := Document{
		"data": data, "status": status, "request_id": x.id, "node": kazooNode, "version": kazooVersion,
		"timestamp": x.backend.box.opts.Now().UTC().Format(time.RFC3339),
	}
	if x.session != nil {
		out["auth_token"] = x.session.token
		out["tokens"] = Document{"consumed": 1, "remaining": x.backend.box.limits.left(x.bucket, x.backend.facts.RateLimit)}
	}
	return out
}

// answer writes a reply in its envelope, or nothing when the caller has it.
func (x *kazooCall) answer(w http.ResponseWriter, out kazooReply) {
	body := x.envelope("success", out.data)
	revision, tag := out.tags(x.params)
	body["revision"] = revision
	if out.metadata != nil {
		body["metadata"] = out.metadata
	}
	if p := out.page; p != nil {
		body["page_size"], body["start_key"] = p.size, p.start
		if p.next != "" {
			body["next_start_key"] = p.next
		}
	}
	h := w.Header()
	h.Set("X-Request-Id", x.id)
	h.Set("Etag", tag)
	if x.request.Method == http.MethodGet && matchesTag(x.request.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeJSON(w, max(out.status, http.StatusOK), body)
}

// tags are the revision that the envelope carries and the entity tag with it:
// strong for a document, weak for a list.
func (out kazooReply) tags(params map[string]string) (revision, tag string) {
	raw, err := json.Marshal([]any{params, out.data, out.page != nil && out.page.next != ""})
	if err != nil { // stored documents always encode; a tag is no reason to fail
		raw = nil
	}
	sum := md5.Sum(raw) //nolint:gosec // as documented
	revision = hex.EncodeToString(sum[:])
	if out.list {
		return revision, `W/"` + revision + `"`
	}
	revision = "1-" + revision
	return revision, `"` + revision + `"`
}

// matchesTag compares weakly, as reading does.
func matchesTag(header, tag string) bool {
	for have := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// kazooMessages are the printed code names by status and the texts that go with
// them; a refusal may have a code of its own.
var kazooMessages = map[int][2]string{
	http.StatusBadRequest:            {"validation error", ""},
	http.StatusUnauthorized:          {"invalid_credentials", "invalid credentials"},
	http.StatusPaymentRequired:       {"accept charges", ""},
	http.StatusForbidden:             {"forbidden", "forbidden"},
	http.StatusNotFound:              {"bad_identifier", "bad identifier"},
	http.StatusMethodNotAllowed:      {"invalid_method", "method not allowed"},
	http.StatusConflict:              {"datastore_conflict", "conflicting documents"},
	http.StatusTooManyRequests:       {"too_many_requests", "too many requests"},
	http.StatusInternalServerError:   {"unspecified_fault", "unspecified fault"},
	http.StatusNotImplemented:        {"not_implemented", "not implemented"},
	http.StatusBadGateway:            {"bad_gateway", ""},
	http.StatusServiceUnavailable:    {"datastore_unreachable", "datastore timeout"},
	http.StatusRequestEntityTooLarge: {"parse_error", "failed to parse request body"},
}

// errorEnvelope words a refusal.
func (x *kazooCall) errorEnvelope(refusal *apiError) Document {
	known, ok := kazooMessages[refusal.Status]
	if !ok {
		known = [2]string{strings.ToLower(refusal.symbol()), strings.ToLower(http.StatusText(refusal.Status))}
	}
	code := known[0]
	if refusal.Code != "" {
		code = refusal.Code
	}
	data := refusal.data
	if data == nil {
		data = Document{"message": known[1]}
		if refusal.Message != "" {
			data["message"] = refusal.Message
		}
	}
	body := x.envelope("error", data)
	body["error"], body["message"] = strconv.Itoa(refusal.Status), code
	return body
}

// invalid refuses one field the way Kazoo's validators do.
func invalid(field, validator, message string) *apiError {
	return &apiError{
		Status: http.StatusBadRequest,
		data:   Document{field: Document{validator: Document{"message": message}}},
	}
}
