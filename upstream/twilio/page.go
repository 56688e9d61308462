package twilio

import (
	"encoding/json"
	"errors"
	"net/url"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Page is one page of a list. No list counts itself. Items keep the backend's order.
type Page[T any] struct {
	// Items of this page, possibly none, but never nil in what a decoder gives.
	Items []T
	// Next are the parameters that ask the same route for the next page, beside the filters that the first was asked with;
	// nil on the last page. They are PageSize, Page and PageToken, taken from the address that the backend names.
	Next url.Values
}

// pageParams are the parameters of every list.
var pageParams = []string{"PageSize", "Page", "PageToken"}

// listQuery names a list's parameters: its filters, then those of its pages.
func listQuery(filters ...string) []string { return append(filters, pageParams...) }

var (
	errNoItems  = errors.New("a page without its items")
	errNoPaging = errors.New("a page that does not say whether it is the last")
	errNotAPage = errors.New("a next page without page or token")
	errBadLink  = errors.New("a next page that is not an address")
)

// decodePage reads a page whose items are the member of that name.
func decodePage[T any](route *upstream.Route, member string, body []byte) (Page[T], error) {
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return Page[T]{}, upstream.Malformed(route, err)
	}
	next, err := nextOf(whole)
	if err != nil {
		return Page[T]{}, upstream.Malformed(route, err)
	}
	items, err := itemsOf[T](whole[member])
	if err != nil {
		return Page[T]{}, upstream.Malformed(route, err)
	}
	return Page[T]{Items: items, Next: next}, nil
}

// itemsOf refuses a reply without a list: an error answered as a success must not look like a page without items.
func itemsOf[T any](raw json.RawMessage) ([]T, error) {
	var items []T
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
	}
	if items == nil {
		return nil, errNoItems
	}
	return items, wire.CheckAll(items)
}

// nextOf finds the address of the next page: in meta at the Marketplace, beside the items at the API. It is null on the
// last page; where it is missing the list might go on unseen.
func nextOf(whole map[string]json.RawMessage) (url.Values, error) {
	link, ok := whole["next_page_uri"]
	if meta, isMeta := whole["meta"]; isMeta && !ok {
		var paging map[string]json.RawMessage
		if err := json.Unmarshal(meta, &paging); err != nil {
			return nil, err
		}
		link, ok = paging["next_page_url"]
	}
	if !ok {
		return nil, errNoPaging
	}
	var address wire.Text
	if err := json.Unmarshal(link, &address); err != nil {
		return nil, err
	}
	return nextQuery(string(address))
}

// nextQuery takes the paging parameters from an address and nothing else: whatever host or path it names, the next call
// goes where the last one went.
func nextQuery(address string) (next url.Values, err error) {
	if address == "" {
		return next, nil
	}
	link, err := url.Parse(address)
	if err != nil {
		return nil, errBadLink
	}
	given, err := url.ParseQuery(link.RawQuery)
	if err != nil {
		return nil, errBadLink
	}
	next = url.Values{}
	for _, name := range pageParams {
		if value := given.Get(name); value != "" {
			next.Set(name, value)
		}
	}
	if !next.Has("Page") && !next.Has("PageToken") {
		return nil, errNotAPage
	}
	return next, nil
}
