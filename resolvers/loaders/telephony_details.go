package loaders

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// TelephonyDetail is what only an account's own document says. Members are nil
// where it does not.
type TelephonyDetail struct {
	// Timezone is IANA's name.
	Timezone *string
	// IsEnabled says whether the account can be used.
	IsEnabled *bool
	// CreatedAt is when it was made.
	CreatedAt *time.Time
}

var (
	readBalance = source[*decimal.Decimal]{kazoo.ReadBalance, func(body []byte) (*decimal.Decimal, error) {
		b, err := kazoo.DecodeBalance(body)
		return b.Balance.Ptr(), err
	}}
	readTelephonyLimits = source[*model.TelephonyLimits]{kazoo.ReadLimits, func(body []byte) (*model.TelephonyLimits, error) {
		w, err := kazoo.DecodeLimits(body)
		return toTelephonyLimits(w), err
	}}
)

// TelephonyDetails gives the details of accounts that the viewer sees; positional.
func (l *Loaders) TelephonyDetails(ctx context.Context, accountIDs []string) ([]*TelephonyDetail, []error) {
	return l.phones.details.load(ctx, accountIDs)
}

// Balances gives the prepaid balances of accounts; positional.
func (l *Loaders) Balances(ctx context.Context, accountIDs []string) ([]*decimal.Decimal, []error) {
	return l.phones.balances.load(ctx, accountIDs)
}

// TelephonyLimits gives how many lines accounts have; positional.
func (l *Loaders) TelephonyLimits(ctx context.Context, accountIDs []string) ([]*model.TelephonyLimits, []error) {
	return l.phones.limits.load(ctx, accountIDs)
}

func (l *Loaders) fetchTelephonyDetails(ctx context.Context, ids []string) answers[*TelephonyDetail] {
	records := eachAccount(l, readTelephony, auth.RuleTelephonyRead)(ctx, ids)
	out := newAnswers[*TelephonyDetail](len(ids))
	for i, r := range records.values {
		out.values[i], out.errs[i] = r.detail, records.errs[i]
	}
	return out
}

func toTelephonyLimits(w kazoo.Limits) *model.TelephonyLimits {
	return &model.TelephonyLimits{
		TwowayTrunks:    whole(w.TwowayTrunks),
		InboundTrunks:   whole(w.InboundTrunks),
		OutboundTrunks:  whole(w.OutboundTrunks),
		IsPrepayAllowed: w.AllowPrepay.Ptr(),
	}
}
