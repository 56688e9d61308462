// Package marketgraph is the root of a GraphQL gateway: one graph over the REST
// interfaces of a marketplace's backends, for storefronts, mobile apps and
// people in an Explorer.
//
// No code lives here. The binary is cmd/gateway; every other folder is a room
// with one concern, and what a room may import is written in, and enforced by,
// house_imports_test.go. The public contract is schema.graphqls.
package marketgraph
