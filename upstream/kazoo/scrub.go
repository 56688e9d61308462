package kazoo

import (
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// secrets are the members that no store or log may see: the envelope's token, and what documents hold of devices,
// users, voicemail boxes, conferences and steps of callflows.
var secrets = map[string]bool{
	"auth_token": true, "api_key": true, "password": true, "bridge_password": true, "pin": true, "pins": true,
}

// Scrub gives the reply without the members that hold secrets, as [wire.Without] does. Decoders give the same for both.
func Scrub(route *upstream.Route, body []byte) ([]byte, error) {
	out, err := wire.Without(body, secrets)
	if err != nil {
		return nil, upstream.Malformed(route, err)
	}
	return out, nil
}
