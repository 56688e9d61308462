package upstream

import (
	"net/http/httptrace"
	"sync/atomic"
)

// passage watches whether a request got out: a write for which no connection was to be had was surely not done. It goes
// by what net/http says of connections rather than of bytes: bytes are written by a goroutine that may go on for a
// moment after the caller was told of a failure, and a connection is looked for by the caller's own.
type passage struct{ sought, had atomic.Bool }

func (p *passage) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { p.had.Store(true) },
	}
}

// barred reports that there was no connection. A transport that tells nothing proves nothing.
func (p *passage) barred() bool { return p.sought.Load() && !p.had.Load() }
