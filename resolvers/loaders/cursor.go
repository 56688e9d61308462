package loaders

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"

	"github.com/marketgraph/marketgraph/cache"
)

// markBytes is how much of a list's hash its cursors carry.
const markBytes = 8

// mark binds cursors to the list they came from: tenant, authority, route,
// arguments and rows. A cursor of another list, or of another tenant's, does
// not fit. It holds no secret and grants nothing: it is only a position.
type mark [markBytes]byte

func markOf(key cache.Key, rows string) mark {
	sum := sha256.Sum256([]byte(key.String() + "\x00" + rows))
	return mark(sum[:markBytes])
}

// encode writes the cursor of the item at offset.
func (m mark) encode(offset int) string {
	raw := binary.AppendUvarint(m[:len(m):len(m)], uint64(offset))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// decode reads a cursor of this very list.
func (m mark) decode(argument, cursor string) (int, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= markBytes {
		return 0, &InputError{Argument: argument, Reason: "this is no cursor; take one from `edges.cursor` or `pageInfo`"}
	}
	if mark(raw[:markBytes]) != m {
		return 0, &InputError{Argument: argument, Reason: "this cursor belongs to another list or to other arguments"}
	}
	offset, _ := binary.Uvarint(raw[markBytes:])
	// A position has one spelling: what encode would not write, it did not write.
	if offset > math.MaxInt32 || m.encode(int(offset)) != cursor {
		return 0, &InputError{Argument: argument, Reason: "this is no cursor; take one from `edges.cursor` or `pageInfo`"}
	}
	return int(offset), nil
}
