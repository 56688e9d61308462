package explorer

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// pageConfig is what the page is told. It holds nothing that anyone may not know.
type pageConfig struct {
	Mode     Mode         `json:"mode"`
	Tenant   pageTenant   `json:"tenant"`
	Tenants  []pageTenant `json:"tenants"`
	Viewers  []string     `json:"viewers"`
	Examples []Example    `json:"examples"`
	SignIn   *pageSignIn  `json:"signIn"` // null where nobody can sign in
}

type pageTenant struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"` // of its Explorer, relative to the page's scheme
}

type pageSignIn struct {
	AuthorizeURL string   `json:"authorizeUrl"`
	ClientID     string   `json:"clientId"`
	Scopes       []string `json:"scopes"`
}

func (e *explorer) serveConfig(w http.ResponseWriter, r *http.Request, t Tenant) {
	c := pageConfig{
		Mode: e.Mode, Tenant: pageTenant{Name: t.Name, Title: t.title()},
		Tenants: []pageTenant{}, Viewers: append([]string{}, e.Viewers...), Examples: append([]Example{}, e.Examples...),
	}
	for _, other := range e.Tenants {
		c.Tenants = append(c.Tenants, pageTenant{Name: other.Name, Title: other.title(), URL: siblingURL(r.Host, other.Host)})
	}
	if t.SignIn != nil && e.Exchange != nil {
		c.SignIn = &pageSignIn{t.SignIn.AuthorizeURL, t.SignIn.ClientID, append([]string{}, t.SignIn.Scopes...)}
	}
	reply(w, http.StatusOK, c)
}

func (t Tenant) title() string {
	if t.Title == "" {
		return t.Name
	}
	return t.Title
}

// siblingURL leads to another host at the port that this request came to.
func siblingURL(requested, host string) string {
	if _, port, err := net.SplitHostPort(requested); err == nil {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return "//" + host + "/explorer/"
}

// reply sends JSON that no cache keeps.
func reply(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil { // no value of ours has what JSON can't say
		status, body = http.StatusInternalServerError, []byte(`{"error":"internal error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is no fault of ours
}

// refuse says why in words for people.
func refuse(w http.ResponseWriter, status int, message string) {
	reply(w, status, map[string]string{"error": message})
}
