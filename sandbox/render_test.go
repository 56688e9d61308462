package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRenderXML(t *testing.T) {
	t.Parallel()
	doc := Document{
		"-id": 7, "-gone": nil, "name": `a<b & "c"`, "none": nil, "ok": true, "n": json.Number("1.50"),
		"list": []any{Document{"x": 1}, "two"}, "1st": "odd name", "": "no name",
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<thing id="7"><_>no name</_><_1st>odd name</_1st><list><x>1</x></list><list>two</list><n>1.50</n>` +
		`<name>a&lt;b &amp; &#34;c&#34;</name><ok>true</ok></thing>`
	if diff := cmp.Diff(want, string(renderXML("thing", doc))); diff != "" {
		t.Error(diff)
	}
	list := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<things><thing>1</thing><thing>2</thing></things>`
	if diff := cmp.Diff(list, string(renderXML("things", []any{1, 2}))); diff != "" {
		t.Error(diff)
	}
}

func TestStringly(t *testing.T) {
	t.Parallel()
	got := stringly(Document{
		"n": 3, "big": int64(9), "f": json.Number("1.5"), "b": true, "null": nil, "empty": []any{}, "s": "x",
		"one": []any{Document{"k": 1}}, "two": []any{1, false}, "h": href("/a"),
	})
	want := Document{"n": "3", "big": "9", "f": "1.5", "b": "true", "s": "x", "one": Document{"k": "1"}, "two": []any{"1", "false"}, "h": href("/a")}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for cents, want := range map[int64][2]string{
		0: {"0", "0.0000000000"}, 1: {"0.01", "0.0100000000"}, 150: {"1.5", "1.5000000000"},
		1000: {"10", "10.0000000000"}, 2657: {"26.57", "26.5700000000"},
	} {
		if got := [2]string{shortMoney(cents), longMoney(cents)}; got != want {
			t.Errorf("%d cents: %v, want %v", cents, got, want)
		}
	}
	if got := longMoney(-1063); got != "-10.6300000000" {
		t.Errorf("a credit: %s", got)
	}
}

func TestBillingTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, 8, 12, 19, 43, 26, 0, time.UTC)
	if got := billingTime(at); got != "2015-08-12T13:43:26-06:00" {
		t.Errorf("%s", got)
	}
	for style, want := range map[dateStyle]any{isoDates: "2015-08-12T13:43:26-06:00", millisDates: int64(1439408606000), millisTextDates: "1439408606000"} {
		if got := style.write(at); got != want {
			t.Errorf("style %d: %v", style, got)
		}
	}
}

// TestAbsoluteLeavesTheStoredAlone since documents are shared by requests.
func TestAbsoluteLeavesTheStoredAlone(t *testing.T) {
	t.Parallel()
	stored := Document{"links": []any{link("self", "/x")}}
	absolute(stored, "http://a")
	if diff := cmp.Diff(Document{"links": []any{Document{"rel": "self", "href": href("/x")}}}, stored); diff != "" {
		t.Error(diff)
	}
}

// TestUnencodableIsA500 rather than half an answer.
func TestUnencodableIsA500(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeJSON(w, http.StatusOK, func() {})
	if w.Code != http.StatusInternalServerError || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzRenderXML(f *testing.F) {
	f.Add("name", "value <&> \x00 é")
	f.Add("-attr", "\"")
	f.Add("", "")
	f.Add("xml:thing", "]]>")
	f.Fuzz(func(t *testing.T, name, value string) {
		body := renderXML("root", Document{name: value, "list": []any{value, nil}})
		if root, err := rootOf(body); err != nil || root != "root" {
			t.Errorf("%q: %q: root %q, %v\n%s", name, value, root, err, body)
		}
	})
}

func FuzzRouter(f *testing.F) {
	for _, seed := range []string{"/account/v2/companies", "/account//v2/companies/x", "/%", "", "/v3/checkout/shoppingCarts/finalize"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		node, values := shared.box.appdirect.router.find(path)
		if node == nil {
			return
		}
		for _, e := range node.methods {
			if len(paramNames(e.Path)) != len(values) {
				t.Errorf("%q: %d values for %s", path, len(values), e.Path)
			}
		}
	})
}

func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"1439408606000", "2015-08-12T13:43:26-06:00", "2015-08-12", "soon", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ms, err := parseMoment(text)
		if err != nil {
			return
		}
		if again, err := parseMoment(id(ms)); err != nil || again != ms {
			t.Errorf("%q is %d, which reads back as %d, %v", text, ms, again, err)
		}
	})
}
