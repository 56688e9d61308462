package limits

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"

	"github.com/marketgraph/marketgraph/auth"
)

// Proxies are the networks whose X-Forwarded-For is believed; nil for none.
type Proxies []netip.Prefix

// Client is the address that a request came from: the nearest that is not a
// trusted proxy's. Of IPv6 only the network of 64 bits counts, because one
// household has all of its addresses. It is the zero Addr where the connection
// has no address.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trusts(client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // what a client wrote itself stands left of it
		}
		client = hop.Unmap()
	}
	if client.Is6() {
		return netip.PrefixFrom(client.WithZone(""), 64).Masked().Addr()
	}
	return client
}

func (p Proxies) trusts(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// ClientKey is the key of the bucket that a viewer's operations are charged
// to: one for each client application of a tenant, whoever uses it, and for
// visitors without a token one for each address. A token that names no
// application has a bucket of its own. Nothing readable is in it but the
// tenant's name.
func ClientKey(v *auth.Viewer, address netip.Addr) string {
	kind, name := "client", v.ClientID()
	switch {
	case v.IsAnonymous():
		kind, name = "address", address.String()
	case name == "":
		kind, name = "subject", v.Subject()
	}
	digest := sha256.Sum256([]byte(kind + ":" + name))
	return "cost:{" + v.Tenant() + "}:" + base64.RawURLEncoding.EncodeToString(digest[:16])
}

// Allowance are the buckets of a tenant's clients.
type Allowance struct {
	// Each is the bucket of every client that is not named; the zero value is the default.
	Each Bucket
	// Clients are the buckets of client applications, by their id; nil for none.
	Clients map[string]Bucket
}

// Of is the bucket of whoever asks.
func (a Allowance) Of(v *auth.Viewer) Bucket {
	if own, named := a.Clients[v.ClientID()]; named && !v.IsAnonymous() {
		return own
	}
	if a.Each == (Bucket{}) {
		return DefaultBucket()
	}
	return a.Each
}
