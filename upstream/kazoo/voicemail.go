package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListVoicemailBoxes reads the voicemail boxes of an account.
var ListVoicemailBoxes = &upstream.Route{
	Name:      "kazoo.listVoicemailBoxes",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/vmboxes",
	Query:     append([]string{"filter_owner_id"}, paging...),
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:vmboxes"},
	Births:    []string{"telephony"},
}

// VoicemailBoxEntry is a voicemail box as [ListVoicemailBoxes] writes it.
type VoicemailBoxEntry struct {
	ID      wire.Text   `json:"id"`
	Name    wire.Text   `json:"name"`
	Mailbox wire.Text   `json:"mailbox"`
	OwnerID wire.Text   `json:"owner_id"`
	Flags   []wire.Text `json:"flags"`
	// Messages counts them.
	Messages wire.Number `json:"messages"`
}

// Check wants the id.
func (v *VoicemailBoxEntry) Check() error { return wire.Identified(v.ID) }

// DecodeVoicemailBoxes reads a reply of [ListVoicemailBoxes].
func DecodeVoicemailBoxes(body []byte) (Page[VoicemailBoxEntry], error) {
	return decodePage[VoicemailBoxEntry](ListVoicemailBoxes, body)
}
