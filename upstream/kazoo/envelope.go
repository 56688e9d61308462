package kazoo

import (
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

var (
	errNoSuccess = errors.New("an envelope that does not say success")
	errNoItems   = errors.New("a list without its items")
	errNoAdvance = errors.New("a page that names itself as the next")
)

// success is the status of every envelope with an answer in it.
const success = "success"

// envelope is around every reply. The token in it is left there.
type envelope[D any] struct {
	Data         *D        `json:"data"`
	Status       wire.Text `json:"status"`
	StartKey     wire.Text `json:"start_key"`
	NextStartKey wire.Text `json:"next_start_key"`
}

// Check refuses errors that come as a success, and pages that would be read for ever.
func (e *envelope[D]) Check() error {
	switch {
	case e.Status != success:
		return errNoSuccess
	case e.Data == nil:
		return errNoItems
	case e.NextStartKey != "" && e.NextStartKey == e.StartKey:
		return errNoAdvance
	}
	if data, ok := any(e.Data).(wire.Checked); ok {
		return data.Check()
	}
	return nil
}

// items are the data of a list.
type items[T any] []T

// Check checks the items.
func (l *items[T]) Check() error { return wire.CheckAll(*l) }

// decode opens the envelope of one document.
func decode[D any](route *upstream.Route, body []byte) (D, error) {
	reply, err := wire.Decode[envelope[D]](route, body)
	if err != nil {
		var none D
		return none, err
	}
	return *reply.Data, nil
}

// decodeList opens the envelope of a list that is never paged.
func decodeList[T any](route *upstream.Route, body []byte) ([]T, error) {
	return decode[items[T]](route, body)
}

// decodePage opens the envelope of a page.
func decodePage[T any](route *upstream.Route, body []byte) (Page[T], error) {
	reply, err := wire.Decode[envelope[items[T]]](route, body)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: *reply.Data, Next: string(reply.NextStartKey)}, nil
}
