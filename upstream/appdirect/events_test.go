package appdirect_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// events are the bodies in testdata, by name.
func events(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d events: %v", len(files), err)
	}
	out := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = body
	}
	return out
}

func TestDecodeEvent(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeEvent(events(t)["subscription-added"])
	want := appdirect.Event{
		UUID: "429afed8-7e29-4434-90e0-127083b025c1", Action: "ADDED",
		Resource: appdirect.EventResource{
			Type: appdirect.ResourceSubscription, UUID: "1234", URL: "https://example.appdirect.com/api/billing/v1/subscriptions/1234",
		},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for name, body := range events(t) {
		if _, err := appdirect.DecodeEvent(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeEventRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2049)
	for name, body := range map[string]string{
		"nothing":           "",
		"null":              "null",
		"a list":            "[]",
		"two objects":       `{"uuid":"1","resource":{"type":"USER"}} {}`,
		"a cut body":        `{"uuid":"1","resource":{"type":"USER"`,
		"no id":             `{"resource":{"type":"USER","uuid":"u"}}`,
		"no resource":       `{"uuid":"1"}`,
		"an empty resource": `{"uuid":"1","resource":{"uuid":"u"}}`,
		"a number as id":    `{"uuid":1,"resource":{"type":"USER"}}`,
		"a long id":         `{"uuid":"` + long + `","resource":{"type":"USER"}}`,
		"a long type":       `{"uuid":"1","resource":{"type":"` + long + `"}}`,
		"a long resource":   `{"uuid":"1","resource":{"type":"USER","uuid":"` + long + `"}}`,
		"a long action":     `{"uuid":"1","resource":{"type":"USER"},"resourceAction":"` + long + `"}`,
		"a long url":        `{"uuid":"1","resource":{"url":"` + long + `"}}`,
	} {
		e, err := appdirect.DecodeEvent([]byte(body))
		if !errors.Is(err, appdirect.ErrMalformedEvent) || e != (appdirect.Event{}) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestEventPath(t *testing.T) {
	t.Parallel()
	const root = "https://shop.example/acme/api"
	for _, c := range []struct {
		url, want string // "" wants none
	}{
		{"https://shop.example/acme/api/account/v2/users/1", "/account/v2/users/1"},
		{"http://SHOP.example/acme/api/account/v2/users/1?isExternalId=false#x", "/account/v2/users/1"},
		{"https://shop.example/acme/api/account/v2/users/a%2Fb", "/account/v2/users/a%2Fb"},
		{"https://evil.example/acme/api/account/v2/users/1", ""},
		{"https://shop.example:444/acme/api/account/v2/users/1", ""},
		{"https://shop.example@evil.example/acme/api/account/v2/users/1", ""},
		{"https://shop.example/globex/api/account/v2/users/1", ""},
		{"https://shop.example/acme/apis", ""},
		{"/acme/api/account/v2/users/1", ""},
		{"https: //shop.example/acme/api/x", ""},
		{"", ""},
	} {
		got, ok := appdirect.EventResource{URL: c.url}.Path(root)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: %q, %t; want %q", c.url, got, ok, c.want)
		}
	}
}

// FuzzDecodeEvent: whatever comes is an event with its parts within bounds, or the one error; and no path leaves the root.
func FuzzDecodeEvent(f *testing.F) {
	for _, body := range events(f) {
		f.Add(body)
	}
	f.Add([]byte(`{"UUID":"1","uuid":"2","resource":{"type":"X","url":"https://example.appdirect.com/api/../api/x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := appdirect.DecodeEvent(body)
		if err != nil {
			if !errors.Is(err, appdirect.ErrMalformedEvent) || e != (appdirect.Event{}) {
				t.Fatalf("%+v, %v", e, err)
			}
			return
		}
		if e.UUID == "" || len(e.UUID)+len(e.Resource.Type)+len(e.Resource.UUID)+len(e.Resource.URL)+len(e.Action) > 4096 {
			t.Fatalf("%+v", e)
		}
		if path, ok := e.Resource.Path("https://example.appdirect.com/api"); ok && !strings.HasPrefix(path, "/") {
			t.Fatalf("%q", path)
		}
	})
}
