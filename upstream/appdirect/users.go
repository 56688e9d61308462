package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListUsers reads users of a marketplace, all or by e-mail address.
var ListUsers = &upstream.Route{
	Name:      "appdirect.listUsers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/users",
	Query:     []string{"email", "page", "size"},
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"users"},
}

// ReadUser reads one user by uuid.
var ReadUser = &upstream.Route{
	Name:      "appdirect.readUser",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/users/{userUuid}",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"user:{userUuid}"},
	Births:    []string{"users"},
	Assumed:   "the user object inside the printed membership",
}

// User is a user as the account interface writes them.
type User struct {
	UUID      wire.Text   `json:"uuid"`
	Email     wire.Text   `json:"email"`
	UserName  wire.Text   `json:"userName"`
	FirstName wire.Text   `json:"firstName"`
	LastName  wire.Text   `json:"lastName"`
	Activated wire.Bool   `json:"activated"`
	Picture   wire.Text   `json:"picture"`
	Roles     []wire.Text `json:"roles"`
}

// Check wants the id.
func (u *User) Check() error { return wire.Identified(u.UUID) }

// DecodeUsers reads a reply of [ListUsers].
func DecodeUsers(body []byte) (Page[User], error) {
	return wire.Decode[Page[User]](ListUsers, body)
}

// DecodeUser reads a reply of [ReadUser].
func DecodeUser(body []byte) (User, error) {
	return wire.Decode[User](ReadUser, body)
}
