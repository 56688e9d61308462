package loaders

import (
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// authority is as whom a route is called for this viewer: the first of its
// authorities that is at hand. Where none is, it is the first of all, and the
// client refuses the call and says which would have done.
func (l *Loaders) authority(route *upstream.Route) upstream.Authority {
	for _, authority := range route.Authorities() {
		if l.has(authority) {
			return authority
		}
	}
	return route.Authority
}

// has reports whether calls can be made in that name. A service's token is not
// forwarded: what admits no system grant admits no other service either.
func (l *Loaders) has(authority upstream.Authority) bool {
	switch authority {
	case upstream.Viewer:
		return !l.viewer.IsAnonymous() && !l.viewer.IsService()
	case upstream.ServiceUser:
		return l.tenant.backends.ServiceUser
	default:
		return true
	}
}

// scope is whose authority an answer is kept under. What a viewer's own token
// fetched is that viewer's alone. What the system or the service user fetched is
// shared in the tenant, and authorised here.
func (l *Loaders) scope(route *upstream.Route) cache.Scope {
	switch l.authority(route) {
	case upstream.System:
		return l.tenant.system
	case upstream.ServiceUser:
		return l.tenant.serviceUser
	default:
		return l.own()
	}
}

// own is the scope of what is the viewer's alone: what their token fetched, and
// the writes that they have made.
func (l *Loaders) own() cache.Scope {
	scope, err := cache.NewScope(l.tenant.name, string(upstream.Viewer)+":"+l.viewer.Subject())
	if err != nil {
		return cache.Scope{} // the cache refuses it
	}
	return scope
}
