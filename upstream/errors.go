package upstream

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classifies a failed call. The list is closed; the zero value is deliberately undefined.
type Kind int

const (
	// Unauthenticated: the backend answered 401, or credentials could not be obtained or are missing.
	Unauthenticated Kind = iota + 1
	// Forbidden: 403.
	Forbidden
	// NotFound: 404 or 410.
	NotFound
	// Refused: any other status below 500 that is not 2xx, redirects included.
	Refused
	// RateLimited: 429. The pacer exists so that this never happens.
	RateLimited
	// Unavailable: 5xx, or no answer for a reason of the network.
	Unavailable
	// Timeout: the attempt or the caller's deadline ran out before a whole answer was here.
	Timeout
	// MalformedReply: the answer is not what the contract prints. See [Malformed].
	MalformedReply
	// TooLarge: the body is longer than [Config.MaxBody].
	TooLarge
	// Paced: not sent, because its turn would come after the deadline, or because the queue is full.
	Paced
	// Tripped: not sent, because the route's breaker is open. See [Breakers].
	Tripped
	// BudgetSpent: not sent, because the operation has made all the calls it may.
	BudgetSpent
	// Canceled: the caller went away.
	Canceled
	// Misused: not sent, because the call contradicts its route. It is a bug of ours.
	Misused
	// NoAuthority: not sent, because none of [Error.Needs] is at hand.
	NoAuthority
)

var kindNames = [...]string{
	Unauthenticated: "unauthenticated", Forbidden: "forbidden", NotFound: "not found", Refused: "refused",
	RateLimited: "rate limited", Unavailable: "unavailable", Timeout: "timeout", MalformedReply: "malformed",
	TooLarge: "too large", Paced: "paced", Tripped: "tripped", BudgetSpent: "budget spent", Canceled: "canceled", Misused: "misused",
	NoAuthority: "no authority",
}

// String is the kind in lower-case words, fit for a metric label.
func (k Kind) String() string {
	if k <= 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// Error is the only error type of [Client.Do]. Its text names backend, route, kind, status and, for our own limits,
// the limit; it never holds a URL, header, token or body.
type Error struct {
	// Backend says where.
	Backend Backend
	// Route is the route's name.
	Route string
	// Authority is as whom the call was made, or would have been; "" where no call was made of the route.
	Authority Authority
	// Needs are the authorities of which one would have done, in the route's order; nil but for NoAuthority.
	Needs []Authority
	// Kind says what.
	Kind Kind
	// Status is the HTTP status, 0 when there was no answer.
	Status int
	// RetryAfter is how long to wait before asking again, as far as known; 0 when unknown.
	RetryAfter time.Duration

	// cause is for errors.Is only, its text may hold addresses and input. detail is text of our own.
	cause  error
	detail string
	body   []byte
	// doubtful is a write that may have been done: see OutcomeUnknown.
	doubtful bool
}

// Error is one line, safe to log.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "upstream: %s: %s", e.Route, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.detail != "" {
		b.WriteString(": " + e.detail)
	}
	if len(e.Needs) > 0 {
		fmt.Fprintf(&b, ": needs one of %q", e.Needs)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter.Round(time.Millisecond))
	}
	return b.String()
}

// Retryable reports whether the same call may be made again later, unchanged, with a chance to succeed. A write that
// was sent and got no clear answer is not: it may have been done.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case RateLimited, Paced, Tripped:
		return true
	case Unavailable, Timeout:
		return !e.doubtful
	default:
		return false
	}
}

// OutcomeUnknown reports whether the call is a write that may have been done although it failed: it may have reached the
// backend, which then answered not at all, not whole, with 5xx or with a redirect. Nobody may send it again before a
// read has told. It is false for reads, for what was not sent, for want of a connection too, and for what the backend
// refused: any 4xx, 429 among them, which is given before a call is looked at.
func (e *Error) OutcomeUnknown() bool { return e.doubtful }

// Unwrap gives the cause, nil when there is none. Its text may hold addresses: test it with errors.Is, do not print it.
func (e *Error) Unwrap() error { return e.cause }

// Body is the first 32 KiB of the backend's answer to a call that it refused, for decoders of documented error codes;
// nil when there was none. It may quote what people entered: do not log it.
func (e *Error) Body() []byte { return e.body }

// GoString is Error, so that %#v shows no body either.
func (e *Error) GoString() string { return e.Error() }

// KindOf is the kind of the [Error] in err's chain, 0 when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Answered is the error of a decoder whose reply is a refusal although its status is 2xx. The cause's text is not
// printed; it stays reachable by Unwrap. A write was refused then, and not done.
func Answered(route *Route, kind Kind, cause error) error {
	return &Error{Backend: route.Backend, Route: route.Name, Kind: kind, cause: cause}
}

// Malformed is the error of a decoder whose reply is not what the contract prints. The cause's text is not printed,
// because decoders quote their input; it stays reachable by Unwrap. Of a write it says that the outcome is unknown.
func Malformed(route *Route, err error) error {
	return &Error{Backend: route.Backend, Route: route.Name, Kind: MalformedReply, cause: err, doubtful: !route.Idempotent()}
}
