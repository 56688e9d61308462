package loaders

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/cache"
)

func anyMark(t *rapid.T, label string) mark {
	return mark(rapid.SliceOfN(rapid.Byte(), markBytes, markBytes).Draw(t, label))
}

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, offset := anyMark(t, "mark"), rapid.IntRange(0, math.MaxInt32).Draw(t, "offset")
		cursor := m.encode(offset)
		if got, err := m.decode("after", cursor); err != nil || got != offset {
			t.Fatalf("%q of %d is %d, %v", cursor, offset, got, err)
		}
		if strings.ContainsAny(cursor, "+/= ") {
			t.Fatalf("%q would have to be escaped in a URL", cursor)
		}
	})
}

// TestCursorBelongsToOneList: whatever is done to a cursor, no second list takes it.
func TestCursorBelongsToOneList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mine, other := anyMark(t, "mine"), anyMark(t, "other")
		other[0] = ^mine[0]
		raw := []byte(mine.encode(rapid.IntRange(0, 1000).Draw(t, "offset")))
		// The mark is in the first 8 of the bytes that base64 writes as 4 for 3: change what is behind it.
		const marked = (markBytes*8 + 5) / 6
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			raw[rapid.IntRange(marked, len(raw)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		if _, err := other.decode("after", string(raw)); err == nil {
			t.Fatalf("%q of %x was taken for one of %x", raw, mine, other)
		}
	})
}

// TestMarkTellsListsApart: each of what makes a list another one makes its cursors others.
func TestMarkTellsListsApart(t *testing.T) {
	t.Parallel()
	key := func(tenant, authority, route, id string) cache.Key {
		scope, err := cache.NewScope(tenant, authority)
		if err != nil {
			t.Fatal(err)
		}
		return scope.Key(cache.KeySpec{Route: route, ID: id})
	}
	lists := map[string]mark{
		"itself":    markOf(key("acme", "system", "list", ""), "all"),
		"tenant":    markOf(key("globex", "system", "list", ""), "all"),
		"authority": markOf(key("acme", "viewer:x", "list", ""), "all"),
		"route":     markOf(key("acme", "system", "other", ""), "all"),
		"parent":    markOf(key("acme", "system", "list", "1"), "all"),
		"rows":      markOf(key("acme", "system", "list", ""), "company:1"),
	}
	for name, m := range lists {
		if name != "itself" && m == lists["itself"] {
			t.Errorf("another %s has the same cursors", name)
		}
	}
}

func TestCursorRefusals(t *testing.T) {
	t.Parallel()
	m := mark{1, 2, 3, 4, 5, 6, 7, 8}
	write := func(raw ...byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
	for name, tc := range map[string]struct{ cursor, says string }{
		"a number":        {"20", "no cursor"},
		"padding":         {m.encode(1) + "=", "no cursor"},
		"the mark alone":  {write(m[:]...), "no cursor"},
		"unfinished":      {write(append(m[:], 0x80)...), "no cursor"},
		"more behind":     {write(append(m[:], 1, 0)...), "no cursor"},
		"beyond an Int":   {write(append(m[:], 0x80, 0x80, 0x80, 0x80, 0x08)...), "no cursor"},
		"beyond 64 bits":  {write(append(m[:], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)...), "no cursor"},
		"another list's":  {mark{}.encode(1), "another list"},
		"a GraphQL id":    {base64.RawURLEncoding.EncodeToString([]byte("arrayconnection:19")), "another list"},
		"a line's end":    {m.encode(1)[:4] + "\n" + m.encode(1)[4:], "no cursor"},
		"two spellings":   {write(append(m[:], 0x81, 0x00)...), "no cursor"},
		"not even base64": {"é", "no cursor"},
	} {
		_, err := m.decode("before", tc.cursor)
		input, ok := errors.AsType[*InputError](err)
		if !ok || input.Argument != "before" || !strings.Contains(input.Reason, tc.says) {
			t.Errorf("%s: %q gives %v, want an InputError of `before` that says %q", name, tc.cursor, err, tc.says)
		}
	}
}

// FuzzCursor: no text panics, what is read is a position, and no text is a cursor of two lists.
func FuzzCursor(f *testing.F) {
	mine, other := mark{1, 2, 3, 4, 5, 6, 7, 8}, mark{8, 7, 6, 5, 4, 3, 2, 1}
	for _, seed := range []string{"", "20", mine.encode(0), mine.encode(math.MaxInt32), other.encode(7), mine.encode(1) + "="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		at, err := mine.decode("after", cursor)
		if err == nil && (at < 0 || at > math.MaxInt32 || mine.encode(at) != cursor) {
			t.Fatalf("%q is position %d, whose cursor is %q", cursor, at, mine.encode(at))
		}
		if _, otherErr := other.decode("after", cursor); err == nil && otherErr == nil {
			t.Fatalf("%q is a cursor of two lists", cursor)
		}
	})
}
