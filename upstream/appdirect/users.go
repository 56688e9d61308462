package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
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
	Assumed:   "the user object inside the printed membership",
}

// User is a user as the account interface writes them.
type User struct {
	UUID      Text   `json:"uuid"`
	Email     Text   `json:"email"`
	UserName  Text   `json:"userName"`
	FirstName Text   `json:"firstName"`
	LastName  Text   `json:"lastName"`
	Activated Bool   `json:"activated"`
	Picture   Text   `json:"picture"`
	Roles     []Text `json:"roles"`
}

func (u *User) check() error { return identified(u.UUID) }

// DecodeUsers reads a reply of [ListUsers].
func DecodeUsers(body []byte) (Page[User], error) {
	return decode[Page[User]](ListUsers, body)
}

// DecodeUser reads a reply of [ReadUser].
func DecodeUser(body []byte) (User, error) {
	return decode[User](ReadUser, body)
}
