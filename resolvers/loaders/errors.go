package loaders

import (
	"errors"
	"fmt"

	"github.com/marketgraph/marketgraph/upstream"
)

// NotFoundError says that there is no such object that the viewer may see. It
// is the same for what does not exist and for what is not theirs.
type NotFoundError struct {
	// Type is the GraphQL type that was asked for.
	Type string
	// Rule is the access rule by which it is not the viewer's, whether it is there or
	// not; "" where it is not there. It is for the audit trail, never for clients.
	Rule string
}

// Error is safe for clients.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("There is no %s with this id that you may see", e.Type)
}

func isNotFound(err error) bool {
	var missing *NotFoundError
	return errors.As(err, &missing)
}

// InputError says that an argument is unusable and what would be.
type InputError struct {
	// Argument is its name.
	Argument string
	// Reason is a sentence for people.
	Reason string
}

// Error is safe for clients.
func (e *InputError) Error() string { return e.Argument + ": " + e.Reason }

// EmptyError says that an argument which has to say something does not.
type EmptyError struct {
	// Argument is its name.
	Argument string
}

// Error is safe for clients.
func (e *EmptyError) Error() string { return e.Argument + " cannot be empty" }

// asCall is the failed call behind an error.
func asCall(err error) (*upstream.Error, bool) {
	var failed *upstream.Error
	return failed, errors.As(err, &failed)
}

// absent turns the backend's 404 into the graph's, and leaves other errors.
func absent(typeName string, err error) error {
	if upstream.KindOf(err) == upstream.NotFound {
		return &NotFoundError{Type: typeName}
	}
	return err
}

// maxID bounds an id from a client, in bytes; the backends' own are uuids and numbers.
const maxID = 128

// checkID refuses what can be no id before it costs a call.
func checkID(argument, id string) error {
	if id == "" || len(id) > maxID {
		return &InputError{Argument: argument, Reason: fmt.Sprintf("an id has 1 to %d characters", maxID)}
	}
	return nil
}
