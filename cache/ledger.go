package cache

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/url"
)

// LedgerKey names one write of one authority: what a client repeats when it has
// not heard of its outcome. It is comparable and immutable.
type LedgerKey struct{ tenant, text string }

// LedgerKey returns the key under which this scope's authority makes a write:
// the mutation's name, and the key that the client chose. The zero Scope, or an
// empty name or key, gives the zero LedgerKey.
func (s Scope) LedgerKey(mutation, key string) LedgerKey {
	if s == (Scope{}) || mutation == "" || key == "" {
		return LedgerKey{}
	}
	text := url.QueryEscape(s.authority) + ":" + url.QueryEscape(mutation) + ":" + url.QueryEscape(key)
	return LedgerKey{tenant: s.tenant, text: text}
}

// IsZero reports whether the key was built without a scope, mutation or key.
func (k LedgerKey) IsZero() bool { return k == LedgerKey{} }

// ledger remembers writes, for all replicas where there is Redis.
type ledger struct {
	claims *claims
	store  claimStore
	names  names
	emit   func(Event)
}

func newLedger(o *Options, claims *claims, link *link) *ledger {
	l := &ledger{claims: claims, names: newNames(o.Version), emit: o.OnEvent}
	if link == nil {
		l.store = newMemoryClaims(o)
	} else {
		l.store = newRedisClaims(o, link, o.LedgerWindow)
	}
	return l
}

// Begin is called before a write is made, and says what is known of it on any
// replica. While another holds the write it waits. Then it returns an [Entry]:
//
//   - with a Result, when the write was made: answer that;
//   - with a Note and no Result, when it was begun and nobody recorded the
//     outcome: find out what became of it before sending anything;
//   - with neither, when nothing was sent yet.
//
// Where there is no Result the caller holds the write, and must end that with
// [Entry.Done], [Entry.Release] or [Entry.Close]. The fingerprint is what the
// write's input must equal when it is repeated; only a digest of it is kept.
//
// Errors are [ErrLedgerMismatch], the context's, [ErrClosed], a [*ScopeError] for
// the zero key, and a [*LedgerUnavailableError] when the write cannot be
// remembered: Redis is away, or there is none and the memory is full.
func (c *Cache) Begin(ctx context.Context, key LedgerKey, fingerprint []byte) (*Entry, error) {
	switch {
	case c.closed.Load():
		return nil, ErrClosed
	case key.IsZero():
		return nil, &ScopeError{Reason: "a write has a key without a scope"}
	}
	return c.ledger.begin(ctx, c.ledger.names.ledger(key), fingerprint)
}

func (l *ledger) begin(ctx context.Context, name string, fingerprint []byte) (*Entry, error) {
	input := sha256.Sum256(fingerprint)
	held, got, err := l.claims.take(ctx, l.store, name, string(input[:]))
	switch {
	case err != nil:
		return nil, unavailable(err)
	case got.state == mismatch:
		return nil, ErrLedgerMismatch
	case got.state == finished:
		l.emit(Event{Kind: Replayed})
		return &Entry{result: got.bytes, made: true}, nil
	case got.bytes != nil:
		l.emit(Event{Kind: Resumed})
	}
	return &Entry{held: held, note: got.bytes}, nil
}

// unavailable wraps what kept the ledger from answering, and nothing else.
func unavailable(err error) error {
	if away := (*RedisError)(nil); errors.As(err, &away) || errors.Is(err, ErrLedgerFull) {
		return &LedgerUnavailableError{Err: err}
	}
	return err
}

// Entry is a write in the ledger. It is for one goroutine at a time. While it is
// held its claim is renewed in the background.
type Entry struct {
	held   *claim // nil when the write is made, or the claim was ended
	note   []byte
	result []byte
	made   bool
}

// Result returns the recorded result, which must not be changed, and whether the
// write was made.
func (e *Entry) Result() (result []byte, made bool) { return e.result, e.made }

// Note returns what the last Step of who held the write before has recorded, or
// nil when nothing was sent yet.
func (e *Entry) Note() []byte { return e.note }

// Step records what is about to be sent, so that whoever finds the write
// unfinished can find out what became of it. It is durable when it returns nil;
// after any error nothing may be sent. Send at once: whoever stands still in between
// for longer than [Options].ClaimLease may send what another has sent meanwhile.
// Errors are [ErrClaimLost], when the write is another's by now, a
// [*LedgerUnavailableError], and a [*SizeError].
func (e *Entry) Step(ctx context.Context, note []byte) error {
	switch {
	case e.held == nil:
		return ErrClaimLost
	case len(note) > MaxResult:
		return &SizeError{Size: len(note)}
	}
	return unavailable(e.held.store.hold(ctx, e.held.name, e.held.token, own(note)))
}

// Done records the result and ends the claim. The write was made whatever Done
// returns, so the result is the answer even then: who repeats it gets the last
// note, not this result, after [ErrClaimLost], a [*LedgerUnavailableError] or a
// [*SizeError].
func (e *Entry) Done(ctx context.Context, result []byte) error {
	if len(result) > MaxResult {
		return &SizeError{Size: len(result)}
	}
	held := e.take()
	if held == nil {
		return ErrClaimLost
	}
	// The caller's end does not undo the write.
	return unavailable(held.store.finish(context.WithoutCancel(ctx), held.name, held.token, held.input, own(result)))
}

// Release ends the claim and forgets the write: it is certain that nothing was
// sent, or that what was sent changed nothing. Errors are as of Step.
func (e *Entry) Release(ctx context.Context) error {
	if held := e.take(); held != nil {
		return unavailable(held.leave(ctx, true))
	}
	return ErrClaimLost
}

// Close ends the claim, if it is still held, without an outcome: the next Begin of
// the key gets the last note at once, or begins anew where there is none. It is
// for defer, and safe after Done and Release.
func (e *Entry) Close() {
	if held := e.take(); held != nil {
		_ = held.leave(context.Background(), false) // counted there; else it ends with its lease
	}
}

// own returns a copy that is not nil, since nil is what is not there.
func own(b []byte) []byte { return append([]byte{}, b...) }

// take ends the renewal and returns the claim, once.
func (e *Entry) take() *claim {
	held := e.held
	if held != nil {
		held.end()
	}
	e.held = nil
	return held
}
