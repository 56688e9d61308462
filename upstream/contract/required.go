package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// CheckRequired wants of each decoder's printed replies that exactly these members must be there: paths by the route's
// name, in order and without positions in lists, such as "content content.uuid". A reply where one is missing, or for
// some where one is null, is malformed; any other member may be missing and null.
func (room *Room) CheckRequired(t testing.TB, required map[string]string) {
	t.Helper()
	for _, d := range room.Decoders {
		if d.Sample == "" {
			continue
		}
		var found []string
		tried := map[string]bool{}
		for _, body := range room.Samples(t, d.Sample) {
			found = append(found, room.required(t, d, body, tried)...)
		}
		slices.Sort(found)
		if got := strings.Join(slices.Compact(found), " "); got != required[d.Route.Name] {
			t.Errorf("%s requires %q, not %q", d.Route.Name, got, required[d.Route.Name])
		}
	}
}

// required are the members of one reply without which its decoder refuses it. What another sample has tried is left out:
// the printed replies of an endpoint are much alike.
func (room *Room) required(t testing.TB, d Decoder, body []byte, tried map[string]bool) (found []string) {
	t.Helper()
	for _, path := range Members(Parsed(t, body)) {
		if tried[path] {
			continue
		}
		tried[path] = true
		missing := room.refuses(t, d, spoiled("", Parsed(t, body), path, true))
		if null := room.refuses(t, d, spoiled("", Parsed(t, body), path, false)); missing || null {
			found = append(found, path)
		}
	}
	return found
}

func (room *Room) refuses(t testing.TB, d Decoder, tree any) bool {
	t.Helper()
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if _, err = d.Decode(body); err != nil {
		room.CheckMalformed(t, d.Route, err)
	}
	return err != nil
}

// Parsed is a body as objects and lists, its numbers as they are written. The caller owns it.
func Parsed(t testing.TB, body []byte) any {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var tree any
	if err := in.Decode(&tree); err != nil {
		t.Fatalf("%v", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("more than one value: %s", body)
	}
	return tree
}

// Members are the paths of all members of what [Parsed] gives, each once, in order and without positions in lists.
func Members(tree any) []string { return members("", tree) }

// members are those below a place.
func members(place string, v any) (paths []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			paths = append(append(paths, below(place, name)), members(below(place, name), member)...)
		}
	case []any:
		for _, element := range v {
			paths = append(paths, members(place, element)...)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// spoiled is a tree without the members of a path, or with null in their place.
func spoiled(place string, v any, path string, missing bool) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			switch at := below(place, name); {
			case at != path:
				v[name] = spoiled(at, member, path, missing)
			case missing:
				delete(v, name)
			default:
				v[name] = nil
			}
		}
	case []any:
		for i, element := range v {
			v[i] = spoiled(place, element, path, missing)
		}
	}
	return v
}

func below(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}
