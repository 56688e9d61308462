package cache

import (
	"testing"

	"pgregory.net/rapid"
)

// TestStampsEndWithABump: in a table so small that tags meet, a stamp never
// outlives a bump of one of its tags, or of all there are.
func TestStampsEndWithABump(t *testing.T) {
	t.Parallel()
	sc := scope(t, "acme", "system")
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerations(rapid.IntRange(1, 8).Draw(t, "slots"))
		draw := rapid.SliceOfN(rapid.SampledFrom([]Tag{
			sc.Tag("a"), sc.Tag("b"), sc.Tag("c"), sc.Tag("d"), everything("acme"),
		}), 1, 3)
		type taken struct {
			tags   []Tag
			stamps []stamp
			dead   bool
		}
		var all []*taken
		t.Repeat(map[string]func(*rapid.T){
			"read": func(t *rapid.T) {
				tags := draw.Draw(t, "tags")
				fresh := &taken{tags: tags, stamps: g.read(tags)}
				if !g.current(fresh.stamps) {
					t.Fatal("outdated at once")
				}
				all = append(all, fresh)
			},
			"bump": func(t *rapid.T) {
				bumped := draw.Draw(t, "tags")
				g.bump(bumped)
				for _, s := range all {
					for _, tag := range bumped {
						for _, own := range s.tags {
							s.dead = s.dead || tag == own
						}
					}
				}
			},
			"clear": func(*rapid.T) {
				g.clear()
				for _, s := range all {
					s.dead = true
				}
			},
			"": func(t *rapid.T) {
				for _, s := range all {
					if s.dead && g.current(s.stamps) {
						t.Fatalf("%v is current after a bump", s.tags)
					}
				}
			},
		})
	})
}

func TestBumpsStayWithTheirTag(t *testing.T) {
	t.Parallel()
	sc := scope(t, "acme", "system")
	g := newGenerations(generationSlots)
	// Tags do not all fall into one slot: of these few, some must survive.
	stamps := map[string][]stamp{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		stamps[name] = g.read([]Tag{sc.Tag(name)})
	}
	g.bump([]Tag{sc.Tag("a")})
	alive := 0
	for _, s := range stamps {
		if g.current(s) {
			alive++
		}
	}
	if alive == 0 || g.current(stamps["a"]) {
		t.Errorf("%d of 6 tags alive after one was bumped", alive)
	}
}
