package appdirect

import (
	"bytes"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
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

// plainList is a list that is the whole reply.
type plainList[T any] []T

// Check refuses null, and checks the items.
func (l *plainList[T]) Check() error {
	if *l == nil {
		return errNoItems
	}
	return wire.CheckAll(*l)
}

// decodePage reads a page, or a plain list as one without its page object.
func decodePage[T any](route *upstream.Route, body []byte) (Page[T], error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		items, err := wire.Decode[plainList[T]](route, trimmed)
		return Page[T]{Items: items}, err
	}
	return wire.Decode[Page[T]](route, body)
}
