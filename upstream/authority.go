package upstream

import (
	"cmp"
	"slices"
)

// Authority says as whom a call is made.
type Authority string

const (
	// System calls carry the gateway's own credentials, see [Config.Credentials].
	System Authority = "system"
	// Viewer calls forward the viewer's own access token, see [Call.Token].
	Viewer Authority = "viewer"
	// ServiceUser calls carry those of a person whom the marketplace keeps for the gateway, see [Config.ServiceUser].
	ServiceUser Authority = "serviceUser"
)

// Authorities are those that the route may be called with, the first that is at hand first. The slice is the caller's.
func (r *Route) Authorities() []Authority {
	if r.Else == "" {
		return []Authority{r.Authority}
	}
	return []Authority{r.Authority, r.Else}
}

// authority is as whom the call is made.
func (c Call) authority() Authority { return cmp.Or(c.As, c.Route.Authority) }

// admitted reports whether the call is made with one of its route's authorities.
func (c Call) admitted() bool { return slices.Contains(c.Route.Authorities(), c.authority()) }

// credentials are those that a call carries where they are ours: its account's, the service user's or the client's; nil
// where there are none.
func (c *Client) credentials(call Call) Credentials {
	switch {
	case call.authority() == ServiceUser:
		return c.cfg.ServiceUser
	case call.Credentials != nil:
		return call.Credentials
	default:
		return c.cfg.Credentials
	}
}

// checkAuthority refuses a call for which nobody's authority is at hand, or not in whose name the marketplace wants it,
// and says what is missing.
func (c *Client) checkAuthority(call Call) error {
	r := call.Route
	missing := call.authority() == Viewer && call.Token == "" || call.authority() != Viewer && c.credentials(call) == nil
	if missing {
		return &Error{Backend: r.Backend, Route: r.Name, Authority: call.authority(), Kind: NoAuthority, Needs: r.Authorities()}
	}
	for _, name := range r.Header {
		if c.cfg.RouteHeader.Get(name) == "" {
			detail := "no value is configured for the header " + name
			return &Error{Backend: r.Backend, Route: r.Name, Authority: call.authority(), Kind: Forbidden, detail: detail}
		}
	}
	return nil
}
