package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

var listCalls = source[chunk[*model.Call]]{kazoo.ListCDRs, func(body []byte) (chunk[*model.Call], error) {
	p, err := kazoo.DecodeCDRs(body)
	return pageOf(p, toCall), err
}}

// Calls lists the past calls of each of these accounts, the newest first; positional.
func (l *Loaders) Calls(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.Call], []error) {
	return l.phones.calls.load(ctx, listKeys(accountIDs, anyStatus, p))
}

// callTrail names no range of time: what the backend takes then is the longest
// that it allows, [kazoo.MaxRange] up to now. A range of ours would say the same
// with another key at each moment, and nothing of it would be found again.
func (l *Loaders) callTrail(accountID string) trail[*model.Call] {
	return accountTrail(l, listCalls, accountID)
}

func toCall(w kazoo.CDR) *model.Call {
	return &model.Call{
		ID:              string(w.ID),
		Direction:       text(w.Direction),
		CallerNumber:    text(w.CallerIDNumber),
		CallerName:      text(w.CallerIDName),
		CalleeNumber:    text(w.CalleeIDNumber),
		CalleeName:      text(w.CalleeIDName),
		DurationSeconds: whole(w.Duration),
		StartedAt:       w.Timestamp.Ptr(),
		HangupCause:     text(w.HangupCause),
	}
}
