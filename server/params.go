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
	"os"
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

// wanted is all that one request asks to run.
type wanted struct {
	operations []*asked // one at least
	batch      bool     // sent as a list, and so answered as one
}

// readParams reads what is asked, from the body of a POST or the query of a GET.
func (s *Server) readParams(r *http.Request) (*wanted, *httpFault) {
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

func (s *Server) fromBody(r *http.Request) (*wanted, *httpFault) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != typeJSON || !charsetFits(params["charset"]) {
		return nil, refuse(http.StatusUnsupportedMediaType, BadRequest, "send the operation as Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, s.limits.BodyBytes))
	if err != nil {
		return nil, s.bodyFault(err)
	}
	return s.decode(body)
}

// decode reads a body: one operation, or a list of them.
func (s *Server) decode(body []byte) (*wanted, *httpFault) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		return s.decodeBatch(trimmed)
	}
	return alone(s.decodeParams(body))
}

// alone is the request of one operation.
func alone(one *asked, f *httpFault) (*wanted, *httpFault) {
	if f != nil {
		return nil, f
	}
	return &wanted{operations: []*asked{one}}, nil
}

// decodeBatch reads a list of operations.
func (s *Server) decodeBatch(body []byte) (*wanted, *httpFault) {
	if s.limits.Batch == 1 {
		return nil, exceeded(http.StatusBadRequest, "batch", "the limit `batch` is 1: send one operation per request")
	}
	var bodies []json.RawMessage
	if err := json.Unmarshal(body, &bodies); err != nil || len(bodies) == 0 {
		return nil, refuse(http.StatusBadRequest, BadRequest, "the body is no JSON list of operations")
	}
	if len(bodies) > s.limits.Batch {
		return nil, exceeded(http.StatusBadRequest, "batch", "the body exceeds the limit `batch` of %d operations", s.limits.Batch)
	}
	out := &wanted{batch: true}
	for _, text := range bodies {
		one, f := s.decodeParams(text)
		if f != nil {
			return nil, f
		}
		out.operations = append(out.operations, one)
	}
	return out, nil
}

// exceeded refuses a request for a limit of what it sends.
func exceeded(status int, limit, format string, args ...any) *httpFault {
	f := refuse(status, ResourceLimitExceeded, format, args...)
	f.limit = limit
	return f
}

func (s *Server) bodyFault(err error) *httpFault {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return exceeded(http.StatusRequestEntityTooLarge, "bodyBytes",
			"the body exceeds the limit `bodyBytes` of %d bytes", s.limits.BodyBytes)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refuse(http.StatusRequestTimeout, BadRequest, "the body did not arrive in time")
	}
	return refuse(http.StatusBadRequest, BadRequest, "the body ended early")
}

// paramsJSON tells absent and null from values of the wrong type.
type paramsJSON struct {
	Query         *string         `json:"query"`
	DocumentID    *string         `json:"documentId"`
	OperationName *string         `json:"operationName"`
	Variables     json.RawMessage `json:"variables"`
	Extensions    json.RawMessage `json:"extensions"`
}

// decodeParams reads a request body. What is wrong with it is said without
// repeating it: a body may hold passwords.
func (s *Server) decodeParams(body []byte) (*asked, *httpFault) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var in paramsJSON
	if err := decoder.Decode(&in); err != nil {
		return nil, refuse(http.StatusBadRequest, BadRequest, "%s", jsonReason(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse(http.StatusBadRequest, BadRequest, "the body goes on after the JSON object")
	}
	return s.asked(in)
}

// asked decodes what an operation is given, within its limit.
func (s *Server) asked(in paramsJSON) (*asked, *httpFault) {
	if int64(len(in.Variables)) > s.limits.VariableBytes {
		return nil, exceeded(http.StatusBadRequest, "variableBytes",
			"`variables` exceeds the limit `variableBytes` of %d bytes", s.limits.VariableBytes)
	}
	out := &asked{}
	for _, member := range []struct {
		text   []byte
		name   string
		target *map[string]any
	}{{in.Variables, "variables", &out.Variables}, {in.Extensions, "extensions", &out.Extensions}} {
		if f := object(member.text, member.name, member.target); f != nil {
			return nil, f
		}
	}
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

func (s *Server) fromQuery(u *url.URL) (*wanted, *httpFault) {
	if int64(len(u.RawQuery)) > s.limits.BodyBytes {
		return nil, exceeded(http.StatusRequestURITooLong, "bodyBytes",
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
	in.Variables, in.Extensions = []byte(query.Get("variables")), []byte(query.Get("extensions"))
	return alone(s.asked(in))
}

// object reads a member that holds a JSON object, or nothing.
func object(text []byte, name string, target *map[string]any) *httpFault {
	if len(text) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // exact decimals
	if err := decoder.Decode(target); err != nil {
		return refuse(http.StatusBadRequest, BadRequest, "`%s` is no JSON object", name)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, BadRequest, "`%s` goes on after the JSON object", name)
	}
	return nil
}
