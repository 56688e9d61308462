package cache

import "github.com/klauspost/compress/zstd"

// PackAbove is the size in bytes above which a value is compressed in Redis.
const PackAbove = 4 << 10

// packer compresses what is worth it. It is safe for concurrent use.
type packer struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// newPacker makes a packer of values up to that many bytes: what says that it would
// unpack to more is refused.
func newPacker(most int) (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(uint64(max(most, PackAbove))))
	if err != nil {
		return nil, err
	}
	return &packer{encoder: encoder, decoder: decoder}, nil
}

// pack puts a payload into a frame.
func (p *packer) pack(f *frame, payload []byte) {
	f.payload, f.packed = payload, false
	if len(payload) <= PackAbove {
		return
	}
	if small := p.encoder.EncodeAll(payload, nil); len(small) < len(payload) {
		f.payload, f.packed = small, true
	}
}

// unpack returns a frame's payload as it was.
func (p *packer) unpack(f *frame) ([]byte, error) {
	if !f.packed {
		return f.payload, nil
	}
	return p.decoder.DecodeAll(f.payload, nil)
}

// close ends what the packer keeps ready.
func (p *packer) close() { p.decoder.Close() }
