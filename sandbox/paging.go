package sandbox

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
)

// The caps on how many records one answer holds; asking for more gets this many.
const (
	maxPageSize   = 100 // page/size lists
	maxWindow     = 250 // start/count lists
	maxListing    = 500 // the catalogue listing, as printed in its default
	maxFirst      = 100 // first/after lists
	defaultFirst  = 20  // records of any list, where the documents print no default
	maxTextLength = 1024
)

// slot is the part of a list that an answer holds.
type slot struct {
	from, to int // half-open range of records
	size     int // records asked for, after the cap
	total    int // records in the whole list
}

// cut bounds a slot to the list, so that a page past the end is empty.
func cut(from, size, total int) slot {
	start := min(max(from, 0), total)
	return slot{from: start, to: min(start+size, total), size: size, total: total}
}

// pageSlot reads page/size.
func pageSlot(q url.Values, defaultSize, limit, total int) (slot, int, error) {
	page, err := intParam(q, "page", 0, 0)
	if err != nil {
		return slot{}, 0, err
	}
	size, err := intParam(q, "size", defaultSize, 1)
	if err != nil {
		return slot{}, 0, err
	}
	size = min(size, limit)
	// A page number near the largest integer would overflow the offset.
	return cut(min(page, total)*size, size, total), page, nil
}

// windowSlot reads start/count.
func windowSlot(q url.Values, defaultCount, limit, total int) (slot, error) {
	start, err := intParam(q, "start", 0, 0)
	if err != nil {
		return slot{}, err
	}
	count, err := intParam(q, "count", defaultCount, 1)
	if err != nil {
		return slot{}, err
	}
	return cut(start, min(count, limit), total), nil
}

// cursorSlot reads first/after. A cursor is the base64 of a position, as the
// printed ones are.
func cursorSlot(q url.Values, total int) (slot, error) {
	first, err := intParam(q, "first", defaultFirst, 1)
	if err != nil {
		return slot{}, err
	}
	from := 0
	if after := q.Get("after"); after != "" {
		at, err := decodeCursor(after)
		if err != nil {
			return slot{}, err
		}
		from = min(at, total) + 1
	}
	return cut(from, min(first, maxFirst), total), nil
}

// encodeCursor writes the position of a record in its list.
func encodeCursor(position int) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(position)))
}

// decodeCursor reads what encodeCursor wrote, from whoever sends it.
func decodeCursor(cursor string) (int, error) {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, badParam("after", "is not a cursor of this list")
	}
	at, err := strconv.Atoi(string(raw))
	if err != nil || at < 0 {
		return 0, badParam("after", "is not a cursor of this list")
	}
	return at, nil
}

// pageObject is the printed page member; numbers count from zero.
func pageObject(s slot, number int) Document {
	pages := 0
	if s.size > 0 {
		pages = (s.total + s.size - 1) / s.size
	}
	return Document{"size": s.size, "totalElements": s.total, "totalPages": pages, "number": number}
}

// pageInfo is the printed pageInfo member of first/after lists.
func pageInfo(s slot) Document {
	info := Document{
		"startCursor": nil, "endCursor": nil,
		"hasNextPage": s.to < s.total, "hasPreviousPage": s.from > 0,
	}
	if s.to > s.from {
		info["startCursor"], info["endCursor"] = encodeCursor(s.from), encodeCursor(s.to-1)
	}
	return info
}

// intParam reads a number that must not be below least.
func intParam(q url.Values, name string, fallback, least int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, badParam(name, "must be an integer")
	}
	if n < least {
		return 0, badParam(name, fmt.Sprintf("must be at least %d", least))
	}
	return n, nil
}
