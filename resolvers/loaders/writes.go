package loaders

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// write is one mutation as a value. Its run brings the backend to what was
// asked: it reads how things are, and sends what is missing through the attempt.
// Because it is written so, it can be run again after anything: a repetition
// sends no more than what is still missing, and run without sending it finds out
// whether it was made. docs/writes.md tells how.
type write struct {
	// name is the mutation's.
	name string
	// key is the client's idempotency key; nil where it sent none.
	key *string
	// input is what was asked, without the key: what comes again under the key must equal it.
	input any
	// turn is what only one write at a time may do, on whatever replica.
	turn cache.Tag
	// changes are what may be other than it was.
	changes []Change
	// query is what a client finds out with where the outcome is not known.
	query string
	// final says that nothing may be sent again of which it is not known whether it was made.
	final bool
	// run makes it; what people can mend is in its result, errors are everybody else's.
	run func(ctx context.Context, a *attempt) (Written, error)
}

// Written is what a mutation came to. Its JSON is what the ledger keeps: the ids
// of what was written rather than how it looked, so that a repetition answers
// with how it is now, and no store of ours holds what people have entered.
type Written struct {
	// ID is what was written: a cart, a payment method, a purchase. It is "" where Errors are not nil.
	ID string `json:"id"`
	// Number is a purchase's, "" where it has none yet.
	Number string `json:"number,omitempty"`
	// Errors are why it was refused; nil where it was made. They are not kept: what changed nothing may be tried again.
	Errors []model.UserError `json:"-"`
}

// attempt is one run of a write.
type attempt struct {
	l     *Loaders
	entry *cache.Entry // nil without a key
	note  note
	made  *Written // not nil where the ledger has the result
	// again says that it was run before, and may have been made.
	again bool
	// looking says that nothing is sent.
	looking bool
	// sent says that the backend may be other than before, doubt that nobody knows whether it is.
	sent, doubt bool
}

// note is what whoever finds a write unfinished needs to know of it.
type note struct {
	// Mark names the write towards the backend, the same in all its attempts.
	Mark string `json:"mark"`
	// In is the cart that it fills; "" while that is not known.
	In string `json:"in,omitempty"`
	// Before are the ids of what was there before.
	Before []string `json:"before,omitempty"`
}

// errUnsent is what an attempt that only looks answers instead of sending.
var errUnsent = errors.New("loaders: not made yet")

// write runs w at most once per idempotency key, and alone in its turn.
func (l *Loaders) write(ctx context.Context, w write) (Written, error) {
	ctx, cancel := undisturbed(ctx)
	defer cancel()
	a, err := l.begin(ctx, w)
	if err != nil {
		return Written{}, err
	}
	defer a.close() //nolint:contextcheck // a claim is given back after the operation's end too
	if a.made != nil {
		return *a.made, nil
	}
	unlock, err := l.tenant.cache.Lock(ctx, w.turn)
	if err != nil {
		return Written{}, err
	}
	defer unlock()
	out, err := a.make(ctx, w)
	if a.sent {
		l.touched(ctx, w.changes)
	}
	return a.end(ctx, w, out, err)
}

// undisturbed goes on when the client hangs up: half a write helps nobody. The
// operation's deadline stands.
func undisturbed(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(context.WithoutCancel(ctx))
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
}

// begin opens the write in the ledger.
func (l *Loaders) begin(ctx context.Context, w write) (*attempt, error) {
	a := &attempt{l: l, note: note{Mark: rand.Text()}}
	if w.key == nil {
		return a, nil
	}
	if err := checkKey(*w.key); err != nil {
		return nil, err
	}
	input, err := json.Marshal(w.input)
	if err != nil {
		return nil, err
	}
	if a.entry, err = l.tenant.cache.Begin(ctx, l.own().LedgerKey(w.name, *w.key), input); err != nil {
		return nil, unrepeatable(err)
	}
	return a, a.resume()
}

// resume takes up what the ledger knows.
func (a *attempt) resume() error {
	if result, made := a.entry.Result(); made {
		a.made = &Written{}
		return json.Unmarshal(result, a.made)
	}
	left := a.entry.Note()
	if left == nil {
		return nil
	}
	a.again = true
	return json.Unmarshal(left, &a.note)
}

// make runs w, and once more without sending where it is not known whether it was made.
func (a *attempt) make(ctx context.Context, w write) (Written, error) {
	a.looking = a.again && w.final
	out, err := w.run(ctx, a)
	if a.doubt {
		a.looking = true
		out, err = w.run(ctx, a)
	}
	return out, err
}

// end tells the ledger what became of the attempt.
func (a *attempt) end(ctx context.Context, w write, out Written, err error) (Written, error) {
	switch {
	case a.looking && err != nil:
		out, err = Written{Errors: []model.UserError{outcomeUnknown(w.query)}}, nil // the note stays: who repeats it looks again
	case err == nil && out.Errors == nil:
		return out, a.done(ctx, out)
	case !a.sent && !a.again:
		a.release(ctx)
	}
	return out, err
}

// done records the result. The write was made, so a ledger that cannot be told is
// no error: who repeats it finds the note, and looks.
func (a *attempt) done(ctx context.Context, out Written) error {
	if a.entry == nil {
		return nil
	}
	result, err := json.Marshal(out)
	if err == nil {
		_ = a.entry.Done(ctx, result)
	}
	return err
}

// release forgets a write that changed nothing: under the same key it may be
// tried again, and be made then.
func (a *attempt) release(ctx context.Context) {
	if a.entry != nil {
		_ = a.entry.Release(ctx) // else the claim ends with its lease
	}
}

func (a *attempt) close() {
	if a.entry != nil {
		a.entry.Close()
	}
}

// send makes one call that changes something. The ledger knows of it before the
// backend does.
func (a *attempt) send(ctx context.Context, route *upstream.Route, to ask, body []byte) ([]byte, error) {
	if a.looking {
		return nil, errUnsent
	}
	if err := a.step(ctx); err != nil {
		return nil, err
	}
	call := a.l.call(route, to)
	call.Body = body
	reply, err := a.l.tenant.backends.do(ctx, call)
	if failed, ok := asCall(err); ok {
		a.doubt = failed.OutcomeUnknown()
		a.sent = a.sent || a.doubt
		return nil, err
	} else if err != nil {
		return nil, err
	}
	a.sent = true
	return reply.Body, nil
}

func (a *attempt) step(ctx context.Context) error {
	if a.entry == nil {
		return nil
	}
	text, err := json.Marshal(a.note)
	if err != nil {
		return err
	}
	return unrepeatable(a.entry.Step(ctx, text))
}

// UnrepeatableError says that a write cannot be made safe to repeat now. Nothing
// was sent because of it; later it may be.
type UnrepeatableError struct{ cause error }

// Error is safe for clients.
func (e *UnrepeatableError) Error() string {
	return "what is written under an `idempotencyKey` cannot be remembered now; nothing was sent"
}

// Unwrap gives the ledger's own error.
func (e *UnrepeatableError) Unwrap() error { return e.cause }

// unrepeatable makes the ledger's errors the client's.
func unrepeatable(err error) error {
	if errors.Is(err, cache.ErrLedgerMismatch) {
		return &InputError{Argument: "idempotencyKey", Reason: "it was used for another input before"}
	}
	if away := (*cache.LedgerUnavailableError)(nil); errors.As(err, &away) || errors.Is(err, cache.ErrClaimLost) {
		return &UnrepeatableError{cause: err}
	}
	return err
}

// maxKey bounds an idempotency key, in bytes; a uuid has 36.
const maxKey = 128

func checkKey(key string) error {
	if key == "" || len(key) > maxKey {
		return &InputError{Argument: "idempotencyKey", Reason: fmt.Sprintf("it has 1 to %d characters", maxKey)}
	}
	return nil
}

// touched drops what depends on these changes, on all replicas, before the write is
// answered; and what this operation has loaded, so that its next field reads anew.
// Mutations run one after the other: nobody is reading now.
func (l *Loaders) touched(ctx context.Context, changes []Change) {
	_ = l.tenant.cache.Evict(ctx, l.tenant.touching(changes...)...) // it tells of a Redis that is away by an event of its own
	*l = *l.anew()
}
