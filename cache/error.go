package cache

import (
	"errors"
	"fmt"
)

var (
	// ErrMiss is what [Lookup] gives for a key that no tier holds.
	ErrMiss = errors.New("cache: miss")
	// ErrClosed is given by every method after [Cache.Close].
	ErrClosed = errors.New("cache: closed")
	// ErrAborted is what the waiters of a fill get when it ended its goroutine
	// without returning.
	ErrAborted = errors.New("cache: fill ended without an answer")
	// ErrLedgerMismatch is what [Cache.Begin] gives for a key under which another
	// input was written. It is the client's mistake.
	ErrLedgerMismatch = errors.New("cache: another input was written under this key")
	// ErrLedgerFull is the cause of a [LedgerUnavailableError] without Redis: what
	// is remembered fills the memory it may take. It passes with time.
	ErrLedgerFull = errors.New("the ledger is full of writes that must be remembered")
	// ErrClaimLost is what the holder of a claim gets once it is another's, or was
	// ended. It must not go on: the other does.
	ErrClaimLost = errors.New("cache: the claim is another's by now")
)

// ScopeError refuses a key, tag or request that says not, or not consistently,
// whose data it is. It is a mistake in the calling code.
type ScopeError struct {
	// Reason says what is wrong; it holds no key and no id.
	Reason string
}

// Error implements error.
func (e *ScopeError) Error() string { return "cache: " + e.Reason }

// DecodeError wraps what a request's Decode made of freshly filled bytes.
// Nothing was stored.
type DecodeError struct {
	// Route is the route's name.
	Route string
	// Err is the decoder's error.
	Err error
}

// Error implements error.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("cache: the answer of %s does not decode: %v", e.Route, e.Err)
}

// Unwrap returns the decoder's error.
func (e *DecodeError) Unwrap() error { return e.Err }

// PanicError is what every waiter gets when Fill or Decode panics.
type PanicError struct {
	// Route is the route's name.
	Route string
	// Value is what was passed to panic. The error text leaves it out, since it
	// may hold upstream data.
	Value any
	// Stack is the goroutine's stack at the panic.
	Stack []byte
}

// Error implements error.
func (e *PanicError) Error() string {
	return fmt.Sprintf("cache: the fill of %s panicked (%T)", e.Route, e.Value)
}

// RedisError says that Redis could not be told or asked.
type RedisError struct {
	// Op is "read", "write" or "evict"; of [Slots] "get" or "put"; of a claim
	// "claim", "hold", "finish" or "leave"; of a [Vault] "open" or "seal"; and between
	// replicas "beat", "announce", "reply" or "listen".
	Op string
	// Err is the client's error, or [ErrBypassed].
	Err error
}

// Error implements error.
func (e *RedisError) Error() string { return fmt.Sprintf("cache: redis %s: %v", e.Op, e.Err) }

// Unwrap returns the cause.
func (e *RedisError) Unwrap() error { return e.Err }

// ErrBypassed is the cause of a [RedisError] while Redis is left alone after it
// failed to answer.
var ErrBypassed = errors.New("bypassed after it failed to answer")

// LedgerUnavailableError says that a write cannot be remembered now, so it was not
// begun. It is worth trying again.
type LedgerUnavailableError struct {
	// Err is a [*RedisError], or [ErrLedgerFull].
	Err error
}

// Error implements error.
func (e *LedgerUnavailableError) Error() string { return fmt.Sprintf("cache: no ledger: %v", e.Err) }

// Unwrap returns the cause.
func (e *LedgerUnavailableError) Unwrap() error { return e.Err }

// SizeError refuses a note or result of a write that is larger than [MaxResult].
type SizeError struct {
	// Size is what was given, in bytes.
	Size int
}

// Error implements error.
func (e *SizeError) Error() string {
	return fmt.Sprintf("cache: %d bytes to remember of one write, and at most %d are", e.Size, MaxResult)
}
