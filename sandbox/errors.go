package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiError is a refusal on its way to the caller; its text is meant for them.
type apiError struct {
	Status  int
	Code    string // as documented; empty: derived from Status
	Message string // empty: "HTTP <status> <text>"
	header  http.Header
	wait    time.Duration // 429 only: the call would pass after this long
	data    Document      // what the refusal carries beyond words; nil for nothing
}

// Error implements error; callers over HTTP never see this form.
func (e *apiError) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.message()) }

// message is what the caller reads.
func (e *apiError) message() string {
	if e.Message != "" {
		return e.Message
	}
	return fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))
}

// symbol is the code in the style of newer endpoints: UNAUTHORIZED.
func (e *apiError) symbol() string {
	if e.Code != "" {
		return e.Code
	}
	return strings.ToUpper(strings.ReplaceAll(http.StatusText(e.Status), " ", "_"))
}

// phrase is the code in the style of older endpoints: Not Found.
func (e *apiError) phrase() string {
	if e.Code != "" {
		return e.Code
	}
	return http.StatusText(e.Status)
}

// badParam refuses a query parameter by name; its value is not repeated.
func badParam(name, problem string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Message: fmt.Sprintf("Parameter %s %s.", name, problem)}
}

// badHeader refuses a request header by name; its value is not repeated.
func badHeader(name, problem string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Message: fmt.Sprintf("Header %s %s.", name, problem)}
}

// notFound refuses with the printed wording for things that are not there.
func notFound(format string, args ...any) *apiError {
	return &apiError{Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}
