package appdirect

import (
	"bytes"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
)

// ListMemberships reads who belongs to a company, in order of joining.
var ListMemberships = &upstream.Route{
	Name:      "appdirect.listMemberships",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/companies/{companyUuid}/memberships",
	Query:     []string{"page", "size"},
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"company:{companyUuid}:memberships"},
}

// ListUserMemberships reads the companies that a user belongs to. It is read
// for every signed-in viewer and therefore kept only briefly.
var ListUserMemberships = &upstream.Route{
	Name:      "appdirect.listUserMemberships",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/users/{userUuid}/memberships",
	Authority: upstream.System,
	Fresh:     freshIdentity,
	Hard:      hardExpiry,
	Tags:      []string{"user:{userUuid}:memberships"},
	Assumed:   "the printed list of a company's memberships, with or without its page object",
}

// Membership is a user's place in a company.
type Membership struct {
	User     *User   `json:"user"`
	Company  Company `json:"company"`
	Roles    []Text  `json:"roles"`
	Enabled  Bool    `json:"enabled"`
	LastUsed Bool    `json:"lastUsed"`
	Position Text    `json:"position"`
}

// check wants one end at least: a list below one of the two may leave that one out.
func (m *Membership) check() error {
	if m.User != nil {
		return m.User.check()
	}
	return m.Company.check()
}

// DecodeMemberships reads a reply of [ListMemberships].
func DecodeMemberships(body []byte) (Page[Membership], error) {
	return decode[Page[Membership]](ListMemberships, body)
}

// DecodeUserMemberships reads a reply of [ListUserMemberships]: a page, or the
// plain list, since the endpoint prints no sample.
func DecodeUserMemberships(body []byte) (Page[Membership], error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		items, err := decode[List[Membership]](ListUserMemberships, trimmed)
		return Page[Membership]{Items: items}, err
	}
	return decode[Page[Membership]](ListUserMemberships, body)
}
