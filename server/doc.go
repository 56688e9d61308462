// Package server is the gateway's front: HTTP, request ids, tenants by host,
// tokens, limits, GraphQL over HTTP with a transport of our own, errors as
// clients see them, health, metrics, and shutdown.
//
// One GraphQL request goes through the files in this order: handler.go (which
// endpoint), tenant.go (whose host), graphql.go and params.go (what is asked),
// documents.go and operation.go (is it valid and small enough), cost.go (may its
// client afford it), operation.go again (as whom), then the executor and the resolvers,
// then errors.go and respond.go (what is answered), and event.go (what is
// written down).
package server
