package cache

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"
)

// probe is one request on its way through the tiers: its key, and the generations
// as they were before anything was read on its behalf.
type probe struct {
	index int // of the request, for the caller
	key   Key
	tags  []Tag // everything, the request's, and its births
	firm  int   // how many of these a value depends on; a verdict depends on all
	life  Life
	last  *entry // what may be served if nothing else is; nil for nothing

	local   []stamp  // read before Redis and before the fill
	remote  []uint64 // nil: Redis was not asked, or did not answer; 0: no generation
	found   *frame   // nil: Redis has no live entry
	aside   bool     // it is a refresh
	follows bool     // another replica fills
	stored  bool     // Redis was told what came of the fill
}

// complete reports whether all of the tags' generations in Redis are known, so
// that Redis can refuse what was evicted during the fill.
func (p *probe) complete() bool {
	return p.remote != nil && !slices.Contains(p.remote, 0)
}

// entry is what this process keeps of the answer, which depends on so many of the tags.
func (p *probe) entry(t term, bytes, depends int) *entry {
	return &entry{
		tags: p.tags[1:p.firm], stamps: p.local[:depends], term: t, tried: new(trial),
		weight: uint32(bytes + len(p.key.text) + EntryOverhead),
	}
}

// accept takes what Redis answered: the entry and the tags' generations, nil where
// there is none. It reports false when the entry is not one of ours.
func (p *probe) accept(values []any, now time.Time) bool {
	p.found, p.remote = nil, make([]uint64, len(p.tags))
	for i := range p.tags {
		p.remote[i] = generationOf(values[i+1])
	}
	text, ok := values[0].(string)
	if !ok {
		return true
	}
	f, err := decodeFrame([]byte(text))
	if err != nil {
		return false
	}
	depends := len(f.gens)
	if depends != p.firm && depends != len(p.tags) || f.binding != bind(p.key, p.tags[:depends]) {
		return false
	}
	f.term = f.term.trusted(now, p.life)
	if !slices.Contains(f.gens, 0) && slices.Equal(f.gens, p.remote[:depends]) && f.term.at(now) != over {
		p.found = f
	}
	return true
}

// generationOf reads a generation as Redis holds it; anything else is none.
func generationOf(value any) uint64 {
	text, _ := value.(string)
	gen, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return gen
}

// generations returns the generations in a form that can be compared.
func (p *probe) generations() (local, remote string) {
	b := make([]byte, 0, 12*len(p.local))
	for _, s := range p.local {
		b = binary.BigEndian.AppendUint32(b, s.slot)
		b = binary.BigEndian.AppendUint64(b, s.gen)
	}
	r := make([]byte, 0, 8*len(p.remote))
	for _, gen := range p.remote {
		r = binary.BigEndian.AppendUint64(r, gen)
	}
	return string(b), string(r)
}
