// Package sandbox is the backends as stateful in-memory servers behind real
// HTTP, so that the gateway runs, and is tested, without an account anywhere.
//
// It is as strict as the documents say the real thing is: tokens, scopes and
// roles, printed parameters and enums, page-size caps, rate limits and error
// bodies. Anything the facts file lists but the sandbox does not answer yet is
// checked like the rest and then refused with 501, so a missing route shows up
// as what it is.
//
// The package knows nothing of the gateway's client code and imports nothing of
// ours: two independent readings of the same documents meet only on the wire.
//
// The parts, from general to particular:
//
//   - engine: Collection, Query, paging and listings over JSON documents;
//   - machinery shared by backends: facts, router, access, limits, faults, calls;
//   - the OAuth2 server and the control API under /_sandbox;
//   - AppDirect: routes, documents and demo data (files appdirect_* and demo*);
//   - the other backends, each in files of its name (kazoo_* and so on);
//   - links: which company has which accounts at the other backends.
//
// A Sandbox is safe for concurrent use; it starts no goroutine of its own.
package sandbox
