package kazoo

import (
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadLimits reads how many calls an account may hold at a time.
var ReadLimits = &upstream.Route{
	Name:      "kazoo.readLimits",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/limits",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:limits"},
	Births:    []string{"telephony"},
}

// ReadBalance reads an account's credit. It is money: never kept.
var ReadBalance = &upstream.Route{
	Name:      "kazoo.readBalance",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/transactions/current_balance",
	Authority: upstream.System,
	Ours:      oursTree,
}

// Limits are an account's trunks, each one call at a time.
type Limits struct {
	TwowayTrunks   wire.Number `json:"twoway_trunks"`
	InboundTrunks  wire.Number `json:"inbound_trunks"`
	OutboundTrunks wire.Number `json:"outbound_trunks"`
	BurstTrunks    wire.Number `json:"burst_trunks"`
	// Calls bounds them all together.
	Calls       wire.Number `json:"calls"`
	AllowPrepay wire.Bool   `json:"allow_prepay"`
}

// Balance is an account's credit. The backend names no currency.
type Balance struct {
	Balance wire.Number `json:"balance"`
}

var errNoBalance = errors.New("a balance without its amount")

// Check wants the amount: none is not 0.
func (b *Balance) Check() error {
	if !b.Balance.Valid {
		return errNoBalance
	}
	return nil
}

// DecodeLimits reads a reply of [ReadLimits]. Any member may be missing.
func DecodeLimits(body []byte) (Limits, error) {
	return decode[Limits](ReadLimits, body)
}

// DecodeBalance reads a reply of [ReadBalance].
func DecodeBalance(body []byte) (Balance, error) {
	return decode[Balance](ReadBalance, body)
}
