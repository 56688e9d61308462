package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxBodyBytes bounds a request body of an endpoint that describes one.
const maxBodyBytes = 1 << 20

// formType is the content type of forms.
const formType = "application/x-www-form-urlencoded"

// checkBody reads and checks a request body as far as the documents describe
// one: its content type, that required members are there, and that the rest is
// printed and can be what it is. The body is gone afterwards; see parseForm for
// those who need it.
func checkBody(e *Endpoint, r *http.Request) error {
	if e.BodyType == "" {
		return nil
	}
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" {
		return checkMembers(e, nil) // nothing was sent, which is fine where nothing is required
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != e.BodyType {
		return &apiError{Status: http.StatusBadRequest, Message: "The body must be " + e.BodyType + "."}
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBodyBytes)
	values, err := bodyValues(kind, r)
	if err != nil {
		return &apiError{Status: http.StatusBadRequest, Message: "The body cannot be read: " + err.Error() + "."}
	}
	return checkMembers(e, values)
}

// readBody checks a body and keeps it for the handler.
func (x *exchange) readBody(r *http.Request) error {
	if x.endpoint.BodyType == "" {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil || len(raw) > maxBodyBytes {
		return &apiError{Status: http.StatusBadRequest, Message: fmt.Sprintf("The body cannot be read, or is longer than %d bytes.", maxBodyBytes)}
	}
	x.body = raw
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return checkBody(x.endpoint, r)
}

// bodyValues are the body's members as texts; of JSON, texts stay as they are
// and everything else is written out.
func bodyValues(kind string, r *http.Request) (url.Values, error) {
	if kind == formType {
		if err := r.ParseForm(); err != nil {
			return nil, errors.New("it is no form")
		}
		return r.PostForm, nil
	}
	var members map[string]json.RawMessage
	dec := json.NewDecoder(r.Body)
	if err := dec.Decode(&members); err != nil {
		return nil, errors.New("it is no JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one JSON object")
	}
	values := url.Values{}
	for name, raw := range members {
		text := string(raw)
		var plain string
		if json.Unmarshal(raw, &plain) == nil {
			text = plain
		}
		values.Set(name, text)
	}
	return values, nil
}

// checkMembers holds a body's members against the printed ones.
func checkMembers(e *Endpoint, values url.Values) error {
	for _, p := range e.Body {
		if p.Required && values.Get(p.Name) == "" {
			return &apiError{Status: http.StatusBadRequest, Message: p.Name + " is required."}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(e.Body, func(p Parameter) bool { return p.Name == name })
		if i < 0 {
			return &apiError{Status: http.StatusBadRequest, Message: fmt.Sprintf("%.100s is not documented for %s.", name, e.Key())}
		}
		p := e.Body[i]
		if p.composite() || p.Type == "string" && p.Pattern == "" && len(p.Enum) == 0 {
			continue // text, lists and objects of any length; the body as a whole is bounded
		}
		if problem := p.check(values.Get(name)); problem != "" {
			return &apiError{Status: http.StatusBadRequest, Message: name + " " + problem + "."}
		}
	}
	return nil
}

// composite reports whether the parameter is a list or an object, which only its
// handler can read.
func (p Parameter) composite() bool {
	return p.Type == "object" || strings.HasPrefix(p.Type, "array<")
}

// checkPath finds nothing where a path parameter cannot be an id at all.
func checkPath(e *Endpoint, params map[string]string) error {
	for _, p := range e.Params {
		if p.check(params[p.Name]) != "" {
			return &apiError{Status: http.StatusNotFound}
		}
	}
	return nil
}
