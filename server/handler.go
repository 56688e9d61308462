package server

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
)

// Handler serves all endpoints of the gateway.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(pathProduction, s.at(s.production))
	mux.Handle(pathPreview, s.at(s.preview))
	mux.Handle("POST "+PathWebhook, s.tenanted(http.HandlerFunc(s.serveWebhook)))
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.Handle("GET /schema.graphqls", s.serveSchema(s.production))
	mux.Handle("GET /schema.preview.graphqls", s.serveSchema(s.preview))
	return s.identified(s.withExplorer(s.cors().Handler(s.compress(mux))))
}

// newCompression makes longer texts short for clients that say they can read it.
// What is not text, and what is sent piece by piece, is left as it is.
func newCompression() (func(http.Handler) http.HandlerFunc, error) {
	return gzhttp.NewWrapper(gzhttp.ContentTypes([]string{typeJSON, typeResponse, typePreview, "text/plain"}))
}

// withExplorer keeps the Explorer out of reach of CORS: no page but its own
// has anything to ask there.
func (s *Server) withExplorer(next http.Handler) http.Handler {
	if s.explorer == nil {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.Handle("/explorer", s.explorer)
	mux.Handle("/explorer/", s.explorer)
	return mux
}

// cors lets browsers of the configured origins read answers. Tokens travel in
// headers, never in cookies, so credentials are not allowed.
func (s *Server) cors() *cors.Cors {
	return cors.New(cors.Options{
		AllowedOrigins: s.origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "MP-Authorization", "Content-Type", "Accept", headerRequestID, headerCostOnly, headerDeadline},
		ExposedHeaders: []string{headerRequestID, headerRetryAfter},
		MaxAge:         600,
	})
}

// identified gives each request its id, in the context and in the answer, and each
// answer the headers that all have.
func (s *Server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := &request{id: requestID(r.Header), started: s.now()}
		w.Header().Set(headerRequestID, req.id)
		if s.draining.Load() {
			w.Header().Set("Connection", "close") // the next request of this client goes elsewhere
		}
		guard(w.Header(), r)
		next.ServeHTTP(w, r.WithContext(withRequest(r.Context(), req)))
	})
}

// tenanted finds the tenant by host; a host that is nobody's is a 404.
func (s *Server) tenanted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := requestFrom(r.Context())
		req.tenant = s.hosts.find(r.Host)
		if req.tenant == nil {
			s.refusal(r.Context(), req, typeJSON, refuse(http.StatusNotFound, NotFound, "no marketplace is served under this host")).write(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serveHealth says that the process runs.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeStatus(w, http.StatusOK, health{Status: "ok"})
}

// serveReady says whether requests should be sent here; a server that shuts down says no. A backend that is away is told
// of and changes nothing: it is away for every replica.
func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		writeStatus(w, http.StatusServiceUnavailable, health{Status: "shutting down"})
		return
	}
	writeStatus(w, http.StatusOK, health{Status: "ready", Breakers: openBreakers(s.breakers)})
}

// health is what /healthz and /readyz say.
type health struct {
	Status   string        `json:"status"`
	Breakers []openBreaker `json:"breakers,omitempty"`
}

func writeStatus(w http.ResponseWriter, code int, body health) {
	w.Header().Set("Content-Type", typeJSON)
	w.Header().Set("Cache-Control", noStore)
	w.WriteHeader(code)
	_, _ = w.Write(append(ours(body), '\n'))
}

// Drain makes /readyz say no, so that a load balancer stops sending. The server goes on answering, and ends each
// connection with its answer.
func (s *Server) Drain() { s.draining.Store(true) }
