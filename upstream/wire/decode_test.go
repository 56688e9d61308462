package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

var route = &upstream.Route{Name: "any.read", Backend: "any"}

// thing is a resource with two spellings of its id.
type thing struct {
	ID     wire.Text `json:"id"`
	DashID wire.Text `json:"-id"`
}

func (x *thing) Check() error { return wire.Identified(x.ID, x.DashID) }

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"id":"a"}`, `{"-id":7}`, ` {"id":null,"-id":"a"} `} {
		if got, err := wire.Decode[thing](route, []byte(body)); err != nil || wire.First(got.ID, got.DashID) == "" {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	if got, err := wire.Decode[[]string](route, []byte(`["unchecked"]`)); err != nil || len(got) != 1 {
		t.Errorf("what has no check: %v, %v", got, err)
	}
}

// TestDecodeRefuses: with the error the value is zero, and the error does not quote.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{`, `{}`, `null`, `{"id":""}`, `{"message":"s3cret"}`, `{"id":["s3cret"]}`, `"s3cret"`, `{"id":"s3cret"} 1`} {
		got, err := wire.Decode[thing](route, []byte(body))
		if upstream.KindOf(err) != upstream.MalformedReply || got != (thing{}) {
			t.Errorf("%s: %+v, %v", body, got, err)
			continue
		}
		var e *upstream.Error
		if !errors.As(err, &e) || e.Route != route.Name || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestCheckAll(t *testing.T) {
	t.Parallel()
	if err := wire.CheckAll([]thing{{ID: "a"}, {DashID: "b"}}); err != nil {
		t.Error(err)
	}
	if wire.CheckAll([]thing{{ID: "a"}, {}}) == nil {
		t.Error("one without its id passed")
	}
	if err := wire.CheckAll([]string{"", "no check"}); err != nil {
		t.Error(err)
	}
	if _, err := wire.Decode[wire.List[thing]](route, []byte(`[{"id":"a"},{}]`)); err == nil {
		t.Error("a list as a whole reply was not checked")
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		texts []wire.Text
		want  wire.Text
	}{
		{nil, ""},
		{[]wire.Text{"", ""}, ""},
		{[]wire.Text{"", "b", "c"}, "b"},
		{[]wire.Text{" ", "b"}, " "}, // spaces are the backend's own
	} {
		if got := wire.First(c.texts...); got != c.want {
			t.Errorf("%q: %q, want %q", c.texts, got, c.want)
		}
	}
}
