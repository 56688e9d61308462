package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

const (
	userAgent = "marketgraph"
	jsonType  = "application/json"
	formType  = "application/x-www-form-urlencoded"
)

// exchange is one Do: its attempts, which follow each other and never overlap.
type exchange struct {
	client  *Client
	call    Call
	target  string
	budget  *Budget
	breaker *breaker

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
		x.client.retries.earn()
		return reply, nil
	case info.Sent:
		x.failed = err
	case x.failed != nil && (info.Kind == Paced || info.Kind == BudgetSpent || info.Kind == Tripped):
		x.stop = true
		return nil, x.failed
	}
	return nil, err
}

// admitted passes budget, breaker, credentials, pacer and host, in this order: a call that the budget refuses costs
// nobody anything, one to a route that is left alone does not queue, a slot is not held while a token is fetched, and a
// place at the host not while the slot is waited for.
func (x *exchange) admitted(ctx context.Context, info *CallInfo) (*Reply, error) {
	if !x.budget.take(x.call.Route.Name) {
		return nil, x.fail(BudgetSpent, fmt.Sprintf("the operation may make %d calls", x.budget.Limit()), nil)
	}
	defer func() {
		if !info.Sent {
			x.budget.giveBack(x.call.Route.Name)
		}
	}()
	if wait := x.breaker.resting(); wait > 0 {
		return nil, x.tripped(wait)
	}
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
	return x.entered(ctx, room, info)
}

// entered takes a place at the host and sends, unless the breaker has opened while the call was queued. The breaker is
// last, so that its probe is a call that is surely sent.
func (x *exchange) entered(ctx context.Context, room *admission, info *CallInfo) (*Reply, error) {
	away, refused := x.client.room.enter(ctx, x.timeout())
	if refused != nil {
		room.unsent()
		return nil, x.refused(refused)
	}
	defer away()
	leave, wait := x.breaker.enter()
	if leave == nil {
		room.unsent()
		return nil, x.tripped(wait)
	}
	info.Sent = true
	sent(ctx)
	reply, err := x.send(ctx, room, info)
	leave(x.verdict(ctx, err, info.Duration))
	return reply, err
}

// verdict is what an attempt says of its route. A time-out of the caller's counts only where the backend had half of
// its own by then: the impatient must not trip the breaker of the patient. A 429 about one account is that account's,
// and its bucket rests.
func (x *exchange) verdict(ctx context.Context, err error, took time.Duration) verdict {
	switch kind := KindOf(err); {
	case kind == Canceled, kind == Misused,
		kind == Timeout && ctx.Err() != nil && took < x.timeout()/2,
		kind == RateLimited && x.call.Account != "":
		return nothing
	case kind == Unavailable, kind == Timeout, kind == RateLimited:
		return failing
	}
	return healthy
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := time.AfterFunc(x.timeout(), func() { cancel(context.DeadlineExceeded) })
	defer late.Stop()
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
	late.Reset(x.client.cfg.BodyTimeout)
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

// timeout is how long an attempt may take until the answer's header is here.
func (x *exchange) timeout() time.Duration {
	if x.call.Route.Idempotent() {
		return x.client.cfg.HeaderTimeout
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

// endKind is why a context is over.
func endKind(ctx context.Context) Kind {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
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

// tripped makes the error of a call that the breaker did not let out.
func (x *exchange) tripped(wait time.Duration) *Error {
	e := x.fail(Tripped, "too many calls of the route have failed", nil)
	e.RetryAfter = wait
	return e
}

// fail makes an error of this route; detail is printed and must be text of ours, cause never is.
func (x *exchange) fail(kind Kind, detail string, cause error) *Error {
	r := x.call.Route
	return &Error{Backend: r.Backend, Route: r.Name, Authority: x.call.authority(), Kind: kind, cause: cause, detail: detail}
}
