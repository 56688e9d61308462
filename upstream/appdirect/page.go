package appdirect

import (
	"encoding/json"

	"github.com/marketgraph/marketgraph/upstream"
)

// Page is one page of a page/size list. Items keep the backend's order.
type Page[T any] struct {
	// Items of this page, possibly none.
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

// decode reads body into T; anything else than that shape is a Malformed error of the route.
func decode[T any](route *upstream.Route, body []byte) (T, error) {
	var out T
	if err := json.Unmarshal(body, &out); err != nil {
		return out, upstream.Malformed(route, err)
	}
	return out, nil
}
