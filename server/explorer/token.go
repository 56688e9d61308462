package explorer

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// maxBody bounds what the page sends to get a token, in bytes.
const maxBody = 8 << 10

// pageToken is a token on its way to the page.
type pageToken struct {
	AccessToken string `json:"accessToken"`
	ExpiresIn   int    `json:"expiresIn"` // seconds
}

// serveToken hands out a demo token. It is mounted in sandbox mode only.
func (e *explorer) serveToken(w http.ResponseWriter, r *http.Request, t Tenant) {
	var asked struct {
		As string `json:"as"`
	}
	if !read(w, r, &asked) {
		return
	}
	if !slices.Contains(e.Viewers, asked.As) {
		refuse(w, http.StatusBadRequest, "there is no such viewer")
		return
	}
	token, err := e.Token(r.Context(), t.Name, asked.As)
	e.hand(w, r, t, token, err, "the sandbox gave no token")
}

// serveSignIn exchanges a code. Going through here spares the page a second
// origin, and lets the client application have a secret.
func (e *explorer) serveSignIn(w http.ResponseWriter, r *http.Request, t Tenant) {
	var asked struct {
		Code        string `json:"code"`
		Verifier    string `json:"verifier"`
		RedirectURI string `json:"redirectUri"`
	}
	if !read(w, r, &asked) {
		return
	}
	switch {
	case t.SignIn == nil:
		refuse(w, http.StatusNotFound, "nobody can sign in to this marketplace here")
	case asked.Code == "" || asked.Verifier == "":
		refuse(w, http.StatusBadRequest, "code and verifier are required")
	case !leadsHere(asked.RedirectURI, r.Host):
		refuse(w, http.StatusBadRequest, "redirectUri is not this page's address")
	default:
		token, err := e.Exchange(r.Context(), t.Name, Code{asked.Code, asked.Verifier, asked.RedirectURI})
		e.hand(w, r, t, token, err, "the marketplace did not accept the sign-in")
	}
}

// hand gives the token to the page, or says that there is none: the cause is
// for the log, because it may quote what another server answered.
func (e *explorer) hand(w http.ResponseWriter, r *http.Request, t Tenant, token Token, err error, otherwise string) {
	if err == nil && (token.Access == "" || token.Lifetime <= 0) {
		err = errors.New("the token is empty or has ended")
	}
	if err != nil {
		e.Log.LogAttrs(r.Context(), slog.LevelWarn, "no token for the Explorer",
			slog.String("tenant", t.Name), slog.String("cause", err.Error()))
		refuse(w, http.StatusBadGateway, otherwise)
		return
	}
	reply(w, http.StatusOK, pageToken{token.Access, int(token.Lifetime.Seconds())})
}

// read decodes the page's JSON. Forms can't send that media type to another
// origin, which is one more reason to insist on it.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "send application/json")
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "the body exceeds the limit of 8192 bytes")
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body is no JSON of the expected form")
	}
	return err == nil
}

// leadsHere reports whether an address is that of the page at host. The scheme
// is the browser's to know: a proxy in front of us may have ended TLS.
func leadsHere(address, host string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil &&
		u.Host == host && u.Path == "/explorer/" && u.RawQuery == "" && u.Fragment == ""
}
