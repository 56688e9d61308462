package appdirect

import (
	"encoding/json"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
)

var (
	errNoItems = errors.New("a page without its items")
	errNoID    = errors.New("a resource without its id")
)

// checked is a reply that knows what it cannot do without. JSON has no required
// members: {"message":"…"} would else be read as a resource of which all is unknown.
type checked interface{ check() error }

// decode reads body into T; anything else than that shape is a Malformed error
// of the route, with which T is zero.
func decode[T any](route *upstream.Route, body []byte) (T, error) {
	var out, none T
	if err := json.Unmarshal(body, &out); err != nil {
		return none, upstream.Malformed(route, err)
	}
	if reply, ok := any(&out).(checked); ok {
		if err := reply.check(); err != nil {
			return none, upstream.Malformed(route, err)
		}
	}
	return out, nil
}

// checkAll checks the items of a list, up to the first fault.
func checkAll[T any](items []T) error {
	for i := range items {
		item, ok := any(&items[i]).(checked)
		if !ok {
			return nil
		}
		if err := item.check(); err != nil {
			return err
		}
	}
	return nil
}

// identified wants one of the ids.
func identified(ids ...Text) error {
	for _, id := range ids {
		if id != "" {
			return nil
		}
	}
	return errNoID
}
