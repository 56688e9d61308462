package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListGroups reads the groups of users and devices of an account.
var ListGroups = &upstream.Route{
	Name:      "kazoo.listGroups",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/groups",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:groups"},
	Births:    []string{"telephony"},
}

// GroupEntry is a group as [ListGroups] writes it.
type GroupEntry struct {
	ID       wire.Text   `json:"id"`
	Name     wire.Text   `json:"name"`
	Features []wire.Text `json:"features"`
	Flags    []wire.Text `json:"flags"`
	// Endpoints counts them; the document would have an object of them instead.
	Endpoints wire.Number `json:"endpoints"`
}

// Check wants the id.
func (g *GroupEntry) Check() error { return wire.Identified(g.ID) }

// DecodeGroups reads a reply of [ListGroups].
func DecodeGroups(body []byte) (Page[GroupEntry], error) {
	return decodePage[GroupEntry](ListGroups, body)
}
