package leadconnector

import (
	"errors"
	"net/url"
	"strconv"
)

var errNoItems = errors.New("a page without its items")

// Pagination counts a list. Some lists have it, searches have none.
type Pagination struct {
	// Total counts the whole list.
	Total int `json:"total"`
	// Skip is how many items come before this page.
	Skip int `json:"skip"`
	// Limit is the page size in force.
	Limit int `json:"limit"`
}

// Window are the parameters that ask for limit items after the first skip. Searches type both as texts and lists as
// numbers; in a query they are written alike.
func Window(skip, limit int) url.Values {
	return url.Values{"skip": {strconv.Itoa(skip)}, "limit": {strconv.Itoa(limit)}}
}

// Next is how many items to skip for the next page of a list that does not count itself, when got items came back after
// skip. Only an empty page is surely the last: how many items the backend grants at most is not printed, so a page
// that is shorter than was asked for proves nothing.
func Next(skip, got int) (next int, more bool) { return skip + got, got > 0 }
