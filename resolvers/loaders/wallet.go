package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// errForbiddenWallet refuses the wallet of a company that the viewer sees, but
// does not administer.
var errForbiddenWallet = &auth.Error{
	Code: auth.Forbidden, Rule: auth.RuleWalletRead,
	Message: "Wallets are for billing and company administrators of the company",
}

var hasFunds = source[*bool]{route: leadconnector.HasFunds, decode: func(body []byte) (*bool, error) {
	w, err := leadconnector.DecodeFunds(body)
	return w.HasFunds.Ptr(), err
}}

// Wallet gives a company's wallet, [NotFoundError] where it has none, or none
// that the viewer may see.
func (l *Loaders) Wallet(ctx context.Context, companyID string) (*model.Wallet, error) {
	location, err := l.accountOf(ctx, companyID, auth.RuleWalletRead, "Wallet", locationOf)
	if err != nil {
		return nil, err
	}
	return &model.Wallet{CompanyID: companyID, LocationID: location}, nil
}

// Wallets gives each of these companies' wallet, nil where it has none;
// positional. That there is one is told by the company's link, without a call.
func (l *Loaders) Wallets(ctx context.Context, companyIDs []string) ([]*model.Wallet, []error) {
	return l.wallets.load(ctx, companyIDs)
}

func (l *Loaders) fetchWallets(ctx context.Context, companyIDs []string) answers[*model.Wallet] {
	out := newAnswers[*model.Wallet](len(companyIDs))
	var admitted []string
	var at []int
	for i, id := range companyIDs {
		if !l.viewer.May(auth.RuleWalletRead, id) {
			out.errs[i] = errForbiddenWallet
			continue
		}
		admitted, at = append(admitted, id), append(at, i)
	}
	locations, errs := l.linked(ctx, admitted, locationOf)
	for i, position := range at {
		if out.errs[position] = errs[i]; errs[i] == nil && locations[i] != "" {
			out.values[position] = &model.Wallet{CompanyID: admitted[i], LocationID: locations[i]}
		}
	}
	return out
}

// Funds says of each of these locations' wallets whether it can be charged
// now; positional. Who has the wallet may know.
func (l *Loaders) Funds(ctx context.Context, locationIDs []string) ([]*bool, []error) {
	return l.funds.load(ctx, locationIDs)
}

func (l *Loaders) fetchFunds(ctx context.Context, locationIDs []string) answers[*bool] {
	asks := make([]ask, len(locationIDs))
	for i, id := range locationIDs {
		asks[i] = ask{account: id}
	}
	return hasFunds.getMany(ctx, l, asks)
}
