package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// kazooPageSize is the number of items of a page when the caller names none.
const kazooPageSize = 50

// kazooList is a list endpoint as data.
type kazooList struct {
	records func(*kazooCall) []*Record
	newest  bool // lists of calls: newest first, and bounded in time
}

// serve answers a page of summaries.
func (l kazooList) serve(x *kazooCall) (kazooReply, error) {
	query, err := l.bounds(x)
	if err != nil {
		return kazooReply{}, err
	}
	records := Query{Matches: kazooMatches(query)}.apply(l.records(x))
	if backwards(query) {
		slices.Reverse(records)
	}
	page, info, err := kazooCut(records, query, cursorOf, cursorAt)
	if err != nil {
		return kazooReply{}, err
	}
	fields, err := chosenFields(query)
	if err != nil {
		return kazooReply{}, err
	}
	items := make([]any, len(page))
	for i, r := range page {
		items[i] = summary(r, fields)
	}
	return kazooReply{data: items, page: info, list: true}, nil
}

// bounds is the query with the bounds in time that the list has by itself.
func (l kazooList) bounds(x *kazooCall) (url.Values, error) {
	if !l.newest {
		return x.query, nil
	}
	return x.callRange()
}

// backwards reports whether the caller turns the list around.
func backwards(query url.Values) bool {
	return query.Get("ascending") == "true" || query.Get("descending") == "false"
}

// summary is a record as lists show it, with the chosen members only; nil
// chooses all. The id is always there.
func summary(r *Record, fields []string) Document {
	short, _ := r.Facts["summary"].(Document)
	if fields == nil {
		return short
	}
	out := Document{"id": short["id"]}
	for _, f := range fields {
		if v, ok := dig(short, f); ok {
			out[f] = v
		}
	}
	return out
}

// kazooCut takes the page that a query asks for out of a list. The info is nil
// when the caller wants no paging.
func kazooCut(records []*Record, query url.Values, cursor func(i int, r *Record) string, find func([]*Record, string) int) ([]*Record, *kazooPage, error) {
	if query.Get("paginate") == "false" {
		return records, nil, nil
	}
	size := kazooPageSize
	if query.Has("page_size") {
		n, err := strconv.Atoi(query.Get("page_size"))
		if err != nil || n < 1 {
			return nil, nil, invalid("page_size", "minimum", "Value is too small, must be greater than or equal to 1")
		}
		size = n
	}
	at := 0
	if key := query.Get("start_key"); key != "" {
		if at = find(records, key); at < 0 {
			return nil, nil, &apiError{Status: http.StatusNotFound, Code: "faulty_request", Message: "faulty request"}
		}
	}
	rest := records[at:]
	page := rest[:min(size, len(rest))]
	info := &kazooPage{size: len(page)}
	if len(page) > 0 {
		info.start = cursor(at, page[0])
	}
	if len(rest) > len(page) {
		info.next = cursor(at+len(page), rest[len(page)])
	}
	return page, info, nil
}

// cursorOf names the first record of a page; the first page has no name.
func cursorOf(i int, r *Record) string {
	if i == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte("k:" + r.ID))
}

// cursorAt finds the record a cursor names, -1 when it names none.
func cursorAt(records []*Record, key string) int {
	return slices.IndexFunc(records, func(r *Record) bool { return cursorOf(1, r) == key })
}
