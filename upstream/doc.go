// Package upstream is the one transport to the REST backends behind the graph.
//
// A backend's room (upstream/<backend>) states each endpoint once, as a [Route] value, and asks a [Client] to make a
// [Call]. The client checks the call against its route, takes it from the operation's [Budget], obtains credentials,
// waits in the [Pacer] until the backend's documented limit allows the call, sends it under a deadline, reads a bounded
// body, and answers with a [Reply] or with an [Error] of a closed list of kinds. Reads are retried, writes never.
//
// The package knows no domain, no cache and no tenant. Everything exported is safe for concurrent use unless it says
// otherwise. Tokens, headers, query strings and bodies never reach an error's text.
package upstream
