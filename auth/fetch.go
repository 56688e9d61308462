package auth

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxHeaderBytes bounds the header of an answer, which http.Transport by default reads up to 10 MiB of.
const maxHeaderBytes = 64 << 10

// newClient returns a client for a tenant's endpoints and what frees its connections. It never follows a redirect: an
// answer from elsewhere is not the configured endpoint's, and must not see our credentials.
func newClient(given *http.Client) (client *http.Client, free func()) {
	own := http.Client{}
	free = func() {} // connections of a given client are its owner's
	if given != nil {
		own = *given
	}
	if own.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes = maxHeaderBytes
		own.Transport, free = t, t.CloseIdleConnections
	}
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own, free
}

// do sends the request and returns the body of a 200 answer. The deadline is the request context's. Errors name status
// or size, never the request.
func do(client *http.Client, req *http.Request, limit int64) ([]byte, error) {
	resp, err := client.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return nil, wrapped.Err // without the URL, whose query is nobody's business
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // read only: there is nothing to lose
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("the answer is larger than %d bytes", limit)
	}
	return body, nil
}
