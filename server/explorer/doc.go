// Package explorer serves the Explorer: GraphiQL under a banner that says which
// marketplace it asks, and as whom. The page is built from web/ by `make
// explorer` and embedded, so neither building nor running the gateway needs Node.
//
// The page holds tokens in memory only, loads nothing from elsewhere, and runs
// under a policy that would not let it. In sandbox mode it gets demo tokens from
// POST /explorer/token; in live mode a person signs in at the marketplace, and
// POST /explorer/signin exchanges the code that they come back with.
package explorer
