package main

import (
	"context"
	"fmt"
	"io"

	"github.com/marketgraph/marketgraph/sandbox"
)

// demoQuery is what the banner's curl line asks.
const demoQuery = `{ companies(first: 3) { totalCount nodes { name subscriptions(first: 2) { nodes { status product { name } } } } } }`

// banner prints where things are, a token, and a line that works when pasted.
func banner(ctx context.Context, w io.Writer, graph, backends string) error {
	tenant := sandbox.Tenants()[0]
	persona, err := findPersona(tenant.Name, "admin")
	if err != nil {
		return err
	}
	token, err := fetchToken(ctx, "http://"+backends, tenant.Name, persona)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `sandbox mode: demo data, nothing here is real

  graph     http://%[1]s/api/graphql      (marketplaces by host: acme.localhost, globex.localhost)
  explorer  http://%[1]s/explorer/
  schema    http://%[1]s/schema.graphqls
  health    http://%[1]s/readyz  /healthz  /metrics
  backends  http://%[2]s/_sandbox

A token of acme's administrator (others: gateway token --as buyer):

%[3]s

Paste this:

curl -s http://%[1]s/api/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer %[3]s' -d '{"query":"%[4]s"}'

`, graph, backends, token, demoQuery)
	return err
}
