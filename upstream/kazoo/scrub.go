package kazoo

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/marketgraph/marketgraph/upstream"
)

// secrets are the members that no store or log may see: the envelope's token, and what documents hold of devices,
// users, voicemail boxes, conferences and steps of callflows.
var secrets = map[string]bool{
	"auth_token": true, "api_key": true, "password": true, "bridge_password": true, "pin": true, "pins": true,
}

// Scrub gives the reply without the members that hold secrets, at any depth. All
// else stays as it is, but for spaces and the order of members. Decoders give the
// same for both.
func Scrub(route *upstream.Route, body []byte) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber() // as they are written: an id of digits is longer than a float
	var reply any
	if err := in.Decode(&reply); err != nil {
		return nil, upstream.Malformed(route, err)
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, upstream.Malformed(route, err)
	}
	scrub(reply)
	out, err := json.Marshal(reply)
	if err != nil {
		return nil, upstream.Malformed(route, err)
	}
	return out, nil
}

// scrub deletes in place. It goes as deep as the reply, which the decoder bounds.
func scrub(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if secrets[name] {
				delete(v, name)
				continue
			}
			scrub(member)
		}
	case []any:
		for _, element := range v {
			scrub(element)
		}
	}
}
