package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

func TestWithout(t *testing.T) {
	t.Parallel()
	names := map[string]bool{"pin": true, "token": true}
	for body, want := range map[string]string{
		`{"a":1,"pin":"2"}`:                     `{"a":1}`,
		`[{"pin":{"a":1}},{"b":[{"token":0}]}]`: `[{},{"b":[{}]}]`,
		`{"PIN":1,"pins":[1]}`:                  `{"PIN":1,"pins":[1]}`,
		`{"n":12345678901234567890.10}`:         `{"n":12345678901234567890.10}`,
		`"pin"`:                                 `"pin"`,
		`null`:                                  `null`,
	} {
		if got, err := wire.Without([]byte(body), names); err != nil || string(got) != want {
			t.Errorf("%s becomes %s, %v; want %s", body, got, err, want)
		}
	}
	for _, body := range []string{``, `{"pin":"s3cret"`, `{} {}`, `{"a":1}x`} {
		got, err := wire.Without([]byte(body), names)
		if err == nil || got != nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q becomes %s, %v", body, got, err)
		}
	}
}

// FuzzWithout: what comes out has none of the names, and coming out twice changes nothing.
func FuzzWithout(f *testing.F) {
	f.Add([]byte(`{"a":[{"pin":1,"b":{"pin":{"pin":2}}}]}`))
	names := map[string]bool{"pin": true}
	f.Fuzz(func(t *testing.T, body []byte) {
		once, err := wire.Without(body, names)
		if err != nil {
			return
		}
		if has(t, once) {
			t.Errorf("%s still has it", once)
		}
		if twice, err := wire.Without(once, names); err != nil || !bytes.Equal(twice, once) {
			t.Errorf("%s becomes %s, %v", once, twice, err)
		}
	})
}

// has looks for the member in another way than the code does.
func has(t *testing.T, body []byte) bool {
	t.Helper()
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) == nil {
		for name, member := range members {
			if name == "pin" || has(t, member) {
				return true
			}
		}
	}
	var elements []json.RawMessage
	if json.Unmarshal(body, &elements) == nil {
		for _, element := range elements {
			if has(t, element) {
				return true
			}
		}
	}
	return false
}
