package sandbox

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// router finds the endpoint of a path. It is a tree of segments in which a
// literal wins over a parameter, because the documents print both
// /companyGroups/{id} and literal neighbours at the same depth, a mix that
// http.ServeMux refuses as ambiguous.
type router struct {
	literal map[string]*router
	params  []*paramBranch // in the order they are tried
	methods map[string]*Endpoint
}

// paramBranch is a parameter with the fixed text around it in its segment, as in
// {Sid}.json.
type paramBranch struct {
	prefix, suffix string
	next           *router
}

// newRouter files every printed endpoint.
func newRouter(f Facts) *router {
	root := &router{}
	for i := range f.Endpoints {
		root.add(&f.Endpoints[i], f.BasePath)
	}
	return root
}

// add files one endpoint. A few documents print the base path within the path,
// and four print an action as a URL fragment, which no client ever sends: both
// are cut, and the first endpoint of a method and path stands. One path of carts
// is printed without the beginning that all others have; it is filed under both.
func (t *router) add(e *Endpoint, basePath string) {
	path, _, _ := strings.Cut(e.Path, "#")
	t.file(e, strings.TrimPrefix(path, basePath+"/"))
	if strings.HasPrefix(path, "/shoppingCarts/") {
		t.file(e, "/v3/checkout"+path)
	}
}

// file puts an endpoint under a path.
func (t *router) file(e *Endpoint, path string) {
	at := t
	for _, segment := range segments(path) {
		at = at.child(segment)
	}
	if at.methods == nil {
		at.methods = map[string]*Endpoint{}
	}
	if at.methods[e.Method] == nil {
		at.methods[e.Method] = e
	}
}

// child finds or makes the node below for a segment of a template.
func (t *router) child(segment string) *router {
	if isParam(segment) {
		return t.paramChild(segment)
	}
	if t.literal == nil {
		t.literal = map[string]*router{}
	}
	if t.literal[segment] == nil {
		t.literal[segment] = &router{}
	}
	return t.literal[segment]
}

// paramChild is child for a parameter. Those with more fixed text come first,
// since they are the more particular ones.
func (t *router) paramChild(segment string) *router {
	prefix, rest, _ := strings.Cut(segment, "{")
	_, suffix, _ := strings.Cut(rest, "}")
	for _, b := range t.params {
		if b.prefix == prefix && b.suffix == suffix {
			return b.next
		}
	}
	made := &paramBranch{prefix, suffix, &router{}}
	t.params = append(t.params, made)
	slices.SortStableFunc(t.params, func(a, b *paramBranch) int { return b.fixed() - a.fixed() })
	return made.next
}

// fixed is how many bytes of a segment are not the parameter.
func (b *paramBranch) fixed() int { return len(b.prefix) + len(b.suffix) }

// cut takes a segment's parameter out of its fixed text; false when the text is
// not there.
func (b *paramBranch) cut(segment string) (string, bool) {
	value, hasPrefix := strings.CutPrefix(segment, b.prefix)
	value, hasSuffix := strings.CutSuffix(value, b.suffix)
	return value, hasPrefix && hasSuffix && value != ""
}

// find returns the node of an escaped path and the values of its parameters in
// order, or a nil node when the path is unknown.
func (t *router) find(escapedPath string) (*router, []string) {
	parts := segments(escapedPath)
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil {
			return nil, nil
		}
		parts[i] = plain
	}
	return t.walk(parts, nil)
}

// walk tries the literal branch first and comes back for the parameters when it
// leads nowhere.
func (t *router) walk(parts, values []string) (*router, []string) {
	if len(parts) == 0 {
		if t.methods == nil {
			return nil, nil
		}
		return t, values
	}
	if next := t.literal[parts[0]]; next != nil {
		if found, v := next.walk(parts[1:], values); found != nil {
			return found, v
		}
	}
	for _, b := range t.params {
		value, fits := b.cut(parts[0])
		if !fits {
			continue
		}
		if found, v := b.next.walk(parts[1:], append(slices.Clone(values), value)); found != nil {
			return found, v
		}
	}
	return nil, nil
}

// allow lists the methods of a node for the Allow header.
func (t *router) allow() string {
	return strings.Join(slices.Sorted(maps.Keys(t.methods)), ", ")
}

// paramNames lists a path template's parameters in order.
func paramNames(template string) []string {
	var names []string
	for _, s := range segments(template) {
		if isParam(s) {
			_, rest, _ := strings.Cut(s, "{")
			name, _, _ := strings.Cut(rest, "}")
			names = append(names, name)
		}
	}
	return names
}

// segments splits a path, ignoring empty segments: the documents themselves
// print references with doubled slashes.
func segments(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
}

// isParam reports whether a segment of a template has a parameter.
func isParam(segment string) bool {
	return strings.Contains(segment, "{") && strings.Contains(segment, "}")
}
