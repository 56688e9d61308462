package sandbox

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// The kinds of token, as Endpoint.Roles name them.
const (
	agencyToken   = "agency"
	locationToken = "location"
)

// walletLifetime is the documented one of access tokens.
const walletLifetime = 86_399 * time.Second

// walletAudience keeps location tokens apart from AppDirect's, which the same
// key signs.
const walletAudience = "leadconnector"

// walletScopes are what the demo's app was granted; every token carries them.
var walletScopes = []string{
	"charges.readonly", "charges.write", "companies.readonly", "locations.readonly", "marketplace-installer-details.readonly",
	"oauth.readonly", "oauth.write", "users.readonly",
}

// bearer is whom a token speaks for.
type bearer struct {
	kind     string // agencyToken or locationToken
	company  string
	location *Record // nil for an agency
}

// resource is what limits are counted by.
func (b bearer) resource() string {
	if b.location != nil {
		return b.location.ID
	}
	return b.company
}

// walletClaims are the claims of a location token.
type walletClaims struct {
	jwt.RegisteredClaims
	UserType   string `json:"userType"`
	CompanyID  string `json:"companyId"`
	LocationID string `json:"locationId"`
	UserID     string `json:"userId"`
}

// authenticate reads the bearer token. All failures look the same to callers.
func (x *leadconnectorCall) authenticate(r *http.Request) error {
	if x.endpoint.Public {
		return nil
	}
	refused := &apiError{Status: http.StatusUnauthorized, Message: "Invalid token: access token is invalid"}
	scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return refused
	}
	raw = strings.TrimSpace(raw)
	own := x.site.tenant.LeadConnector
	if subtle.ConstantTimeCompare([]byte(raw), []byte(own.AgencyToken)) == 1 {
		x.bearer = bearer{kind: agencyToken, company: own.CompanyID}
		return nil
	}
	var claims walletClaims
	sign := x.site.tenant.signer
	if _, err := jwt.ParseWithClaims(raw, &claims, sign.publicKey, jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithExpirationRequired(), jwt.WithIssuer(sign.issuer), jwt.WithAudience(walletAudience), jwt.WithTimeFunc(sign.now)); err != nil {
		return refused
	}
	location := x.data.locations.Get(claims.LocationID)
	if location == nil { // gone since, by a reset
		return refused
	}
	x.bearer = bearer{kind: locationToken, company: claims.CompanyID, location: location}
	return nil
}

// admit holds a token to the kinds and scopes that the endpoint takes.
func (x *leadconnectorCall) admit() error {
	if x.endpoint.Public {
		return nil
	}
	if !slices.Contains(x.endpoint.Roles, x.bearer.kind) {
		return &apiError{Status: http.StatusUnauthorized, Message: "A token of this type does not have access to this endpoint"}
	}
	for _, scope := range x.endpoint.Scopes {
		if !slices.Contains(walletScopes, scope) {
			return &apiError{Status: http.StatusUnauthorized, Message: "The token is not authorized for this scope"}
		}
	}
	return nil
}

// atLocation holds a location's token to its location and an agency's to the
// locations it has.
func (x *leadconnectorCall) atLocation(id string) (*Record, error) {
	location := x.data.locations.Get(id)
	if x.bearer.location != nil && x.bearer.location.ID != id {
		return nil, &apiError{Status: http.StatusForbidden, Message: "The token does not have access to this location"}
	}
	if location == nil {
		return nil, notFound("Location not found")
	}
	return location, nil
}

// atCompany holds every token to its company.
func (x *leadconnectorCall) atCompany(id string) error {
	if id != x.bearer.company {
		return &apiError{Status: http.StatusForbidden, Message: "The token does not have access to this company"}
	}
	return nil
}

// sellLocationToken answers a location's token to the agency above it.
func sellLocationToken(x *leadconnectorCall) (reply, error) {
	if err := x.atCompany(x.form.Get("companyId")); err != nil {
		return reply{}, err
	}
	location, err := x.atLocation(x.form.Get("locationId"))
	if err != nil {
		return reply{}, err
	}
	sign := x.site.tenant.signer
	now, user := sign.now(), location.text("user")
	token, err := sign.sign(walletClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: sign.issuer, Audience: jwt.ClaimStrings{walletAudience}, Subject: location.ID, ID: uuid.NewString(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(walletLifetime)),
		},
		UserType: "Location", CompanyID: x.bearer.company, LocationID: location.ID, UserID: user,
	})
	if err != nil {
		return reply{}, err
	}
	return reply{body: Document{
		"access_token": token, "token_type": "Bearer", "expires_in": int(walletLifetime.Seconds()), "scope": strings.Join(walletScopes, " "),
		"locationId": location.ID, "planId": x.data.plan, "userId": user, "appId": x.site.tenant.LeadConnector.AppID, "versionId": x.data.version,
	}}, nil
}
