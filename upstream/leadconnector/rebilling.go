package leadconnector

import (
	"errors"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Rebilling are an application's plans as a location pays for them.
type Rebilling struct {
	// Subscription are paid by time.
	Subscription []SubscriptionPlan `json:"subscription"`
	// Usage are paid by the unit.
	Usage []UsagePlan `json:"usage"`
}

// SubscriptionPlan is a plan that is paid by time.
type SubscriptionPlan struct {
	PlanID          wire.Text   `json:"planId"`
	Name            wire.Text   `json:"name"`
	BaseAmount      wire.Number `json:"baseAmount"`
	ResellingAmount wire.Number `json:"resellingAmount"`
	Features        []wire.Text `json:"features"`
	PaymentType     wire.Text   `json:"paymentType"`
	PaymentTime     wire.Text   `json:"paymentTime"`
}

// Check wants the plan's id.
func (p *SubscriptionPlan) Check() error { return wire.Identified(p.PlanID) }

// UsagePlan is a plan that is paid by the unit.
type UsagePlan struct {
	MeterID     wire.Text `json:"meterId"`
	MeterName   wire.Text `json:"meterName"`
	ProductType wire.Text `json:"productType"`
	ProductName wire.Text `json:"productName"`
	UsageUnit   wire.Text `json:"usageUnit"`
	// PriceType is fixed or dynamic.
	PriceType         wire.Text   `json:"priceType"`
	FixedPricePerUnit wire.Number `json:"fixedPricePerUnit"`
	// MinPricePerUnit and the next are written as texts, unlike the fixed price.
	MinPricePerUnit        wire.Number `json:"minPricePerUnit"`
	MaxPricePerUnit        wire.Number `json:"maxPricePerUnit"`
	ExecutionLimitPerCycle wire.Number `json:"executionLimitPerCycle"`
}

// Check wants the meter's id: charges name it.
func (p *UsagePlan) Check() error { return wire.Identified(p.MeterID) }

// rebilled is the reply around the plans.
type rebilled struct {
	Plans *Rebilling `json:"plans"`
}

var errNoPlans = errors.New("a configuration without its plans")

// Check wants both lists, possibly empty.
func (r *rebilled) Check() error {
	if r.Plans == nil || r.Plans.Subscription == nil || r.Plans.Usage == nil {
		return errNoPlans
	}
	return errors.Join(wire.CheckAll(r.Plans.Subscription), wire.CheckAll(r.Plans.Usage))
}

// DecodeRebilling reads a reply of [ReadRebilling].
func DecodeRebilling(body []byte) (Rebilling, error) {
	reply, err := wire.Decode[rebilled](ReadRebilling, body)
	if err != nil {
		return Rebilling{}, err
	}
	return *reply.Plans, nil
}
