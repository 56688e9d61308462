package loaders

import "github.com/marketgraph/marketgraph/auth"

// perParent loads child lists of the parents that may be seen; the others are
// refused without a call. fetch gets the admitted keys in their order.
func perParent[T any](keys []listKey, may func(parent string) bool, fetch func([]listKey) answers[*List[T]]) answers[*List[T]] {
	var admitted []listKey
	for _, key := range keys {
		if may(key.parent) {
			admitted = append(admitted, key)
		}
	}
	out := newAnswers[*List[T]](len(keys))
	var got answers[*List[T]]
	if len(admitted) > 0 {
		got = fetch(admitted)
	}
	next := 0
	for i, key := range keys {
		if !may(key.parent) {
			out.errs[i] = &auth.Error{Code: auth.Forbidden, Message: "Your roles in this company do not include this list"}
			continue
		}
		out.values[i], out.errs[i] = got.values[next], got.errs[next]
		next++
	}
	return out
}
