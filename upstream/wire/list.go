package wire

import (
	"bytes"
	"encoding/json"
	"errors"
)

// List is a list whose only element may stand alone, and which may be wrapped
// in an object with a single member: [a,b], a, {"cost":[a,b]}, {"cost":a}.
type List[T any] []T

var errEmptyElement = errors.New("an empty object where an element was expected")

// UnmarshalJSON takes all those forms; null and "" are the empty list, inside a
// wrapper too. Only one wrapper is opened.
func (l *List[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if inner, ok := unwrapped[T](b); ok {
		b = inner
	}
	switch {
	case len(b) == 0, bytes.Equal(b, []byte("null")), bytes.Equal(b, []byte(`""`)):
		*l = nil
		return nil
	case b[0] == '[':
		return json.Unmarshal(b, (*[]T)(l))
	case b[0] == '{' && len(bytes.TrimSpace(b[1:])) == 1:
		return errEmptyElement
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = List[T]{one}
	return nil
}

// unwrapped gives the value of a wrapper's only member. An object whose only
// member an element has too is no wrapper but an element: {"amount":{…}} is a
// cost, {"cost":{…}} is not.
func unwrapped[T any](b []byte) (json.RawMessage, bool) {
	if len(b) == 0 || b[0] != '{' {
		return nil, false
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(b, &object) != nil || len(object) != 1 {
		return nil, false
	}
	for name, inner := range object {
		if !knows[T](name) {
			return bytes.TrimSpace(inner), true
		}
	}
	return nil, false
}

// knows reports whether an element has a member of that name, by decoding one strictly.
func knows[T any](name string) bool {
	probe, err := json.Marshal(map[string]any{name: nil})
	if err != nil {
		return false
	}
	strict := json.NewDecoder(bytes.NewReader(probe))
	strict.DisallowUnknownFields()
	var element T
	return strict.Decode(&element) == nil
}

// Check checks the elements, for lists that are a whole reply.
func (l *List[T]) Check() error { return CheckAll(*l) }
