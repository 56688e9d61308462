package appdirect

import (
	"errors"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

var errNoItems = errors.New("a page without its items")

// Page is one page of a page/size list. Items keep the backend's order.
type Page[T any] struct {
	// Items of this page, possibly none, but never nil in what a decoder gives.
	Items []T `json:"content"`
	// Info is nil where the reply carries no page object.
	Info *PageInfo `json:"page"`
}

// PageInfo counts a page/size list.
type PageInfo struct {
	// Size is the page size in force, which may be less than what was asked for.
	Size int `json:"size"`
	// TotalElements counts the whole list.
	TotalElements int `json:"totalElements"`
	// Number is the page's own number, from 0.
	Number int `json:"number"`
}

// Check refuses an object that is no page at all, such as an error answered as
// a success: it must not look like a page without items.
func (p *Page[T]) Check() error {
	if p.Items == nil {
		return errNoItems
	}
	return wire.CheckAll(p.Items)
}
