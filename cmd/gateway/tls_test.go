package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// authority signs certificates for one test.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.key, a.cert = a.sign(t, "authority", true)
	return a
}

// sign makes a certificate and its key, and leaves both in files by the name.
func (a *authority) sign(t *testing.T, name string, isCA bool) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, IsCA: isCA, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := template, key
	if !isCA {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, name+".crt", "CERTIFICATE", der)
	a.write(t, name+".key", "PRIVATE KEY", private)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// client trusts the authority, and shows a certificate where it is given one.
func (a *authority) client(t *testing.T, name string) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	settings := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if name != "" {
		pair, err := tls.LoadX509KeyPair(a.file(name+".crt"), a.file(name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	transport := &http.Transport{TLSClientConfig: settings, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// serveTLS answers "fine" at an address as configured.
func serveTLS(t *testing.T, settings *TLSConfig, log *slog.Logger) (address string) {
	t.Helper()
	plain, err := listen("", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := settings.secured(plain, log)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Proto", r.Proto)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of refused handshakes
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return "https://" + plain.Addr().String()
}

// spoken is what a client sees of a connection.
type spoken struct {
	proto   string
	version uint16
	shown   *x509.Certificate
}

func speak(t *testing.T, c *http.Client, url string) (spoken, error) {
	t.Helper()
	r, err := c.Do(request(t, http.MethodGet, url, nil))
	if err != nil {
		return spoken{}, err
	}
	defer r.Body.Close()
	return spoken{r.Header.Get("X-Proto"), r.TLS.Version, r.TLS.PeerCertificates[0]}, nil
}

// TestServesTLS: HTTP/2 under the newest version, nothing older than configured,
// and the certificate that the files hold now.
func TestServesTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	_, first := a.sign(t, "graph", false)
	book := &logBook{}
	settings := &TLSConfig{CertFile: a.file("graph.crt"), KeyFile: a.file("graph.key"), MinVersion: "1.3"}
	url := serveTLS(t, settings, slog.New(slog.NewJSONHandler(book, nil)))
	shown := func() *x509.Certificate {
		t.Helper()
		got, err := speak(t, a.client(t, ""), url)
		if err != nil {
			t.Fatal(err)
		}
		if got.version != tls.VersionTLS13 || got.proto != "HTTP/2.0" {
			t.Errorf("spoken: %s over %s", got.proto, tls.VersionName(got.version))
		}
		return got.shown
	}
	if !shown().Equal(first) {
		t.Error("another certificate than configured")
	}
	old := a.client(t, "")
	old.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS12
	if _, err := speak(t, old, url); err == nil {
		t.Error("an older version is spoken")
	}
	if err := os.WriteFile(settings.KeyFile, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !shown().Equal(first) || strings.Count(book.String(), "cannot be used") != 1 {
		t.Errorf("half of a renewal is used, or not told: %s", book)
	}
	_, second := a.sign(t, "graph", false)
	if !shown().Equal(second) {
		t.Error("the renewed certificate is not shown")
	}
}

// TestServesTLSToClientsWithCertificates alone, where that is configured.
func TestServesTLSToClientsWithCertificates(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	a.sign(t, "graph", false)
	a.sign(t, "shop", false)
	other.sign(t, "stranger", false)
	url := serveTLS(t, &TLSConfig{CertFile: a.file("graph.crt"), KeyFile: a.file("graph.key"), ClientCAFile: a.file("authority.crt")}, slog.New(slog.DiscardHandler))
	if _, err := speak(t, a.client(t, "shop"), url); err != nil {
		t.Errorf("a known client: %v", err)
	}
	if _, err := speak(t, a.client(t, ""), url); err == nil {
		t.Error("without a certificate")
	}
	stranger := a.client(t, "")
	pair, err := tls.LoadX509KeyPair(other.file("stranger.crt"), other.file("stranger.key"))
	if err != nil {
		t.Fatal(err)
	}
	stranger.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{pair}
	if _, err := speak(t, stranger, url); err == nil {
		t.Error("with a certificate of somebody else's authority")
	}
}

// TestBackendsOverTLS: a backend whose authority is not the system's, and that
// wants to see who calls, is reached with the settings and not without.
func TestBackendsOverTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.sign(t, "backend", false)
	a.sign(t, "gateway", false)
	url := serveTLS(t, &TLSConfig{CertFile: a.file("backend.crt"), KeyFile: a.file("backend.key"), ClientCAFile: a.file("authority.crt")}, slog.New(slog.DiscardHandler))
	b, err := newBuilder(&Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.gateway.close()
	full := &BackendTLSConfig{CAFile: a.file("authority.crt"), CertFile: a.file("gateway.crt"), KeyFile: a.file("gateway.key")}
	for name, c := range map[string]struct {
		settings *BackendTLSConfig
		works    bool
	}{
		"all of it":                 {full, true},
		"the system's authorities":  {nil, false},
		"nothing to show":           {&BackendTLSConfig{CAFile: full.CAFile}, false},
		"certificate, no authority": {&BackendTLSConfig{CertFile: full.CertFile, KeyFile: full.KeyFile}, false},
	} {
		transport, err := b.reach("appdirect", c.settings)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := speak(t, &http.Client{Transport: transport}, url); (err == nil) != c.works {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := b.reach("appdirect", full); err != nil || again != b.reached[full] {
		t.Errorf("the connections of one backend are not shared: %v", err)
	}
	if v := upstream.NewTransport(b.calls).TLSClientConfig.MinVersion; v != tls.VersionTLS12 {
		t.Errorf("backends may speak %s", tls.VersionName(v))
	}
}

// TestRenewalIsTriedAgain: files that could not be used are told of once, and read until they can, though nothing more
// changes about them: somebody has let us read them, say.
func TestRenewalIsTriedAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "certificate")
	loads, told := 0, 0
	load := func() (*tls.Config, error) {
		if loads++; loads == 2 || loads == 3 {
			return nil, os.ErrPermission
		}
		return &tls.Config{ServerName: fmt.Sprint(loads), MinVersion: tls.VersionTLS12}, nil
	}
	w, err := watch([]string{file}, load, func(error) { told++ })
	if err != nil || w.get().ServerName != "1" {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("renewed"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1", "1", "4", "4"} {
		if got := w.get().ServerName; got != want || told != 1 {
			t.Errorf("look %d: what the load %s gave, want %s; told %d times", i, got, want, told)
		}
	}
}

// TestCheckReadsKeysOverTLS: the check fetches signing keys under the settings that a gateway does.
func TestCheckReadsKeysOverTLS(t *testing.T) {
	t.Parallel()
	a, m := newAuthority(t), &mint{t: t}
	set := m.set(m.jwk("curve", a.key.Public()))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) }))
	t.Cleanup(server.Close)
	a.write(t, "server.crt", "CERTIFICATE", server.Certificate().Raw)
	b, err := newBuilder(&Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.gateway.close()
	var said strings.Builder
	tenant := TenantConfig{Name: "acme", AppDirect: AppDirectConfig{URL: server.URL, ClientID: "gateway", TLS: &BackendTLSConfig{CAFile: a.file("server.crt")}}}
	in, err := newInspection(t.Context(), b, tenant, "tenants[0]", &findings{out: &printer{w: &said}})
	if err != nil {
		t.Fatal(err)
	}
	defer in.auth.Close()
	if in.keys(t.Context()); !strings.Contains(said.String(), "1 signing keys at "+server.URL) {
		t.Error(said.String())
	}
}

// TestTLSSettingsAreChecked before anything is served.
func TestTLSSettingsAreChecked(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.sign(t, "graph", false)
	a.sign(t, "other", false)
	crt, key := a.file("graph.crt"), a.file("graph.key")
	for want, settings := range map[string]interface{ check(*checker, string) }{
		"certFile and keyFile are both needed":    &TLSConfig{CertFile: crt},
		"no such file":                            &TLSConfig{CertFile: a.file("none"), KeyFile: key},
		"private key does not match public key":   &TLSConfig{CertFile: crt, KeyFile: a.file("other.key")},
		`minVersion "1.1" is none of 1.2 and 1.3`: &TLSConfig{CertFile: crt, KeyFile: key, MinVersion: "1.1"},
		"has no certificate in PEM form":          &TLSConfig{CertFile: crt, KeyFile: key, ClientCAFile: key},
		"certFile and keyFile need each other":    &BackendTLSConfig{CertFile: crt},
		"graph.key has no certificate":            &BackendTLSConfig{CAFile: key},
	} {
		c := &checker{}
		settings.check(c, "tls")
		if len(c.faults) != 1 || !strings.HasPrefix(c.faults[0], "tls: ") || !strings.Contains(c.faults[0], want) {
			t.Errorf("want %q: %v", want, c.faults)
		}
	}
}
