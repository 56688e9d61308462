package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// TLSConfig is how the graph is served over TLS.
type TLSConfig struct {
	// CertFile is the certificate with its chain, PEM.
	CertFile string `yaml:"certFile"`
	// KeyFile is its private key, PEM.
	KeyFile string `yaml:"keyFile"`
	// ClientCAFile has the authorities, PEM, one of which clients need a certificate of; "" asks for none.
	ClientCAFile string `yaml:"clientCaFile"`
	// MinVersion is the oldest version that is spoken: "1.2" or "1.3"; "" is 1.2.
	MinVersion string `yaml:"minVersion"`
}

// BackendTLSConfig is how one backend is reached over TLS, where it is otherwise than usual.
type BackendTLSConfig struct {
	// CAFile has the authorities, PEM, that sign the backend's certificate, instead of the system's; "" for those.
	CAFile string `yaml:"caFile"`
	// CertFile is the gateway's own certificate with its chain, PEM; "" for none.
	CertFile string `yaml:"certFile"`
	// KeyFile is its private key, PEM.
	KeyFile string `yaml:"keyFile"`
}

func (t *TLSConfig) check(c *checker, path string) {
	if _, err := t.load(); err != nil {
		c.add(path, "%v", err)
	}
}

// check does not find fault with a backend that has no settings of its own.
func (t *BackendTLSConfig) check(c *checker, path string) {
	if t == nil {
		return
	}
	if _, err := t.load(); err != nil {
		c.add(path, "%v", err)
	}
}

// files are those that the settings come from; a change of one of them is a change of settings.
func (t *TLSConfig) files() []string { return []string{t.CertFile, t.KeyFile, t.ClientCAFile} }

func (t *BackendTLSConfig) files() []string { return []string{t.CAFile, t.CertFile, t.KeyFile} }

// load reads what the files say now.
func (t *TLSConfig) load() (*tls.Config, error) {
	if t.CertFile == "" || t.KeyFile == "" {
		return nil, errors.New("certFile and keyFile are both needed")
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, err
	}
	out := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	switch t.MinVersion {
	case "", "1.2":
	case "1.3":
		out.MinVersion = tls.VersionTLS13
	default:
		return nil, fmt.Errorf("minVersion %q is none of 1.2 and 1.3", t.MinVersion)
	}
	if t.ClientCAFile != "" {
		out.ClientAuth = tls.RequireAndVerifyClientCert
		out.ClientCAs, err = certificatesOf(t.ClientCAFile)
	}
	return out, err
}

// load reads what the files say now.
func (t *BackendTLSConfig) load() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if (t.CertFile == "") != (t.KeyFile == "") {
		return nil, errors.New("certFile and keyFile need each other")
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, err
		}
		out.Certificates = []tls.Certificate{pair}
	}
	if t.CAFile == "" {
		return out, nil
	}
	var err error
	out.RootCAs, err = certificatesOf(t.CAFile)
	return out, err
}

// certificatesOf reads certificates.
func certificatesOf(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM form", file)
	}
	return pool, nil
}

// watched are TLS settings that are read again when their files change, as those
// who renew certificates expect. It looks when they are needed.
type watched struct {
	files []string
	load  func() (*tls.Config, error)
	// failed is told once of each change that cannot be used; what was before goes on being used.
	failed func(error)

	mu      sync.Mutex
	current *tls.Config
	stamp   string // of the files that current is from
	told    string // of those that failed was told of last
}

// watch reads the files the first time.
func watch(files []string, load func() (*tls.Config, error), failed func(error)) (*watched, error) {
	w := &watched{files: files, load: load, failed: failed, stamp: stampOf(files)}
	var err error
	w.current, err = load()
	return w, err
}

// get is what the files say; never nil. What cannot be used is tried again each time: that a file may
// be read now, say, does not change its stamp.
func (w *watched) get() *tls.Config {
	w.mu.Lock()
	defer w.mu.Unlock()
	stamp := stampOf(w.files)
	if stamp == w.stamp {
		return w.current
	}
	fresh, err := w.load()
	switch {
	case err == nil:
		w.current, w.stamp = fresh, stamp
	case stamp != w.told:
		w.told = stamp
		w.failed(err)
	}
	return w.current
}

// stampOf changes when one of the files does.
func stampOf(files []string) string {
	var out strings.Builder
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			fmt.Fprintf(&out, "%s %d;", info.ModTime().Format(time.RFC3339Nano), info.Size())
		} else {
			out.WriteByte(';')
		}
	}
	return out.String()
}
