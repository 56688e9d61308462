package twilio

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListUsageRecords reads an account's usage, one record per category and period.
var ListUsageRecords = &upstream.Route{
	Name:      "twilio.listUsageRecords",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{AccountSid}/Usage/Records.json",
	Query:     listQuery("Category", "StartDate", "EndDate", "IncludeSubaccounts"),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"account:{AccountSid}:usage"},
}

// UsageRecord sums up one category between two days, both included.
type UsageRecord struct {
	AccountSID  wire.Text `json:"account_sid"`
	Category    wire.Text `json:"category"`
	Description wire.Text `json:"description"`
	// Count is in CountUnit; it is often absent where Usage is there.
	Count     wire.Number `json:"count"`
	CountUnit wire.Text   `json:"count_unit"`
	// Usage is in UsageUnit, which may be a currency in lower case.
	Usage     wire.Number `json:"usage"`
	UsageUnit wire.Text   `json:"usage_unit"`
	// Price is in PriceUnit, a currency in lower case. The schema prints a number, the sample a text.
	Price     wire.Number `json:"price"`
	PriceUnit wire.Text   `json:"price_unit"`
	StartDate wire.Time   `json:"start_date"`
	EndDate   wire.Time   `json:"end_date"`
	AsOf      wire.Time   `json:"as_of"`
}

// Check wants the category: a record has no sid.
func (u *UsageRecord) Check() error { return wire.Identified(u.Category) }

// DecodeUsageRecords reads a reply of [ListUsageRecords].
func DecodeUsageRecords(body []byte) (Page[UsageRecord], error) {
	return decodePage[UsageRecord](ListUsageRecords, "usage_records", body)
}
