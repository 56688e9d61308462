package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// PhoneNumbers lists the phone numbers of each of these accounts; positional.
func (l *Loaders) PhoneNumbers(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.PhoneNumber], []error) {
	return l.phones.numbers.load(ctx, listKeys(accountIDs, anyStatus, p))
}

// phoneNumberTrail is an account's numbers, each of which knows whose it is.
// That the entry says to whom it is assigned may be another account below.
func (l *Loaders) phoneNumberTrail(accountID string) trail[*model.PhoneNumber] {
	return accountTrail(l, source[chunk[*model.PhoneNumber]]{kazoo.ListPhoneNumbers, func(body []byte) (chunk[*model.PhoneNumber], error) {
		p, err := kazoo.DecodePhoneNumbers(body)
		return pageOf(p, func(w kazoo.PhoneNumberEntry) *model.PhoneNumber { return toPhoneNumber(w, accountID) }), err
	}}, accountID)
}

func toPhoneNumber(w kazoo.PhoneNumberEntry, accountID string) *model.PhoneNumber {
	return &model.PhoneNumber{
		Number:    string(w.Number),
		State:     text(w.State),
		Features:  texts(w.Features),
		UsedBy:    text(w.UsedBy),
		CreatedAt: w.Created.Ptr(),
		AccountID: accountID,
	}
}
