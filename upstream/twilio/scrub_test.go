package twilio_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// asJSON compares documents by what they say: the order of their members is not kept.
var asJSON = cmp.Transformer("asJSON", func(d twilio.Document) (value any) {
	if err := json.Unmarshal([]byte(d.JSON()), &value); err != nil {
		return d.JSON()
	}
	return value
})

// TestScrub: what is kept of any sample decodes, and differs only in what a customer has entered.
func TestScrub(t *testing.T) {
	t.Parallel()
	for _, d := range decoders {
		body := room.Sample(t, d.Sample)
		kept, err := twilio.Scrub(d.Route, body)
		if err != nil {
			t.Errorf("%s: %v", d.Route.Name, err)
			continue
		}
		whole, errWhole := d.Decode(body)
		scrubbed, errScrubbed := d.Decode(kept)
		if errWhole != nil || errScrubbed != nil {
			t.Errorf("%s: %v, %v", d.Route.Name, errWhole, errScrubbed)
		}
		configuration := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Configuration" }, cmp.Ignore())
		if diff := cmp.Diff(whole, scrubbed, configuration, asJSON); diff != "" {
			t.Errorf("%s (-whole +scrubbed):\n%s", d.Route.Name, diff)
		}
		if bytes.Contains(kept, []byte(`"configuration":`)) || bytes.Contains(kept, []byte("auth_token")) {
			t.Errorf("%s keeps a secret", d.Route.Name)
		}
	}
	if _, err := twilio.Scrub(twilio.ListInstalledAddOns, []byte(`{"configuration":`)); upstream.KindOf(err) != upstream.MalformedReply {
		t.Errorf("a cut reply: %v", err)
	}
}
