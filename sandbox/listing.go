package sandbox

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listing is a list endpoint as data: how its query parameters narrow and order
// a collection and how the answer is cut and shown.
type listing struct {
	records func(*exchange) ([]*Record, error)        // what there is to list
	filters map[string]filter                         // by query parameter
	custom  func(name string, negate bool) filter     // for custom.<name>; nil when not offered
	sortBy  string                                    // query parameter that names the order; "sortField" when empty
	sorts   map[string]string                         // its values to facts
	paging  func(*exchange, []*Record) (reply, error) // cuts and shows
}

// serve answers the list.
func (l listing) serve(x *exchange) (reply, error) {
	records, err := l.records(x)
	if err != nil {
		return reply{}, err
	}
	q, err := l.query(x)
	if err != nil {
		return reply{}, err
	}
	return l.paging(x, q.apply(records))
}

// query reads the parameters that select and order.
func (l listing) query(x *exchange) (Query, error) {
	var q Query
	for name, values := range x.query {
		f := l.filterFor(name)
		if f == nil {
			continue
		}
		match, err := f(values)
		if err != nil {
			return Query{}, badParam(name, err.Error())
		}
		q.Matches = append(q.Matches, match)
	}
	sortBy := l.sortBy
	if sortBy == "" {
		sortBy = "sortField"
	}
	if order := x.param(sortBy); order != "" && l.sorts != nil {
		fact, known := l.sorts[order]
		if !known {
			return Query{}, badParam(sortBy, "names no order of this list")
		}
		q.Sort = fact
	}
	q.Desc = x.param("sortOrder") == "DESC"
	return q, nil
}

// filterFor is nil for parameters that do not select records.
func (l listing) filterFor(name string) filter {
	bare, operator := splitOperator(name)
	if l.custom != nil && strings.HasPrefix(bare, customPrefix) {
		return l.custom(strings.TrimPrefix(bare, customPrefix), operator == "notIn")
	}
	return l.filters[bare]
}

// shower makes the wire document of a record for one request.
type shower func(*exchange, *Record) any

// asStored shows records that look the same in every list.
func asStored(_ *exchange, r *Record) any { return r.Body }

// show makes the documents of a slice of records; it is never null.
func show(x *exchange, records []*Record, one shower) []any {
	out := make([]any, len(records))
	for i, r := range records {
		out[i] = one(x, r)
	}
	return out
}

// pages answers page/size lists: {links, content, page}. With next, links holds
// the address of the page that follows, as one printed sample has it.
func pages(one shower, next bool) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		size, _ := strconv.Atoi(x.fallback("size"))
		at, number, err := pageSlot(x.query, cmp.Or(size, defaultFirst), maxPageSize, len(records))
		if err != nil {
			return reply{}, err
		}
		links := []any{}
		if next && at.to < at.total {
			links = append(links, Document{"rel": "next", "href": nextPage(x, number+1, at.size)})
		}
		return reply{body: Document{
			"links": links, "content": show(x, records[at.from:at.to], one), "page": pageObject(at, number),
		}}, nil
	}
}

// nextPage repeats the request's own parameters, which keeps its filters.
func nextPage(x *exchange, page, size int) href {
	q := url.Values{}
	for name, values := range x.query {
		q[name] = values
	}
	for _, name := range []string{"sortField", "sortOrder"} {
		if v := x.param(name); v != "" {
			q.Set(name, v)
		}
	}
	q.Set("page", strconv.Itoa(page))
	q.Set("size", strconv.Itoa(size))
	return href(x.site.path + "?" + q.Encode())
}

// windows answers start/count lists: a plain list; counted ones tell the whole
// list's length in a header.
func windows(one shower, limit int, counted bool) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		count, _ := strconv.Atoi(x.fallback("count"))
		at, err := windowSlot(x.query, max(count, 1), limit, len(records))
		if err != nil {
			return reply{}, err
		}
		out := reply{body: show(x, records[at.from:at.to], one)}
		if counted {
			out.header = http.Header{"X-Total-Count": {strconv.Itoa(at.total)}}
		}
		return out, nil
	}
}

// cursors answers first/after lists: {<name>, pageInfo, totalCount}.
func cursors(one shower, name string) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		at, err := cursorSlot(x.query, len(records))
		if err != nil {
			return reply{}, err
		}
		return reply{body: Document{
			name: show(x, records[at.from:at.to], one), "pageInfo": pageInfo(at), "totalCount": at.total,
		}}, nil
	}
}

// everything lists a collection.
func everything(of func(*world) *Collection) func(*exchange) ([]*Record, error) {
	return func(x *exchange) ([]*Record, error) { return of(x.world).all(), nil }
}

// owner is what a path names before a list: the fact by which records belong to
// it, and how it is found.
type owner struct {
	fact string
	find func(*exchange) (*Record, error)
}

// The owners of what is billed.
var (
	billedCompany      = owner{"company", func(x *exchange) (*Record, error) { return x.company("companyId") }}
	billedUser         = owner{"user", func(x *exchange) (*Record, error) { return x.user("userId") }}
	billedSubscription = owner{"subscription", (*exchange).subscription}
)

// ownedBy lists what of a collection belongs to all of its owners. An unknown owner
// is an error (404), one of nothing an empty list.
func ownedBy(of func(*world) *Collection, owners ...owner) func(*exchange) ([]*Record, error) {
	return func(x *exchange) ([]*Record, error) {
		records := of(x.world).all()
		for _, o := range owners {
			r, err := o.find(x)
			if err != nil {
				return nil, err
			}
			records = where(records, o.fact, r.ID)
		}
		return records, nil
	}
}

// where keeps the records whose fact, or one member of it, is the value.
func where(records []*Record, fact, value string) []*Record {
	return slices.DeleteFunc(records, func(r *Record) bool {
		if many, ok := r.Facts[fact].([]string); ok {
			return !slices.Contains(many, value)
		}
		return r.text(fact) != value
	})
}
