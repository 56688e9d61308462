package twilio

import (
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// secrets are the members that no store or log may see: an account's token, and how a customer has set up an
// installation, which for many listings are keys to a third party.
var secrets = map[string]bool{"auth_token": true, "configuration": true}

// Scrub gives the reply without the members that hold secrets, as [wire.Without] does. All else decodes as before.
func Scrub(route *upstream.Route, body []byte) ([]byte, error) {
	out, err := wire.Without(body, secrets)
	if err != nil {
		return nil, upstream.Malformed(route, err)
	}
	return out, nil
}
