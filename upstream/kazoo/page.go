package kazoo

import (
	"net/url"
	"strconv"
)

// Page is one page of a list. Items keep the backend's order; their whole number is not told.
type Page[T any] struct {
	// Items of this page, possibly none, but never nil in what a decoder gives.
	Items []T
	// Next is the start key of the next page, "" on the last. It is opaque, and stands for a place in the list as it was.
	Next string
}

// PageQuery asks for size items from a page's start key on, "" for the first page.
// A size below 1 leaves the size to the backend.
func PageQuery(size int, start string) url.Values {
	query := url.Values{}
	if size > 0 {
		query.Set("page_size", strconv.Itoa(size))
	}
	if start != "" {
		query.Set("start_key", start)
	}
	return query
}
