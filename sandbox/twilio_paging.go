package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What one page holds: asking for more is refused, not cut.
const (
	twilioPageSize    = 50
	twilioMaxPageSize = 1000
)

// badPageToken is the printed number of its error.
const badPageToken = "21481"

// Page tokens say where a page begins, or where it ends, by the SID of a record
// beyond it. The page's number is the client's own affair, as documented.
const (
	pageAfter  = "PA"
	pageBefore = "PB"
)

// twilioPage is one page of a list and how to come to its neighbours.
type twilioPage struct {
	slot
	number     int
	next, back string // page tokens, "" at the ends
}

// page cuts a list as the request asks.
func (x *twilioCall) page(records []*Record) (twilioPage, error) {
	size, err := intParam(x.query, "PageSize", twilioPageSize, 1)
	if err != nil {
		return twilioPage{}, err
	}
	if size > twilioMaxPageSize {
		return twilioPage{}, badParam("PageSize", fmt.Sprintf("must be at most %d", twilioMaxPageSize))
	}
	number, err := intParam(x.query, "Page", 0, 0)
	if err != nil {
		return twilioPage{}, err
	}
	from, err := tokenPosition(x.query.Get("PageToken"), records, size)
	if err != nil {
		return twilioPage{}, err
	}
	p := twilioPage{slot: cut(from, size, len(records)), number: number}
	if p.to < p.total {
		p.next = pageAfter + records[p.to-1].text("sid")
	}
	if p.from > 0 {
		p.back = pageBefore + records[p.from].text("sid")
	}
	return p, nil
}

// tokenPosition is where the page of a token begins.
func tokenPosition(token string, records []*Record, size int) (int, error) {
	if token == "" {
		return 0, nil
	}
	kind, sid := token[:min(2, len(token))], token[min(2, len(token)):]
	at := slices.IndexFunc(records, func(r *Record) bool { return r.text("sid") == sid })
	switch {
	case at >= 0 && kind == pageAfter:
		return at + 1, nil
	case at >= 0 && kind == pageBefore:
		return max(at-size, 0), nil
	}
	return 0, &apiError{Status: http.StatusBadRequest, Code: badPageToken, Message: "The page token is not one of this list"}
}

// address is the list's own address with the parameters of some page.
func (x *twilioCall) address(p twilioPage, number int, token string) string {
	q := url.Values{}
	for name, values := range x.query {
		if name != "PageToken" {
			q[name] = values
		}
	}
	q.Set("PageSize", strconv.Itoa(p.size))
	q.Set("Page", strconv.Itoa(number))
	if token != "" {
		q.Set("PageToken", token)
	}
	_, path := twilioPath(x.site.path)
	return path + "?" + q.Encode()
}

// neighbours are the addresses of the pages around this one, under the two names
// that lists have for them. Absent ones are null.
func (x *twilioCall) neighbours(p twilioPage, suffix string, write func(string) any) Document {
	d := Document{
		"first_page_" + suffix: write(x.address(p, 0, "")), suffix: write(x.address(p, p.number, x.query.Get("PageToken"))),
		"next_page_" + suffix: nil, "previous_page_" + suffix: nil,
	}
	if p.next != "" {
		d["next_page_"+suffix] = write(x.address(p, p.number+1, p.next))
	}
	if p.back != "" {
		d["previous_page_"+suffix] = write(x.address(p, max(p.number-1, 0), p.back))
	}
	return d
}

// twilioList answers a list in the style of its API: the marketplace's pages
// have a meta member with absolute addresses, the older API's have theirs beside
// the list, relative to the host. Neither counts the whole list.
func twilioList(key string, records func(*twilioCall) ([]*Record, error)) twilioHandler {
	return func(x *twilioCall) (reply, error) {
		all, err := records(x)
		if err != nil {
			return reply{}, err
		}
		p, err := x.page(all)
		if err != nil {
			return reply{}, err
		}
		items := make([]any, 0, p.size)
		for _, r := range all[p.from:p.to] {
			items = append(items, r.Body)
		}
		if strings.HasPrefix(x.endpoint.Path, twilioHosts["marketplace"]) {
			meta := x.neighbours(p, "url", func(path string) any { return href("/marketplace" + path) })
			meta["page"], meta["page_size"], meta["key"] = p.number, p.size, key
			return reply{body: Document{key: items, "meta": meta}}, nil
		}
		body := x.neighbours(p, "uri", func(path string) any { return path })
		body["page"], body["page_size"], body["start"], body["end"] = p.number, p.size, p.from, max(p.to-1, 0)
		body[key] = items
		return reply{body: body}, nil
	}
}
