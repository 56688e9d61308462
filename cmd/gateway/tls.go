package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
)

// secured is the listener that speaks TLS as configured, or the listener itself; it is closed with an error.
func (t *TLSConfig) secured(l net.Listener, log *slog.Logger) (net.Listener, error) {
	if t == nil {
		return l, nil
	}
	w, err := watch(t.files(), t.load, keepsOld(log, "the graph"))
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return w.get(), nil },
	}), nil
}

// keepsOld logs that files have changed into what cannot be used.
func keepsOld(log *slog.Logger, of string) func(error) {
	return func(err error) {
		log.Warn("the certificates have changed and cannot be used; those before are", "of", of, "cause", err)
	}
}

// reach is the transport to a backend: the one that all share, or one of its own
// where its TLS is. A certificate of the gateway is read again when its files
// change; the authorities are not.
func (b *builder) reach(backend upstream.Backend, t *BackendTLSConfig) (http.RoundTripper, error) {
	if t == nil {
		return b.transport, nil
	}
	if known, ok := b.reached[t]; ok {
		return known, nil
	}
	w, err := watch(t.files(), t.load, keepsOld(b.log, string(backend)))
	if err != nil {
		return nil, err
	}
	transport := upstream.NewTransport(b.calls)
	transport.TLSClientConfig = w.get().Clone()
	if len(w.get().Certificates) > 0 {
		transport.TLSClientConfig.Certificates = nil
		transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &w.get().Certificates[0], nil
		}
	}
	b.onClose(transport.CloseIdleConnections)
	b.reached[t] = transport
	return transport, nil
}

// scheme is how a listener of the graph is addressed.
func (t *TLSConfig) scheme() string {
	if t == nil {
		return "http"
	}
	return "https"
}
