package wire

import (
	"encoding/json"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
)

var errNoID = errors.New("a resource without its id")

// Checked is a reply, or a part of one, that knows what it cannot do without.
// JSON has no required members: {"message":"…"} would else be read as a resource
// of which all is unknown.
type Checked interface {
	// Check is the first fault, nil when there is none. Its text quotes nothing of the reply.
	Check() error
}

// Decode reads body into T and checks it if it is [Checked]; anything else than
// that shape is a malformed error of the route, with which T is zero.
func Decode[T any](route *upstream.Route, body []byte) (T, error) {
	var out, none T
	if err := json.Unmarshal(body, &out); err != nil {
		return none, upstream.Malformed(route, err)
	}
	if reply, ok := any(&out).(Checked); ok {
		if err := reply.Check(); err != nil {
			return none, upstream.Malformed(route, err)
		}
	}
	return out, nil
}

// CheckAll checks the items of a list, up to the first fault. Items that are not [Checked] pass.
func CheckAll[T any](items []T) error {
	for i := range items {
		item, ok := any(&items[i]).(Checked)
		if !ok {
			return nil
		}
		if err := item.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Identified wants one of the ids.
func Identified(ids ...Text) error {
	if First(ids...) == "" {
		return errNoID
	}
	return nil
}
