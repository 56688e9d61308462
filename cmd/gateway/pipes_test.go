package main

import (
	"net"
	"sync"
)

// pipes is a network in memory, so that a real server runs in simulated time.
type pipes struct {
	conns  chan net.Conn
	let    chan struct{} // closed when the server has closed a connection
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), let: make(chan struct{}), closed: make(chan struct{})}
}

// The methods of net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// dial is one connection, the client's end; let is about that one.
func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- &watchedConn{Conn: theirs, closed: sync.OnceFunc(func() { close(p.let) })}
	return ours
}

// watchedConn tells when it is closed.
type watchedConn struct {
	net.Conn
	closed func()
}

// Close implements net.Conn.
func (c *watchedConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}
