package kazoo

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListChannels reads the calls in progress, each leg by itself. They change by the second: never kept.
var ListChannels = &upstream.Route{
	Name:      "kazoo.listChannels",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/channels",
	Authority: upstream.System,
	Ours:      oursTree,
}

// ListCDRs reads the legs of past calls, the newest first, within a range of time, see [CDRQuery].
var ListCDRs = &upstream.Route{
	Name:      "kazoo.listCDRs",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/cdrs",
	Query:     append([]string{"created_from", "created_to"}, paging...),
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:cdrs"},
	Births:    []string{"telephony"},
	Assumed:   "the documented columns of the listing, all values as texts",
}

// ReadCDR reads one leg of a past call, from whatever time.
var ReadCDR = &upstream.Route{
	Name:      "kazoo.readCDR",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/cdrs/{cdrId}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:cdr:{cdrId}"},
	Births:    []string{"telephony:{accountId}:cdrs"},
	Assumed:   "the documented schema of a record of a call",
}

// Channel is one leg of a call in progress.
type Channel struct {
	UUID            wire.Text      `json:"uuid"`
	Direction       wire.Text      `json:"direction"`
	Answered        wire.Bool      `json:"answered"`
	Destination     wire.Text      `json:"destination"`
	Username        wire.Text      `json:"username"`
	PresenceID      wire.Text      `json:"presence_id"`
	AuthorizingID   wire.Text      `json:"authorizing_id"`
	AuthorizingType wire.Text      `json:"authorizing_type"`
	OwnerID         wire.Text      `json:"owner_id"`
	OtherLeg        wire.Text      `json:"other_leg"`
	Timestamp       wire.Gregorian `json:"timestamp"`
}

// Check wants the uuid.
func (c *Channel) Check() error { return wire.Identified(c.UUID) }

// CDR is one leg of a past call. All its members may be written as texts, and are "" where there is nothing.
type CDR struct {
	ID     wire.Text `json:"id"`
	CallID wire.Text `json:"call_id"`
	// InteractionID is the same for all legs of a call.
	InteractionID  wire.Text `json:"interaction_id"`
	OtherLegCallID wire.Text `json:"other_leg_call_id"`
	BridgeID       wire.Text `json:"bridge_id"`
	// Timestamp is written in six forms, which need not agree; this is the one that the range is about.
	Timestamp      wire.Gregorian `json:"timestamp"`
	Direction      wire.Text      `json:"direction"`
	CallerIDName   wire.Text      `json:"caller_id_name"`
	CallerIDNumber wire.Text      `json:"caller_id_number"`
	CalleeIDName   wire.Text      `json:"callee_id_name"`
	CalleeIDNumber wire.Text      `json:"callee_id_number"`
	From           wire.Text      `json:"from"`
	To             wire.Text      `json:"to"`
	DialedNumber   wire.Text      `json:"dialed_number"`
	CallingFrom    wire.Text      `json:"calling_from"`
	Duration       wire.Number    `json:"duration_seconds"`
	BillingSeconds wire.Number    `json:"billing_seconds"`
	HangupCause    wire.Text      `json:"hangup_cause"`
	OwnerID        wire.Text      `json:"owner_id"`
	AuthorizingID  wire.Text      `json:"authorizing_id"`
	CallType       wire.Text      `json:"call_type"`
	// Cost and Rate have no currency.
	Cost     wire.Number `json:"cost"`
	Rate     wire.Number `json:"rate"`
	RateName wire.Text   `json:"rate_name"`
}

// Check wants the id.
func (c *CDR) Check() error { return wire.Identified(c.ID) }

// CDRDocument is one leg of a past call as its document writes it: with numbers, and the direction under another name
// than in the list.
type CDRDocument struct {
	ID             wire.Text      `json:"id"`
	CallID         wire.Text      `json:"call_id"`
	InteractionID  wire.Text      `json:"interaction_id"`
	Timestamp      wire.Gregorian `json:"timestamp"`
	Direction      wire.Text      `json:"call_direction"`
	CallerIDName   wire.Text      `json:"caller_id_name"`
	CallerIDNumber wire.Text      `json:"caller_id_number"`
	CalleeIDName   wire.Text      `json:"callee_id_name"`
	CalleeIDNumber wire.Text      `json:"callee_id_number"`
	From           wire.Text      `json:"from"`
	To             wire.Text      `json:"to"`
	Duration       wire.Number    `json:"duration_seconds"`
	BillingSeconds wire.Number    `json:"billing_seconds"`
	RingingSeconds wire.Number    `json:"ringing_seconds"`
	HangupCause    wire.Text      `json:"hangup_cause"`
}

// Check wants the id.
func (c *CDRDocument) Check() error { return wire.Identified(c.ID) }

// MaxRange is the longest time between the two ends of a [CDRQuery]: 31 days and an hour.
const MaxRange = 2_682_000 * time.Second

var errRange = errors.New("kazoo: the range of past calls is empty or longer than 31 days and an hour")

// CDRQuery asks for calls from one moment to another, page by page as [PageQuery] does.
// The backend cuts a longer range than [MaxRange] off, which would look like an end: it is an error here.
func CDRQuery(from, to time.Time, size int, start string) (url.Values, error) {
	if !from.Before(to) || to.Sub(from) > MaxRange {
		return nil, errRange
	}
	query := PageQuery(size, start)
	query.Set("created_from", wire.GregorianSeconds(from))
	query.Set("created_to", wire.GregorianSeconds(to))
	return query, nil
}

// DecodeChannels reads a reply of [ListChannels].
func DecodeChannels(body []byte) ([]Channel, error) {
	return decodeList[Channel](ListChannels, body)
}

// DecodeCDR reads a reply of [ReadCDR].
func DecodeCDR(body []byte) (CDRDocument, error) {
	return decode[CDRDocument](ReadCDR, body)
}

// DecodeCDRs reads a reply of [ListCDRs].
func DecodeCDRs(body []byte) (Page[CDR], error) {
	return decodePage[CDR](ListCDRs, body)
}
