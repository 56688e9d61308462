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
	param   *router
	methods map[string]*Endpoint
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
// are cut, and the first endpoint of a method and path stands.
func (t *router) add(e *Endpoint, basePath string) {
	path, _, _ := strings.Cut(e.Path, "#")
	at := t
	for _, segment := range segments(strings.TrimPrefix(path, basePath+"/")) {
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
		if t.param == nil {
			t.param = &router{}
		}
		return t.param
	}
	if t.literal == nil {
		t.literal = map[string]*router{}
	}
	if t.literal[segment] == nil {
		t.literal[segment] = &router{}
	}
	return t.literal[segment]
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

// walk tries the literal branch first and comes back for the parameter when it
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
	if t.param == nil {
		return nil, nil
	}
	return t.param.walk(parts[1:], append(slices.Clone(values), parts[0]))
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
			names = append(names, strings.Trim(s, "{}"))
		}
	}
	return names
}

// segments splits a path, ignoring empty segments: the documents themselves
// print references with doubled slashes.
func segments(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
}

// isParam reports whether a segment of a template is a parameter.
func isParam(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}
