package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// loginPage asks for a user's name and password. The request's parameters ride
// along in hidden fields and are checked again when the form comes back.
var loginPage = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to {{.Title}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Sign in to {{.Title}}</h1>
{{with .Problem}}<p role="alert">{{.}}</p>{{end}}
<p>{{.Client}} asks to act for you.</p>
<form method="post" action="">
{{range $name, $value := .Hidden}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}<p><label>Email <input name="username" type="email" autocomplete="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Sign in</button></p>
</form></main></body></html>
`))

// authorizeParams are the parameters an authorization request carries.
var authorizeParams = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
}

// serveAuthorize shows the login page and, once it is filled in, sends the
// browser back to the client application with a code.
func (t *tenantState) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form cannot be read or is too large.", http.StatusBadRequest)
		return
	}
	client, known := t.Client(r.Form.Get("client_id"))
	redirect := r.Form.Get("redirect_uri")
	// An unproven address must never be redirected to: RFC 6749 section 4.1.2.1.
	if !known || !slices.Contains(client.RedirectURIs, redirect) {
		http.Error(w, "Unknown client_id, or redirect_uri is not registered for it.", http.StatusBadRequest)
		return
	}
	if refusal := checkAuthorize(client, r.Form); refusal != nil {
		sendBack(w, r, url.Values{"error": {refusal.code}, "error_description": {refusal.description}})
		return
	}
	if r.Method != http.MethodPost {
		t.showLogin(w, r.Form, client, "", http.StatusOK)
		return
	}
	t.finishLogin(w, r, client)
}

// checkAuthorize finds the faults that the client application is told of.
func checkAuthorize(c Client, form url.Values) *oauthError {
	method, challenge := form.Get("code_challenge_method"), form.Get("code_challenge")
	switch {
	case form.Get("response_type") != "code":
		return &oauthError{http.StatusFound, "unsupported_response_type", "Only response_type=code is offered."}
	case !slices.Contains(c.Grants, GrantAuthorizationCode):
		return &oauthError{http.StatusFound, "unauthorized_client", "This client may not use the authorization code grant."}
	case c.Public && challenge == "":
		return &oauthError{http.StatusFound, "invalid_request", "A public client must send code_challenge."}
	case challenge != "" && method != "S256":
		return &oauthError{http.StatusFound, "invalid_request", "code_challenge_method must be S256."}
	case challenge != "" && len(challenge) != 43:
		return &oauthError{http.StatusFound, "invalid_request", "code_challenge is not a base64url SHA-256."}
	}
	return nil
}

// finishLogin checks the password and sends the browser back with a code.
func (t *tenantState) finishLogin(w http.ResponseWriter, r *http.Request, c Client) {
	// Credentials are read from the body alone, never from the address.
	user := t.signIn(r.PostForm.Get("username"), r.PostForm.Get("password"))
	if user == nil {
		t.showLogin(w, r.Form, c, "The email or password is wrong.", http.StatusUnauthorized)
		return
	}
	scopes := t.userScopes(r.Form.Get("scope"), c, user)
	if len(scopes) == 0 {
		sendBack(w, r, url.Values{"error": {errInvalidScope.code}, "error_description": {errInvalidScope.description}})
		return
	}
	code, ok := t.grants.put(grant{
		client: c.ID, email: user.text("email"), scopes: scopes, redirect: r.Form.Get("redirect_uri"),
		challenge: r.Form.Get("code_challenge"), nonce: r.Form.Get("nonce"),
	})
	if !ok {
		sendBack(w, r, url.Values{"error": {"temporarily_unavailable"}})
		return
	}
	sendBack(w, r, url.Values{"code": {code}})
}

// showLogin writes the page. It runs no script and loads nothing, and the policy
// says so, so that even a value that escaped the template could do nothing.
func (t *tenantState) showLogin(w http.ResponseWriter, form url.Values, c Client, problem string, status int) {
	hidden := map[string]string{}
	for _, name := range authorizeParams {
		if form.Has(name) {
			hidden[name] = form.Get(name)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	// Browsers apply form-action to the redirect that follows the form as well.
	h.Set("Content-Security-Policy",
		"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+origin(form.Get("redirect_uri")))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = loginPage.Execute(w, map[string]any{ // the caller may be gone; there is nobody to tell
		"Title": t.Title, "Client": c.ID, "Problem": problem, "Hidden": hidden,
	})
}

// sendBack redirects to the registered address with the answer and the state.
func sendBack(w http.ResponseWriter, r *http.Request, answer url.Values) {
	if state := r.Form.Get("state"); state != "" {
		answer.Set("state", state)
	}
	redirect := r.Form.Get("redirect_uri")
	joint := "?"
	if strings.Contains(redirect, "?") {
		joint = "&"
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", redirect+joint+answer.Encode())
	w.WriteHeader(http.StatusFound)
}

// origin is the source expression of a registered redirect URI.
func origin(redirect string) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return ""
	}
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
