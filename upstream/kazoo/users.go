package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListUsers reads the users of an account.
var ListUsers = &upstream.Route{
	Name:      "kazoo.listUsers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/users",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:users"},
	Births:    []string{"telephony"},
}

// ReadUser reads one user.
var ReadUser = &upstream.Route{
	Name:      "kazoo.readUser",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/users/{userId}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:user:{userId}"},
	Births:    []string{"telephony:{accountId}:users"},
}

// UserEntry is a user as [ListUsers] writes them. Whether they are enabled is told by the document only.
type UserEntry struct {
	ID           wire.Text   `json:"id"`
	Username     wire.Text   `json:"username"`
	Email        wire.Text   `json:"email"`
	FirstName    wire.Text   `json:"first_name"`
	LastName     wire.Text   `json:"last_name"`
	PrivLevel    wire.Text   `json:"priv_level"`
	FeatureLevel wire.Text   `json:"feature_level"`
	PresenceID   wire.Text   `json:"presence_id"`
	Timezone     wire.Text   `json:"timezone"`
	Features     []wire.Text `json:"features"`
	Flags        []wire.Text `json:"flags"`
}

// Check wants the id.
func (u *UserEntry) Check() error { return wire.Identified(u.ID) }

// User is a user as their document writes them. Password and pin have no place here.
type User struct {
	ID               wire.Text   `json:"id"`
	Username         wire.Text   `json:"username"`
	Email            wire.Text   `json:"email"`
	FirstName        wire.Text   `json:"first_name"`
	LastName         wire.Text   `json:"last_name"`
	Enabled          wire.Bool   `json:"enabled"`
	Verified         wire.Bool   `json:"verified"`
	VMToEmailEnabled wire.Bool   `json:"vm_to_email_enabled"`
	PrivLevel        wire.Text   `json:"priv_level"`
	FeatureLevel     wire.Text   `json:"feature_level"`
	PresenceID       wire.Text   `json:"presence_id"`
	Language         wire.Text   `json:"language"`
	Timezone         wire.Text   `json:"timezone"`
	Flags            []wire.Text `json:"flags"`
}

// Check wants the id.
func (u *User) Check() error { return wire.Identified(u.ID) }

// DecodeUsers reads a reply of [ListUsers].
func DecodeUsers(body []byte) (Page[UserEntry], error) {
	return decodePage[UserEntry](ListUsers, body)
}

// DecodeUser reads a reply of [ReadUser].
func DecodeUser(body []byte) (User, error) {
	return decode[User](ReadUser, body)
}
