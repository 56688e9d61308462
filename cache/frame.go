package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// frameVersion is the first byte of every frame. Change it with the layout.
const frameVersion = 1

// frameHead is the size of a frame's fixed part: version, checksum, binding,
// times, number of generations.
const frameHead = 1 + 4 + 8 + 8 + 8 + 2

// maxStamps bounds the generations of one frame.
const maxStamps = 1<<16 - 1

var errFrame = errors.New("not an entry of this cache")

// frame is what Redis holds for an entry.
type frame struct {
	// binding ties the bytes to their key and tags.
	binding uint64
	filled  time.Time
	expires time.Time
	// gens are the generations read before the fill, one per tag in order.
	gens    []uint64
	payload []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the frame's bytes. Times are kept to the millisecond.
func (f *frame) encode() []byte {
	b := make([]byte, 5, frameHead+8*len(f.gens)+len(f.payload))
	b[0] = frameVersion
	b = binary.BigEndian.AppendUint64(b, f.binding)
	b = binary.BigEndian.AppendUint64(b, uint64(f.filled.UnixMilli()))
	b = binary.BigEndian.AppendUint64(b, uint64(f.expires.UnixMilli()))
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
	if len(b) < frameHead || b[0] != frameVersion ||
		binary.BigEndian.Uint32(b[1:]) != crc32.Checksum(b[5:], castagnoli) {
		return nil, errFrame
	}
	f := &frame{
		binding: binary.BigEndian.Uint64(b[5:]),
		filled:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[13:]))),
		expires: time.UnixMilli(int64(binary.BigEndian.Uint64(b[21:]))),
		gens:    make([]uint64, binary.BigEndian.Uint16(b[29:])),
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
