package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxErrorBody is how many bytes of an error's body are kept; the rest is left to the closed connection.
const maxErrorBody = 32 << 10

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
