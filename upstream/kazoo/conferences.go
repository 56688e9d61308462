package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListConferences reads the conference rooms of an account, with who is in them now.
var ListConferences = &upstream.Route{
	Name:      "kazoo.listConferences",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/conferences",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshStatus,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:conferences"},
	Births:    []string{"telephony"},
}

// ConferenceEntry is a conference room as [ListConferences] writes it.
type ConferenceEntry struct {
	ID                wire.Text   `json:"id"`
	Name              wire.Text   `json:"name"`
	OwnerID           wire.Text   `json:"owner_id"`
	ConferenceNumbers []wire.Text `json:"conference_numbers"`
	Flags             []wire.Text `json:"flags"`
	Member            Joining     `json:"member"`
	Moderator         Joining     `json:"moderator"`
	// Members, Admins and Duration, which is in seconds, are of the conference now; 0 when nobody is in it.
	Members  wire.Number `json:"members"`
	Admins   wire.Number `json:"admins"`
	Duration wire.Number `json:"duration"`
	IsLocked wire.Bool   `json:"is_locked"`
}

// Joining is how one kind of participant comes in. The list shows their pins, which have no place here.
type Joining struct {
	JoinMuted wire.Bool   `json:"join_muted"`
	JoinDeaf  wire.Bool   `json:"join_deaf"`
	Numbers   []wire.Text `json:"numbers"`
}

// Check wants the id.
func (c *ConferenceEntry) Check() error { return wire.Identified(c.ID) }

// DecodeConferences reads a reply of [ListConferences].
func DecodeConferences(body []byte) (Page[ConferenceEntry], error) {
	return decodePage[ConferenceEntry](ListConferences, body)
}
