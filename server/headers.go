package server

import "net/http"

// policy lets a browser do nothing with an answer that it was led to as to a page: none
// of ours is one but the Explorer, which has a policy of its own.
const policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// guard sets the headers that every answer has, redirects and refusals included.
func guard(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer") // an address may hold an authorization code
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin") // for tags of foreign pages; CORS is not asked about them
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
