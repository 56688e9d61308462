package auth

import (
	"fmt"
	"strings"
)

// Code says what kind of refusal an [Error] is.
type Code int

const (
	// Unauthorized means that there is no token where one is needed, or a bad one. Trying again with the same token is
	// pointless.
	Unauthorized Code = iota + 1
	// Forbidden means that the viewer is known and none of their roles could ever grant this.
	Forbidden
	// Unavailable means that the token couldn't be checked for now, because the tenant's keys or its introspection
	// endpoint can't be reached. The same request may succeed later.
	Unavailable
)

// String returns the code as GraphQL clients see it in extensions.code, except for Unavailable, whose public name
// belongs to the server.
func (c Code) String() string {
	switch c {
	case Unauthorized:
		return "UNAUTHORIZED"
	case Forbidden:
		return "FORBIDDEN"
	case Unavailable:
		return "UNAVAILABLE"
	default:
		return fmt.Sprintf("Code(%d)", int(c))
	}
}

// Error is a refusal. It has two faces: Code and Message are for the client, the cause (see Unwrap) for the log.
// Neither ever holds a token or a secret.
type Error struct {
	Code    Code   // the kind of refusal
	Message string // safe for clients; English, no full stop
	Rule    string // the access rule that refused; empty where no rule was involved

	cause error
}

// Error returns the message with its code, and the cause if there is one. It is meant for logs; clients get Message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("auth: " + e.Code.String() + ": " + e.Message)
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Retryable reports whether the same request may succeed later.
func (e *Error) Retryable() bool { return e.Code == Unavailable }

func unauthorized(message string, cause error) *Error {
	return &Error{Code: Unauthorized, Message: message, cause: cause}
}

func unavailable(message string, cause error) *Error {
	return &Error{Code: Unavailable, Message: message, cause: cause}
}
