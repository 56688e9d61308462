package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
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
	Tags:      []string{"company:{companyUuid}:memberships", "users"}, // the people stand in it
	Births:    []string{"companies"},
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
	Births:    []string{"users"},
	Assumed:   "the printed list of a company's memberships, with or without its page object",
}

// Membership is a user's place in a company.
type Membership struct {
	// User is nil where the reply leaves it out.
	User *User `json:"user"`
	// Company is the short form: uuid, name, and little else.
	Company  Company     `json:"company"`
	Roles    []wire.Text `json:"roles"`
	Enabled  wire.Bool   `json:"enabled"`
	LastUsed wire.Bool   `json:"lastUsed"`
	Position wire.Text   `json:"position"`
}

// DecodeMemberships reads a reply of [ListMemberships]. Each item names its user.
func DecodeMemberships(body []byte) (Page[Membership], error) {
	page, err := wire.Decode[Page[Membership]](ListMemberships, body)
	if err != nil {
		return page, err
	}
	return ending(ListMemberships, page, Membership.userUUID)
}

// DecodeUserMemberships reads a reply of [ListUserMemberships]: a page, or the
// plain list, since the endpoint prints no sample. Each item names its company.
func DecodeUserMemberships(body []byte) (Page[Membership], error) {
	page, err := decodePage[Membership](ListUserMemberships, body)
	if err != nil {
		return page, err
	}
	return ending(ListUserMemberships, page, Membership.companyUUID)
}

// ending refuses memberships without the end that the list is read for. The
// other end is what was asked about, and may be left out.
func ending(route *upstream.Route, page Page[Membership], end func(Membership) wire.Text) (Page[Membership], error) {
	for _, m := range page.Items {
		if err := wire.Identified(end(m)); err != nil {
			return Page[Membership]{}, upstream.Malformed(route, err)
		}
	}
	return page, nil
}

func (m Membership) companyUUID() wire.Text { return m.Company.UUID }

func (m Membership) userUUID() wire.Text {
	if m.User == nil {
		return ""
	}
	return m.User.UUID
}
