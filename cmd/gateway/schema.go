package main

import (
	"io"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/server"
)

type schemaCommand struct{}

// Run prints the schema as it is written.
func (schemaCommand) Run(s streams) error {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	_, err := io.WriteString(s.out, server.SDL(schema))
	return err
}
