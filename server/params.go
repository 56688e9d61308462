package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/99designs/gqlgen/graphql"
)

// requestError in the place of a status means that HTTP has nothing to say about
// a refusal: the status is that of every request error.
const requestError = 0

// httpFault is a refusal of the request itself, before there is an operation.
type httpFault struct {
	status int    // or requestError
	allow  string // the Allow header of a 405
	fault
}

func refuse(status int, code Code, format string, args ...any) *httpFault {
	return &httpFault{status: status, fault: fault{code: code, message: fmt.Sprintf(format, args...)}}
}

// readParams reads what is asked, from the body of a POST or the query of a GET.
func (s *Server) readParams(r *http.Request) (*asked, *httpFault) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return s.fromQuery(r.URL)
	case http.MethodPost:
		return s.fromBody(r)
	default:
		f := refuse(http.StatusMethodNotAllowed, BadRequest, "use POST, or GET for queries")
		f.allow = "GET, POST"
		return nil, f
	}
}

func (s *Server) fromBody(r *http.Request) (*asked, *httpFault) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != typeJSON || !charsetFits(params["charset"]) {
		return nil, refuse(http.StatusUnsupportedMediaType, BadRequest, "send the operation as Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, s.limits.BodyBytes))
	if err != nil {
		return nil, s.bodyFault(err)
	}
	return decodeParams(body)
}

func (s *Server) bodyFault(err error) *httpFault {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, ResourceLimitExceeded,
			"the body exceeds the limit `bodyBytes` of %d bytes", s.limits.BodyBytes)
	}
	return refuse(http.StatusBadRequest, BadRequest, "the body ended early")
}

// paramsJSON tells absent and null from values of the wrong type.
type paramsJSON struct {
	Query         *string        `json:"query"`
	DocumentID    *string        `json:"documentId"`
	OperationName *string        `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

// decodeParams reads a request body. What is wrong with it is said without
// repeating it: a body may hold passwords.
func decodeParams(body []byte) (*asked, *httpFault) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, refuse(http.StatusBadRequest, BadRequest, "batches are not supported: send one operation per request")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // exact decimals
	var in paramsJSON
	if err := decoder.Decode(&in); err != nil {
		return nil, refuse(http.StatusBadRequest, BadRequest, "%s", jsonReason(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse(http.StatusBadRequest, BadRequest, "the body goes on after the JSON object")
	}
	return in.asked()
}

func (in paramsJSON) asked() (*asked, *httpFault) {
	out := &asked{RawParams: graphql.RawParams{Variables: in.Variables, Extensions: in.Extensions}}
	if f := out.identify(in.DocumentID); f != nil {
		return nil, f
	}
	if in.Query != nil {
		out.Query = *in.Query
	}
	if out.Query == "" && out.id == "" {
		return nil, refuse(http.StatusBadRequest, BadRequest, "`query` is missing")
	}
	if in.OperationName != nil {
		out.OperationName = *in.OperationName
	}
	return out, nil
}

func jsonReason(err error) string {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return fmt.Sprintf("`%s` has the wrong type", wrongType.Field)
	}
	return "the body is no JSON object"
}

func (s *Server) fromQuery(u *url.URL) (*asked, *httpFault) {
	if int64(len(u.RawQuery)) > s.limits.BodyBytes {
		return nil, refuse(http.StatusRequestURITooLong, ResourceLimitExceeded,
			"the query string exceeds the limit `bodyBytes` of %d bytes", s.limits.BodyBytes)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, BadRequest, "the query string cannot be read")
	}
	in := paramsJSON{}
	for name, target := range map[string]**string{"query": &in.Query, "documentId": &in.DocumentID, "operationName": &in.OperationName} {
		if query.Has(name) {
			value := query.Get(name)
			*target = &value
		}
	}
	for name, target := range map[string]*map[string]any{"variables": &in.Variables, "extensions": &in.Extensions} {
		if f := objectParam(query.Get(name), name, target); f != nil {
			return nil, f
		}
	}
	return in.asked()
}

// objectParam reads a GET parameter that holds a JSON object, or nothing.
func objectParam(text, name string, target *map[string]any) *httpFault {
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return refuse(http.StatusBadRequest, BadRequest, "`%s` is no JSON object", name)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, BadRequest, "`%s` goes on after the JSON object", name)
	}
	return nil
}
