package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// numberKey names a phone number: the telephony account that it belongs to,
// and the number in E.164. Both backends know it by that and nothing else.
type numberKey struct{ account, number string }

// ownedNumber is a phone number in a sub-account.
type ownedNumber struct{ number, sid string }

var (
	listOwnedNumbers = source[chunk[ownedNumber]]{route: twilio.ListPhoneNumbers, decode: func(body []byte) (chunk[ownedNumber], error) {
		p, err := twilio.DecodePhoneNumbers(body)
		return twilioPage(p, func(w twilio.PhoneNumber) ownedNumber {
			return ownedNumber{number: string(w.PhoneNumber), sid: string(w.SID)}
		}), err
	}}
	listAssigned = source[chunk[*model.AssignedAddOn]]{route: twilio.ListAssignedAddOns, decode: func(body []byte) (chunk[*model.AssignedAddOn], error) {
		p, err := twilio.DecodeAssignedAddOns(body)
		return twilioPage(p, toAssigned), err
	}}
)

// AssignedAddOns gives the add-ons at work on each of these numbers, nil where
// the company has no account for add-ons or the number is not in it; positional.
func (l *Loaders) AssignedAddOns(ctx context.Context, numbers []*model.PhoneNumber) ([][]*model.AssignedAddOn, []error) {
	keys := make([]numberKey, len(numbers))
	for i, n := range numbers {
		keys[i] = numberKey{account: n.AccountID, number: n.Number}
	}
	return l.assigned.load(ctx, keys)
}

// fetchAssigned takes one call per sub-account for its numbers, and one for
// each number that is there. A number elsewhere takes none.
func (l *Loaders) fetchAssigned(ctx context.Context, keys []numberKey) answers[[]*model.AssignedAddOn] {
	sids, errs := l.subaccounts(ctx, keys)
	owned := l.ownedNumbers(ctx, sids)
	out := answers[[]*model.AssignedAddOn]{values: make([][]*model.AssignedAddOn, len(keys)), errs: errs}
	var trails []trail[*model.AssignedAddOn]
	var at []int
	for i, key := range keys {
		if sids[i] == "" {
			continue
		}
		of := owned[sids[i]]
		if number, ok := of.byNumber[key.number]; ok {
			trails, at = append(trails, l.assignedTrail(sids[i], number)), append(at, i)
		}
		errs[i] = of.err
	}
	got := followAll(ctx, l, trails)
	for i, position := range at {
		switch {
		case upstream.KindOf(got.errs[i]) == upstream.NotFound: // given back since its account was read
		case got.errs[i] != nil:
			errs[position] = got.errs[i]
		default:
			out.values[position] = append([]*model.AssignedAddOn{}, got.values[i]...) // none is not null
		}
	}
	return out
}

// subaccounts gives the sub-account in which each number would be, "" where
// its company has none.
func (l *Loaders) subaccounts(ctx context.Context, keys []numberKey) ([]string, []error) {
	accounts := make([]string, len(keys))
	for i, key := range keys {
		accounts[i] = key.account
	}
	links, errs := l.holders.load(ctx, accounts)
	sids := make([]string, len(keys))
	for i, link := range links {
		switch {
		case errs[i] != nil || link.Twilio == "":
		case !l.viewer.May(auth.RuleAddOnRead, link.Company):
			errs[i] = errForbiddenList
		default:
			sids[i] = link.Twilio
		}
	}
	return sids, errs
}

// inventory is the numbers of one sub-account, or why they could not be read.
type inventory struct {
	byNumber map[string]string // the number's sid
	err      error
}

func (l *Loaders) ownedNumbers(ctx context.Context, sids []string) map[string]inventory {
	var trails []trail[ownedNumber]
	var of []string
	for _, sid := range distinct(sids) {
		if sid != "" {
			trails, of = append(trails, l.ownedTrail(sid)), append(of, sid)
		}
	}
	got := followAll(ctx, l, trails)
	out := make(map[string]inventory, len(of))
	for i, sid := range of {
		byNumber := make(map[string]string, len(got.values[i]))
		for _, n := range got.values[i] {
			byNumber[n.number] = n.sid
		}
		out[sid] = inventory{byNumber: byNumber, err: got.errs[i]}
	}
	return out
}

func (l *Loaders) ownedTrail(sid string) trail[ownedNumber] {
	params := map[string]string{"AccountSid": sid}
	return trail[ownedNumber]{source: listOwnedNumbers, ask: func(token string) ask {
		return twilioAsk(listOwnedNumbers.route, sid, params, token)
	}}
}

func (l *Loaders) assignedTrail(sid, number string) trail[*model.AssignedAddOn] {
	params := map[string]string{"AccountSid": sid, "ResourceSid": number}
	return trail[*model.AssignedAddOn]{source: listAssigned, ask: func(token string) ask {
		return twilioAsk(listAssigned.route, sid, params, token)
	}}
}

func toAssigned(w twilio.AssignedAddOn) *model.AssignedAddOn {
	return &model.AssignedAddOn{
		ID:         string(w.SID),
		Name:       text(w.FriendlyName),
		UniqueName: text(w.UniqueName),
		CreatedAt:  w.DateCreated.Ptr(),
	}
}
