package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	userAgent    = "marketgraph"
	jsonType     = "application/json"
	formType     = "application/x-www-form-urlencoded"
	maxErrorBody = 32 << 10 // bytes of an error's body that are kept; the rest is left to the closed connection
)

// exchange is one Do: its attempts, which follow each other and never overlap.
type exchange struct {
	client *Client
	call   Call
	target string
	budget *Budget

	attempts int
	header   string // that authorised the last attempt
	renewed  bool   // after a 401; once per Do, or a backend that refuses everything would spend the budget
	failed   error  // of the last attempt that was sent
	stop     bool   // a retry could not be sent; the next could not either
}

// try is one attempt, and a second one with renewed credentials where the first found ours refused.
func (x *exchange) try(ctx context.Context) (*Reply, error) {
	reply, err := x.attempt(ctx)
	if x.call.authority() == Viewer || x.renewed || statusOf(err) != http.StatusUnauthorized {
		return reply, err
	}
	x.renewed = true
	x.client.credentials(x.call).Invalidate(x.header)
	return x.attempt(ctx)
}

// statusOf is the HTTP status that an attempt failed with, 0 when there was none.
func statusOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// attempt sends once, or not at all, and tells OnCall. When a retry is not sent, the caller learns why the attempt
// before it failed: that is the better news.
func (x *exchange) attempt(ctx context.Context) (*Reply, error) {
	x.attempts++
	info := CallInfo{Route: x.call.Route, Lane: x.call.lane(), Attempt: x.attempts}
	reply, err := x.admitted(ctx, &info)
	info.Kind, info.Status = KindOf(err), statusOf(err)
	if reply != nil {
		info.Status = reply.Status
	}
	if x.client.cfg.OnCall != nil {
		x.client.cfg.OnCall(info)
	}
	switch {
	case err == nil:
		return reply, nil
	case info.Sent:
		x.failed = err
	case x.failed != nil && (info.Kind == Paced || info.Kind == BudgetSpent):
		x.stop = true
		return nil, x.failed
	}
	return nil, err
}

// admitted passes budget, credentials and pacer, in this order: a call that the budget refuses costs nobody anything,
// and a slot is not held while a token is fetched.
func (x *exchange) admitted(ctx context.Context, info *CallInfo) (*Reply, error) {
	if !x.budget.take(x.call.Route.Name) {
		return nil, x.fail(BudgetSpent, fmt.Sprintf("the operation may make %d calls", x.budget.Limit()), nil)
	}
	defer func() {
		if !info.Sent {
			x.budget.giveBack(x.call.Route.Name)
		}
	}()
	if err := x.authorize(ctx); err != nil {
		return nil, err
	}
	room, refused := x.client.admit(ctx, x.call)
	if refused != nil {
		return nil, x.refused(refused)
	}
	info.Waited = room.waited()
	x.budget.addWait(info.Waited)
	if ctx.Err() != nil {
		room.unsent()
		return nil, x.refused(interrupted(ctx))
	}
	info.Sent = true
	sent(ctx)
	return x.send(ctx, room, info)
}

// authorize sets the header of the next attempt. The viewer's token is forwarded as it is; ours may have to be fetched,
// and when that fails the route's caller learns why, without the token endpoint's words.
func (x *exchange) authorize(ctx context.Context) error {
	if x.call.authority() == Viewer {
		x.header = "Bearer " + x.call.Token
		return nil
	}
	header, err := x.client.credentials(x.call).Authorize(ctx)
	if err != nil {
		kind, detail := Unauthenticated, "no credentials"
		var ce *CredentialsError
		switch {
		case errors.As(err, &ce):
			kind, detail = ce.Kind, ce.Error()
		case ctx.Err() != nil:
			kind = endKind(ctx)
		}
		return x.fail(kind, detail, err)
	}
	x.header = header
	return nil
}

// send is one exchange under its own deadline. The slot is held until the body is read, since some backends count a
// call until then; it is given back in any case.
func (x *exchange) send(ctx context.Context, room *admission, info *CallInfo) (*Reply, error) {
	begin := x.client.cfg.Now()
	reply, err := x.roundTrip(ctx)
	info.Duration = x.client.cfg.Now().Sub(begin)
	var e *Error
	if errors.As(err, &e) && e.Kind == RateLimited {
		room.limited(e.RetryAfter)
	} else {
		room.done()
	}
	return reply, err
}

// roundTrip sends and reads. Its context ends with it, so a body that nobody wants any more is closed rather than
// drained: a fresh connection is cheaper than an answer of unknown length.
func (x *exchange) roundTrip(ctx context.Context) (*Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, x.timeout())
	defer cancel()
	var way passage
	req, err := x.request(httptrace.WithClientTrace(ctx, way.trace()))
	if err != nil {
		return nil, x.fail(Misused, "no request can be made of it", err)
	}
	res, err := x.client.http.Do(req)
	if err != nil {
		e := x.broken(ctx, err)
		e.doubtful = e.doubtful && !way.barred()
		return nil, e
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, x.answered(res)
	}
	return x.read(ctx, res)
}

// request makes the same request for each attempt. There is no cookie and no header of the caller's: what a backend
// answers may be shared among viewers, and must depend on nothing but route, parameters and authority.
func (x *exchange) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, x.call.Route.Method, x.target, x.body())
	if err != nil {
		return nil, err
	}
	// Some backends answer XML to anyone who does not ask for JSON.
	req.Header.Set("Accept", jsonType)
	req.Header.Set("User-Agent", userAgent)
	for name, values := range x.client.cfg.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	for _, name := range x.call.Route.Header {
		req.Header.Set(name, x.client.cfg.RouteHeader.Get(name))
	}
	req.Header.Set(x.client.cfg.AuthHeader, x.header)
	if x.call.Body != nil {
		req.Header.Set("Content-Type", x.call.Route.bodyType())
	}
	return req, nil
}

// timeout is how long an attempt may take.
func (x *exchange) timeout() time.Duration {
	if x.call.Route.Idempotent() {
		return x.client.cfg.AttemptTimeout
	}
	return x.client.cfg.WriteTimeout
}

// body is the request's. A write without one says that its length is 0: a body of unknown length, which [once] would be
// taken for, is refused by some servers.
func (x *exchange) body() io.Reader {
	switch {
	case x.call.Body != nil:
		return bytes.NewReader(x.call.Body)
	case x.call.Route.bodyless():
		return once{}
	}
	return http.NoBody
}

// once is an empty body that cannot be read twice. net/http repeats a read by itself when a reused connection breaks
// before the answer, unless its body forbids it; that repetition would be a call without slot, budget and count.
type once struct{}

func (once) Read([]byte) (int, error) { return 0, io.EOF }

// read takes a 2xx answer's body, whole or not at all.
func (x *exchange) read(ctx context.Context, res *http.Response) (*Reply, error) {
	limit := x.client.cfg.MaxBody
	if res.ContentLength > limit {
		return nil, x.tooLarge(res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, x.broken(ctx, err)
	}
	if int64(len(body)) > limit {
		return nil, x.tooLarge(res.StatusCode)
	}
	if wrong := x.notJSON(res, body); wrong != "" {
		return nil, x.unread(MalformedReply, res.StatusCode, wrong)
	}
	res.Header.Del("Set-Cookie")
	return &Reply{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// tooLarge names the limit, so that whoever meets it knows which setting to look at.
func (x *exchange) tooLarge(status int) *Error {
	return x.unread(TooLarge, status, fmt.Sprintf("body exceeds the maximum of %d bytes", x.client.cfg.MaxBody))
}

// unread makes the error of a 2xx answer whose body is of no use. A write has been done then, and nobody knows as what.
func (x *exchange) unread(kind Kind, status int, detail string) *Error {
	e := x.fail(kind, detail, nil)
	e.Status, e.doubtful = status, !x.call.Route.Idempotent()
	return e
}

// notJSON says what is wrong with a 2xx body, "" when nothing is. Writes, HEAD and 204 may answer with nothing.
func (x *exchange) notJSON(res *http.Response, body []byte) string {
	if len(body) == 0 {
		if x.call.Route.Method == http.MethodGet && res.StatusCode != http.StatusNoContent {
			return "body is empty"
		}
		return ""
	}
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || (media != jsonType && !strings.HasSuffix(media, "+json")) {
		return "content type is not JSON"
	}
	return ""
}

// answered makes the error of an answer that is not 2xx.
func (x *exchange) answered(res *http.Response) *Error {
	e := x.fail(kindOfStatus(res.StatusCode), "", nil)
	e.Status = res.StatusCode
	e.doubtful = !x.call.Route.Idempotent() && !certain(res.StatusCode)
	e.RetryAfter = retryAfter(res.Header.Get("Retry-After"), x.client.cfg.Now())
	e.body, _ = io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // an unreadable body must not hide the status
	return e
}

// certain reports whether a status says of a write that it was not done. A redirect may follow what was done, and a
// gateway that answers 5xx may have passed it on.
func certain(status int) bool { return status >= 400 && status < 500 }

// kindOfStatus has no case for 1xx, which net/http keeps to itself, and refuses redirects: following one would carry the
// credentials to wherever it points.
func kindOfStatus(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthenticated
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return NotFound
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status >= 500:
		return Unavailable
	}
	return Refused
}

// maxRetryAfter cuts what a header asks for; a day is the longest window of any limit we know.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads seconds or an HTTP date; 0 for anything else and for the past.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(at.Sub(now), maxRetryAfter))
	}
	return 0
}

// broken makes the error of an exchange without a whole answer; ctx is the attempt's.
func (x *exchange) broken(ctx context.Context, err error) *Error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // its text holds the query
	}
	e := x.fail(Unavailable, "no whole answer", err)
	e.doubtful = !x.call.Route.Idempotent()
	var late interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil:
		e.Kind = endKind(ctx)
	case errors.As(err, &late) && late.Timeout():
		e.Kind = Timeout
	}
	return e
}

// endKind is why a context is over.
func endKind(ctx context.Context) Kind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Timeout
	}
	return Canceled
}

// refused makes the error of a call that the pacer did not let out.
func (x *exchange) refused(r *refusal) *Error {
	e := x.fail(r.kind, r.text, r.cause)
	e.RetryAfter = max(0, r.wait)
	return e
}

// fail makes an error of this route; detail is printed and must be text of ours, cause never is.
func (x *exchange) fail(kind Kind, detail string, cause error) *Error {
	r := x.call.Route
	return &Error{Backend: r.Backend, Route: r.Name, Authority: x.call.authority(), Kind: kind, cause: cause, detail: detail}
}
