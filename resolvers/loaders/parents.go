package loaders

import "github.com/marketgraph/marketgraph/auth"

// errForbiddenList refuses a list inside a company that the viewer sees, but
// not with these of their roles.
var errForbiddenList = &auth.Error{Code: auth.Forbidden, Message: "Your roles in this company do not include this list"}

// perParent loads child lists of the parents that are admitted; the others get
// the refusal without a call. fetch gets the admitted keys in their order.
func perParent[T any](keys []listKey, may func(parent string) bool, refusal error, fetch func([]listKey) answers[*List[T]]) answers[*List[T]] {
	out := newAnswers[*List[T]](len(keys))
	var admitted []listKey
	var at []int
	for i, key := range keys {
		if !may(key.parent) {
			out.errs[i] = refusal
			continue
		}
		admitted, at = append(admitted, key), append(at, i)
	}
	if len(admitted) == 0 {
		return out
	}
	got := fetch(admitted)
	for i, position := range at {
		out.values[position], out.errs[position] = got.values[i], got.errs[i]
	}
	return out
}
