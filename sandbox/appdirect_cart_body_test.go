package sandbox

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAttributesInBothForms: with and without a member of their own, and mixed.
func TestAttributesInBothForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]attributeValues{
		`{"customAttributes":{"a":"x","b":["y","z"]}}`: {"a": {"x"}, "b": {"y", "z"}},
		`{"a":"x","b":["y","z"]}`:                      {"a": {"x"}, "b": {"y", "z"}},
		`{"customAttributes":{"a":"x"},"b":"y"}`:       {"a": {"x"}, "b": {"y"}},
		`{"customAttributes":"x"}`:                     {"customAttributes": {"x"}},
		`{"customAttributes":{}}`:                      {},
		`{"a":[]}`:                                     {"a": {}},
	} {
		var got attributeSet
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got.CustomAttributes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{`[]`, `"x"`, `{"a":1}`, `{"a":[1]}`, `{"customAttributes":{"a":{}}}`} {
		if err := json.Unmarshal([]byte(text), new(attributeSet)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

// TestMerged patches objects member by member, and everything else as a whole.
func TestMerged(t *testing.T) {
	t.Parallel()
	object := map[string]any{"a": map[string]any{"x": 1, "y": 2}, "b": []any{1}, "c": "old"}
	patch := map[string]any{"a": map[string]any{"y": 3, "z": nil}, "b": []any{2, 3}, "c": nil, "d": map[string]any{"new": true}}
	want := map[string]any{"a": map[string]any{"x": 1, "y": 3}, "b": []any{2, 3}, "d": map[string]any{"new": true}}
	if diff := cmp.Diff(want, merged(object, patch)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if field(object, "a", "y") != 2 || object["c"] != "old" {
		t.Errorf("the original changed: %v", object)
	}
}

// FuzzCartBody takes any body: one that can be read is written and read again as
// the same.
func FuzzCartBody(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `{"items":[{"pricingPlanId":"p","units":[{"quantity":"1.5","unit":"USER"}]}]}`,
		`{"customAttributes":{"purchase":{"customAttributes":{"a":["x"]}}}}`, `{"fees":[{"amount":"9.81"}]}`, `{"isBlocked":1}`,
		`{"associations":[{"parentItemId":"a","childItemIds":["b"],"type":"ADDON"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var first, second cartBody
		if (&exchange{body: raw}).decode(&first) != nil {
			return
		}
		again, err := json.Marshal(asDocument(first))
		if err != nil {
			t.Fatal(err)
		}
		if err := (&exchange{body: again}).decode(&second); err != nil {
			t.Fatalf("%s became %s: %v", raw, again, err)
		}
		if diff := cmp.Diff(asDocument(first), asDocument(second)); diff != "" {
			t.Errorf("%s (-first +second):\n%s", raw, diff)
		}
	})
}
