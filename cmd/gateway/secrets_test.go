package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// filled fills a configuration of one tenant: each secret with a mark of its own, each
// URL with an address, each other text with something. Settings are found by type, so
// that a secret which is added is marked, too.
func filled(of reflect.Value, path, address string) {
	switch {
	case of.Type() == reflect.TypeFor[Secret]():
		of.Addr().Interface().(*Secret).value = "MARK" + strings.NewReplacer(".", "", " ", "").Replace(path) + "0123456789abcdef0123456789abcdef"
	case of.Type() == reflect.TypeFor[*BackendTLSConfig](): // names files, and these backends speak no TLS
	case of.Kind() == reflect.Pointer && of.Type().Elem().Kind() == reflect.Struct:
		of.Set(reflect.New(of.Type().Elem()))
		filled(of.Elem(), path, address)
	case of.Kind() == reflect.Struct:
		for i := range of.NumField() {
			if name := of.Type().Field(i).Tag.Get("yaml"); name != "" {
				filled(of.Field(i), path+"."+name, address)
			}
		}
	case of.Kind() == reflect.String && strings.HasSuffix(strings.ToLower(path), "url"):
		of.SetString(address + "/" + strings.ReplaceAll(path, ".", "/"))
	case of.Kind() == reflect.String:
		of.SetString("text")
	}
}

// secretsIn are the values of all secrets of a configuration.
func secretsIn(of reflect.Value) (values []string) {
	switch {
	case of.Type() == reflect.TypeFor[Secret]():
		if value := of.FieldByName("value").String(); value != "" {
			values = append(values, value)
		}
	case of.Kind() == reflect.Pointer && !of.IsNil():
		values = secretsIn(of.Elem())
	case of.Kind() == reflect.Slice:
		for i := range of.Len() {
			values = append(values, secretsIn(of.Index(i))...)
		}
	case of.Kind() == reflect.Struct:
		for i := range of.NumField() {
			values = append(values, secretsIn(of.Field(i))...)
		}
	}
	return values
}

// tap sees which credentials travel to the backends.
type tap struct {
	mu   sync.Mutex
	seen map[string]bool
}

// note remembers what a request shows.
func (w *tap) note(r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range []string{"Authorization", "X-Auth-Token", "Mp-Authorization"} {
		for _, word := range strings.Fields(r.Header.Get(name)) {
			if len(word) > 15 { // no scheme
				w.seen[word] = true
			}
		}
	}
}

// digests are hashed passwords, which telephony takes for passwords.
var digests = regexp.MustCompile(`"credentials": ?"([0-9a-f]{32,})"`)

func (w *tap) noteDigests(body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, found := range digests.FindAllSubmatch(body, -1) {
		w.seen[string(found[1])] = true
	}
}

// echo is a backend that says everything it is told, in each place that a log or an
// error could take up.
type echo struct {
	*tap
	lure string

	mu    sync.Mutex
	heard int
	round string
}

// rounds are how it answers.
var echoRounds = []string{"200", "400", "401", "403", "404", "429", "500", "redirect", "drop", "no token"}

// begin begins a round, and gives what was heard in the last one.
func (e *echo) begin(round string) (heard int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard, e.heard, e.round = e.heard, 0, round
	return heard
}

const echoCompany = "0a2f7c2e-52b1-4f7c-9a58-3d2f4c3d1a10"

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.note(r)
	e.mu.Lock()
	e.heard++
	round := e.round
	e.mu.Unlock()
	sent, _ := io.ReadAll(r.Body)
	e.noteDigests(sent)
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/oauth2/token") && round != "no token" {
		_, _ = io.WriteString(w, `{"access_token":"MARKsystemtoken0123456789abcdef","token_type":"bearer","expires_in":600}`)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/companies/"+echoCompany) && round != "drop" {
		_, _ = io.WriteString(w, `{"uuid":"`+echoCompany+`","name":"Echo"}`)
		return
	}
	e.say(w, round, fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, sent))
}

func (e *echo) say(w http.ResponseWriter, round, all string) {
	w.Header().Set("X-Echo", strings.NewReplacer("\n", " ", "\r", " ").Replace(all))
	status := map[string]int{"400": 400, "401": 401, "403": 403, "404": 404, "429": 429, "500": 500, "redirect": 307, "no token": 401}[round]
	switch {
	case round == "drop":
		panic(http.ErrAbortHandler)
	case round == "redirect":
		w.Header().Set("Location", e.lure+"/"+base64.RawURLEncoding.EncodeToString([]byte(all)))
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"error": all, "error_description": all, "message": all, "request_id": all})
}

const echoDoc = `{ companies(first: 2) { totalCount } company(id: "` + echoCompany + `") { name wallet { hasFunds } addOnInstallations(first: 1) { nodes { id } } }
	telephonyAccount(id: "00000000000000000000000000000001") { name } addOnListings(first: 1) { nodes { id } } }`

// leaking is a run with marked secrets, and all that it told.
type leaking struct {
	*backends
	mint *mint
	wire *tap
	log  *logBook
	told bytes.Buffer
	cfg  *Config
}

// TestSecretsAreNotTold: after success and each failure of each backend, with each
// secret setting in use, no credential is in the log at its most talkative, in metrics,
// answers, pages, Redis, or what gateway check says; and none went where a redirect led.
func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	lured := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a redirect was followed to %s", r.URL.Host) }))
	t.Cleanup(lured.Close)
	w := &tap{seen: map[string]bool{}}
	e := &echo{tap: w, lure: lured.URL}
	server := httptest.NewUnstartedServer(e)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of connections that it drops
	server.Start()
	t.Cleanup(server.Close)

	redis, _ := startRedis(t, "--requirepass", redisPassword)
	redis = strings.Replace(redis, "unix://", "unix://:"+redisPassword+"@", 1)
	l := &leaking{backends: recorded(t, w), mint: startMint(t), wire: w, log: &logBook{}}
	for i, round := range echoRounds {
		e.begin(round)
		shared := redis
		if i > 0 { // gateways that share a Redis wait for each other's calls
			shared = ""
		}
		l.run(t, round, shared, server.URL)
		if e.begin("") == 0 {
			t.Errorf("round %s: no backend was reached", round)
		}
	}
	l.run(t, "wrong password", strings.Replace(redis, redisPassword, "MARKwrongredispassword", 1), server.URL)
	l.told.WriteString(l.log.String())
	l.dump(t, redis)
	l.check(t)
}

const redisPassword = "MARKredispassword0123456789abcdef"

// recorded is a sandbox whose callers' credentials are noted.
func recorded(t *testing.T, w *tap) *backends {
	t.Helper()
	b := startBackends(t, 1)
	b.enforce(t, false)
	inner := b.server.Config.Handler
	outer := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.note(r)
		inner.ServeHTTP(rw, r)
	}))
	t.Cleanup(outer.Close)
	return &backends{box: b.box, server: outer, client: b.client, tokens: map[string]string{}}
}

// run asks one gateway everything: acme, whose backends work, and two tenants whose
// backends are the echo; the second signs in to telephony as a user.
func (l *leaking) run(t *testing.T, round, redis, address string) {
	t.Helper()
	cfg := sandboxConfig(l.box, strings.TrimPrefix(l.server.URL, "http://"))
	cfg.Redis, cfg.VaultKey = Secret{value: redis}, Secret{value: base64.StdEncoding.EncodeToString([]byte("MARKvaultkey0123456789abcdef0123"))}
	cfg.Limits.Deadline = shortDeadline
	if strings.Contains(redis, redisPassword) { // what is asked there has to succeed
		cfg.Limits.Deadline = patience
	}
	cfg.Calls.Attempts = 1 // waiting to try again tells nothing
	cfg.Tenants = cfg.Tenants[:1]
	for _, name := range []string{"key", "user"} {
		var tenant TenantConfig
		filled(reflect.ValueOf(&tenant).Elem(), name, address)
		tenant.Name, tenant.Hosts = name, []string{name + ".localhost"}
		tenant.Introspection, tenant.Documents = "", DocumentsConfig{}
		tenant.Tokens.JWKSURL, tenant.Tokens.Issuer, tenant.Tokens.Audiences = l.mint.url+"/keys", mintIssuer, []string{mintAudience}
		tenant.Tokens.Claims, tenant.AppDirect.Limits, tenant.Cost = ClaimsConfig{}, BucketsConfig{}, CostConfig{}
		tenant.Links.changing = func() []loaders.Link {
			return []loaders.Link{{Company: echoCompany, Kazoo: "00000000000000000000000000000001", Twilio: "AC00000000000000000000000000000001", Location: "0007BWpSzSwfiuSl0tR2"}}
		}
		cfg.Tenants = append(cfg.Tenants, tenant)
	}
	cfg.Tenants[2].Kazoo.APIKey = Secret{}
	cfg.sandbox = ""
	l.cfg = cfg
	g, err := build(t.Context(), cfg, slog.New(slog.NewJSONHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatalf("%s: %v", round, err)
	}
	defer g.close()
	server := httptest.NewServer(g.server.Handler())
	defer server.Close()
	l.ask(t, &front{backends: l.backends, url: server.URL, gateway: g, log: l.log})
	l.inspect(t, cfg)
}

// inspect keeps what gateway check says.
func (l *leaking) inspect(t *testing.T, cfg *Config) {
	t.Helper()
	echoes := *cfg
	echoes.Tenants = cfg.Tenants[1:]
	if err := inspectAll(t.Context(), &echoes, &findings{out: &printer{w: &l.told}}); err != nil {
		t.Error(err)
	}
}

// ask sends what may succeed and what may not, and keeps what is answered.
func (l *leaking) ask(t *testing.T, g *front) {
	t.Helper()
	for _, tenant := range []string{"key", "user"} {
		token := l.mint.with(jwt.MapClaims{"sub": nil, "client_id": "batch", "grant_type": "client_credentials", "scope": "ROLE_PARTNER", "tenant": tenant})
		for _, token := range []string{token, "MARKopaquetoken0123456789abcdef", token + "x"} {
			got := g.query(t, ask{tenant: tenant, doc: echoDoc, header: http.Header{"Authorization": {"Bearer " + token}}})
			if len(got.errors) == 0 || got.errors[0].code() == "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%s is answered %s", tenant, got.body)
			}
			l.told.Write(got.body)
			l.told.WriteString(fmt.Sprint(got.header))
		}
		signIn := request(t, http.MethodPost, g.url+"/explorer/signin", []byte(`{"code":"MARKcode","verifier":"MARKverifier","redirectUri":"http://`+tenant+`.localhost/explorer/"}`))
		signIn.Host = tenant + ".localhost"
		signIn.Header.Set("Content-Type", "application/json")
		signIn.Header.Set("X-Explorer", "1")
		l.keep(t, signIn)
	}
	if strings.Contains(l.cfg.Redis.value, redisPassword) {
		fine := g.query(t, ask{as: "partner", doc: fourBackends})
		if len(fine.errors) > 0 {
			t.Errorf("acme is answered %s", fine.body)
		}
		l.told.Write(fine.body)
	}
	for _, path := range []string{"/metrics", "/readyz", "/healthz", "/explorer/config.json", "/debug/pprof/cmdline", "/debug/vars", "/"} {
		r := request(t, http.MethodGet, g.url+path, nil)
		r.Host = "key.localhost"
		l.keep(t, r)
	}
}

const fourBackends = `{ companies(first: 4) { nodes { id telephonyAccount { name devices(first: 1) { nodes { id } } } addOnInstallations(first: 1) { nodes { id } } wallet { hasFunds } } } }`

func (l *leaking) keep(t *testing.T, r *http.Request) {
	t.Helper()
	_, header, body := l.do(t, r)
	l.told.Write(body)
	l.told.WriteString(fmt.Sprint(header))
}

// dump keeps all keys of Redis and what they hold.
func (l *leaking) dump(t *testing.T, url string) {
	t.Helper()
	client, err := cache.OpenRedis(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys in Redis: %v", len(keys), err)
	}
	for _, key := range keys {
		l.told.WriteString(key + "\n")
		for _, read := range [][]any{{"GET", key}, {"HGETALL", key}, {"SMEMBERS", key}, {"ZRANGE", key, 0, -1}, {"LRANGE", key, 0, -1}} {
			if value, err := client.Do(t.Context(), read...).Result(); err == nil { // of another type
				fmt.Fprintf(&l.told, "%v\n", value)
			}
		}
	}
}

// check looks for each secret of the configuration and each credential that was on the
// wire, as they are and in the alphabet of HTTP Basic.
func (l *leaking) check(t *testing.T) {
	t.Helper()
	marks := append(secretsIn(reflect.ValueOf(l.cfg).Elem()), redisPassword)
	for i, config := 0, reflect.ValueOf(l.cfg).Elem(); i < config.NumField(); i++ {
		if config.Field(i).Type() == reflect.TypeFor[Secret]() && len(secretsIn(config.Field(i))) == 0 {
			t.Errorf("the run has no %s", config.Type().Field(i).Name)
		}
	}
	if len(marks) < 15 || len(l.wire.seen) < 10 {
		t.Fatalf("%d secrets and %d credentials on the wire: the run is not what it says", len(marks), len(l.wire.seen))
	}
	for credential := range l.wire.seen {
		marks = append(marks, credential)
	}
	told := l.told.String()
	for _, mark := range append(marks, "MARK") {
		for _, form := range append(inBase64(mark), mark) {
			if at := strings.Index(told, form); at >= 0 {
				t.Errorf("%.12s… is told: …%s…", mark, told[max(0, at-200):min(len(told), at+60)])
			}
		}
	}
	if strings.Contains(told, "eyJ") {
		t.Error("something that begins like a token is told")
	}
}

// inBase64 is what a text looks like inside of another one's base64, wherever it begins.
func inBase64(text string) (forms []string) {
	if len(text) < 12 {
		return nil
	}
	for skip := range 3 {
		whole := text[skip:]
		forms = append(forms, base64.RawStdEncoding.EncodeToString([]byte(whole[:len(whole)/3*3])))
	}
	return forms
}
