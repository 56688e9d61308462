package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// frameVersion is the first byte of every frame. Change it with the layout.
const frameVersion = 2

// frameHead is the size of a frame's fixed part: version, checksum, packing, binding,
// term, number of generations.
const frameHead = 1 + 4 + 1 + 8 + 5*8 + 2

// maxStamps bounds the generations of one frame.
const maxStamps = 1<<16 - 1

var errFrame = errors.New("not an entry of this cache")

// frame is what Redis holds for an entry.
type frame struct {
	// binding ties the bytes to their key and tags.
	binding uint64
	term    term
	// gens are the generations read before the fill, one per tag in order.
	gens []uint64
	// packed says that the payload is compressed.
	packed  bool
	payload []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the frame's bytes. Times are kept to the millisecond.
func (f *frame) encode() []byte {
	b := make([]byte, 6, frameHead+8*len(f.gens)+len(f.payload))
	b[0] = frameVersion
	if f.packed {
		b[5] = 1
	}
	b = binary.BigEndian.AppendUint64(b, f.binding)
	b = binary.BigEndian.AppendUint64(b, uint64(f.term.filled.UnixMilli()))
	for _, d := range []time.Duration{f.term.life.Fresh, f.term.life.Grace, f.term.life.Hard, f.term.early} {
		b = binary.BigEndian.AppendUint64(b, uint64(d.Milliseconds()))
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(f.gens)))
	for _, gen := range f.gens {
		b = binary.BigEndian.AppendUint64(b, gen)
	}
	b = append(b, f.payload...)
	binary.BigEndian.PutUint32(b[1:], crc32.Checksum(b[5:], castagnoli))
	return b
}

// decodeFrame reads a frame. The payload shares the memory of b.
func decodeFrame(b []byte) (*frame, error) {
	if len(b) < frameHead || b[0] != frameVersion || b[5] > 1 ||
		binary.BigEndian.Uint32(b[1:]) != crc32.Checksum(b[5:], castagnoli) {
		return nil, errFrame
	}
	number := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
	millis := func(at int) time.Duration { return time.Duration(number(at)) * time.Millisecond }
	f := &frame{
		packed: b[5] == 1, binding: number(6),
		term: term{
			filled: time.UnixMilli(int64(number(14))), early: millis(46),
			life: Life{Fresh: millis(22), Grace: millis(30), Hard: millis(38)},
		},
		gens: make([]uint64, binary.BigEndian.Uint16(b[frameHead-2:])),
	}
	rest := b[frameHead:]
	if len(rest) < 8*len(f.gens) {
		return nil, errFrame
	}
	for i := range f.gens {
		f.gens[i] = binary.BigEndian.Uint64(rest[8*i:])
	}
	f.payload = rest[8*len(f.gens):]
	return f, nil
}

// bind returns the binding of an entry of that key that depends on those tags.
func bind(key Key, tags []Tag) uint64 {
	h := sha256.New()
	h.Write([]byte(key.text))
	for _, tag := range tags {
		// Neither text holds a line break, so the joined text is unambiguous.
		h.Write([]byte("\n" + tag.text))
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}
