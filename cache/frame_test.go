package cache

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var compareFrames = cmp.Options{cmp.AllowUnexported(frame{}, term{}), cmpopts.EquateEmpty()}

func drawMillis(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.Int64Range(0, MaxFresh.Milliseconds()).Draw(t, name)) * time.Millisecond
}

func drawFrame(t *rapid.T) *frame {
	return &frame{
		binding: rapid.Uint64().Draw(t, "binding"),
		term: term{
			filled: time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(t, "filled")),
			life:   Life{Fresh: drawMillis(t, "fresh"), Grace: drawMillis(t, "grace"), Hard: drawMillis(t, "hard")},
			early:  drawMillis(t, "early"),
		},
		packed:  rapid.Bool().Draw(t, "packed"),
		gens:    rapid.SliceOfN(rapid.Uint64(), 0, 5).Draw(t, "gens"),
		payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
	}
}

func TestFramesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawFrame(t)
		got, err := decodeFrame(want.encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, compareFrames); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// TestDamagedFramesAreRefused: any one changed byte and any cut is noticed.
func TestDamagedFramesAreRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := drawFrame(t).encode()
		cut := rapid.IntRange(0, len(whole)-1).Draw(t, "cut")
		if _, err := decodeFrame(whole[:cut]); !errors.Is(err, errFrame) {
			t.Fatalf("cut to %d of %d bytes: %v", cut, len(whole), err)
		}
		at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
		whole[at] ^= rapid.ByteRange(1, 255).Draw(t, "flip")
		if _, err := decodeFrame(whole); !errors.Is(err, errFrame) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	})
}

func FuzzDecodeFrame(f *testing.F) {
	f.Add([]byte{})
	f.Add((&frame{gens: []uint64{1, 2}, payload: []byte("x")}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeFrame(b)
		if (got == nil) == (err == nil) {
			t.Fatalf("frame %v, error %v", got, err)
		}
		if got == nil {
			return
		}
		again, err := decodeFrame(got.encode())
		if err != nil || !cmp.Equal(got, again, compareFrames) {
			t.Fatalf("%v reads back as %v, %v", got, again, err)
		}
	})
}

func TestBindingsAreOfKeyAndTags(t *testing.T) {
	t.Parallel()
	sc := scope(t, "acme", "system")
	a, b := sc.Key(KeySpec{Route: "a"}), sc.Key(KeySpec{Route: "b"})
	x, y := sc.Tag("x"), sc.Tag("y")
	seen := map[uint64]bool{}
	all := []uint64{bind(a, nil), bind(b, nil), bind(a, []Tag{x}), bind(a, []Tag{y}), bind(a, []Tag{x, y}), bind(a, []Tag{y, x})}
	for _, binding := range all {
		seen[binding] = true
	}
	if len(seen) != len(all) || bind(a, []Tag{x}) != bind(a, []Tag{x}) {
		t.Errorf("%d bindings, want %d", len(seen), len(all))
	}
}
