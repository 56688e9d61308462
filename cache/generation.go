package cache

import (
	"hash/maphash"
	"sync/atomic"
)

// generationSlots fixes the memory of the local generations (512 KiB). Tags that
// meet in a slot evict each other's entries too: too much, never too little. A
// table of exact tags would grow with every id that was ever evicted.
const generationSlots = 1 << 16

// generations counts this process's evictions per tag.
type generations struct {
	seed  maphash.Seed
	slots []atomic.Uint64
	all   atomic.Uint64 // evictions of everything
}

// stamp is the generation of one tag as it was before a read.
type stamp struct {
	slot uint32
	gen  uint64
}

func newGenerations(slots int) *generations {
	return &generations{seed: maphash.MakeSeed(), slots: make([]atomic.Uint64, slots)}
}

func (g *generations) slot(tag Tag) uint32 {
	return uint32(maphash.Comparable(g.seed, tag) % uint64(len(g.slots)))
}

// read stamps the tags. It comes before whatever the stamps are to vouch for.
func (g *generations) read(tags []Tag) []stamp {
	stamps := make([]stamp, len(tags))
	for i, tag := range tags {
		slot := g.slot(tag)
		stamps[i] = stamp{slot: slot, gen: g.of(slot)}
	}
	return stamps
}

// of is the generation of a slot. Both parts only rise, so that the sum is the same
// only while both are.
func (g *generations) of(slot uint32) uint64 { return g.slots[slot].Load() + g.all.Load() }

// current reports whether none of the stamped tags was bumped since.
func (g *generations) current(stamps []stamp) bool {
	for _, s := range stamps {
		if g.of(s.slot) != s.gen {
			return false
		}
	}
	return true
}

// clear makes every earlier stamp outdated.
func (g *generations) clear() { g.all.Add(1) }

// bump makes every earlier stamp of the tags outdated.
func (g *generations) bump(tags []Tag) {
	for _, tag := range tags {
		g.slots[g.slot(tag)].Add(1)
	}
}
