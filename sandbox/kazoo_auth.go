package sandbox

import (
	"crypto/md5"  //nolint:gosec // Kazoo's credentials are MD5 or SHA-1 sums by definition
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// kazooTokenLife is how long an auth token is good for. Use does not renew it.
const kazooTokenLife = time.Hour

// kazooSession is who an auth token speaks for.
type kazooSession struct {
	token   string // as sent
	account string // id
	owner   string // id of the user; empty for an API key
}

// kazooClaims are what a token carries.
type kazooClaims struct {
	Account string `json:"account_id"`
	Owner   string `json:"owner_id,omitempty"`
	jwt.RegisteredClaims
}

// errKazooCredentials is the one refusal of all failures to authenticate.
var errKazooCredentials = &apiError{Status: http.StatusUnauthorized}

// authenticate reads the token wherever the documents let it stand.
func (x *kazooCall) authenticate() error {
	if x.endpoint.Public {
		return nil
	}
	token := x.request.Header.Get("X-Auth-Token")
	if token == "" {
		token = x.query.Get("auth_token")
	}
	if token == "" {
		token = x.body.AuthToken
	}
	if token == "" {
		return x.authenticateBasic()
	}
	session, ok := x.verify(token)
	if !ok {
		return errKazooCredentials
	}
	x.session = session
	return nil
}

// verify verifies a token. One of another tenant, or of a user that a reset
// took away, is as good as none.
func (x *kazooCall) verify(token string) (*kazooSession, bool) {
	var claims kazooClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return x.backend.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(BackendKazoo),
		jwt.WithAudience(x.site.tenant.Name), jwt.WithExpirationRequired(), jwt.WithTimeFunc(x.backend.box.opts.Now))
	if err != nil || x.world.below[claims.Account] == nil {
		return nil, false
	}
	if claims.Owner != "" && x.world.below[claims.Account].users.Get(claims.Owner) == nil {
		return nil, false
	}
	return &kazooSession{token: token, account: claims.Account, owner: claims.Owner}, true
}

// authenticateBasic takes the account's id and the md5 credentials of a user.
func (x *kazooCall) authenticateBasic() error {
	id, sum, ok := x.request.BasicAuth()
	if !ok {
		return errKazooCredentials
	}
	user := x.world.userByCredentials(id, "md5", sum)
	if user == nil {
		return errKazooCredentials
	}
	session, err := x.open(id, user.ID)
	x.session = session
	return err
}

// open makes a token for a user of an account, or for the account's API key.
func (x *kazooCall) open(account, owner string) (*kazooSession, error) {
	now := x.backend.box.opts.Now()
	claims := kazooClaims{Account: account, Owner: owner, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: BackendKazoo, Audience: jwt.ClaimStrings{x.site.tenant.Name}, ID: x.id,
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(kazooTokenLife)),
	}}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(x.backend.key)
	if err != nil {
		return nil, errors.Join(errors.New("sandbox: kazoo token"), err)
	}
	return &kazooSession{token: token, account: account, owner: owner}, nil
}

// userByCredentials finds the user of an account whose name and password have
// the sum; nil when there is none.
func (w *kazooWorld) userByCredentials(account, method, sum string) *Record {
	below := w.below[account]
	if below == nil {
		return nil
	}
	for _, user := range below.users.all() {
		name := user.text("username")
		if name == "" || user.Facts["enabled"] != true {
			continue
		}
		if subtle.ConstantTimeCompare([]byte(credentialsOf(method, name)), []byte(strings.ToLower(sum))) == 1 {
			return user
		}
	}
	return nil
}

// credentialsOf is the sum of a user's name, in lower case, and the password
// that all users of the demo data have.
func credentialsOf(method, user string) string {
	plain := []byte(strings.ToLower(user) + ":" + DemoPassword)
	if method == "sha" {
		sum := sha1.Sum(plain) //nolint:gosec // as documented
		return hex.EncodeToString(sum[:])
	}
	sum := md5.Sum(plain) //nolint:gosec // as documented
	return hex.EncodeToString(sum[:])
}

// userAuth answers PUT /user_auth.
func userAuth(x *kazooCall) (kazooReply, error) {
	sum := x.body.text("credentials")
	if sum == "" {
		return kazooReply{}, invalid("credentials", "required", "Field is required but missing")
	}
	method := x.body.text("method")
	if method == "" {
		method = "md5"
	}
	if method != "md5" && method != "sha" {
		return kazooReply{}, invalid("method", "enum", "Value not found in enumerated list of values")
	}
	account := x.accountOfLogin()
	if account == nil {
		return kazooReply{}, errKazooCredentials
	}
	user := x.world.userByCredentials(account.ID, method, sum)
	if user == nil {
		return kazooReply{}, errKazooCredentials
	}
	return x.signedIn(account, user.ID)
}

// accountOfLogin finds the account by whichever of the four ways the body names
// it; nil when it names none that is there.
func (x *kazooCall) accountOfLogin() *Record {
	keys := []struct{ member, key string }{
		{"account_id", x.body.text("account_id")},
		{"account_name", accountNameKey(x.body.text("account_name"))},
		{"account_realm", "realm:" + strings.ToLower(x.body.text("account_realm"))},
		{"phone_number", "number:" + x.body.text("phone_number")},
	}
	for _, k := range keys {
		if x.body.text(k.member) != "" {
			return x.world.accounts.Get(k.key)
		}
	}
	return nil
}

// apiAuth answers PUT /api_auth.
func apiAuth(x *kazooCall) (kazooReply, error) {
	key := x.body.text("api_key")
	if key == "" {
		return kazooReply{}, invalid("api_key", "required", "Field is required but missing")
	}
	for _, account := range x.world.accounts.all() {
		if subtle.ConstantTimeCompare([]byte(x.world.below[account.ID].apiKey), []byte(key)) == 1 {
			return x.signedIn(account, "")
		}
	}
	return kazooReply{}, errKazooCredentials
}

// signedIn answers with a new token, which the envelope carries.
func (x *kazooCall) signedIn(account *Record, owner string) (kazooReply, error) {
	session, err := x.open(account.ID, owner)
	if err != nil {
		return kazooReply{}, err
	}
	x.session = session
	data := Document{
		"account_id": account.ID, "apps": []any{}, "is_reseller": account.Body["is_reseller"], "language": "en-US",
		"reseller_id": account.Body["reseller_id"],
	}
	if owner != "" {
		data["owner_id"] = owner
	}
	return kazooReply{data: data, status: http.StatusCreated}, nil
}
