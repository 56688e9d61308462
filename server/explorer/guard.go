package explorer

import "net/http"

// policy lets the page load and ask its own origin, and nothing else.
// Stylesheets may stand inside the page because the editor writes them there;
// fonts may, because GraphiQL's stylesheet carries them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; worker-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// guarded sets the policy of every answer, errors included, in the place of the
// server's, which allows nothing.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		next.ServeHTTP(w, r)
	})
}

// headerExplorer must be on requests that get a token. A page of another
// origin can't send it: the browser asks first, and nobody here says yes.
const headerExplorer = "X-Explorer"

// sameOrigin admits what our own page sends. The header stops pages, and what
// browsers say of the origin is checked as well, since each alone would do.
func sameOrigin(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := origins.Check(r); err != nil {
			refuse(w, http.StatusForbidden, "only the Explorer's own page may ask this")
			return
		}
		if r.Header.Get(headerExplorer) == "" {
			refuse(w, http.StatusForbidden, "the header "+headerExplorer+" is missing")
			return
		}
		next.ServeHTTP(w, r)
	})
}
