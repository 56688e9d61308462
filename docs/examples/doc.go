// Package examples holds the documents that the Explorer's menu offers: one
// GraphQL file each, with its variables in a JSON file of the same name. The
// first line says "# Domain: Title", the comment lines below describe it. They
// run as they are, in either demo marketplace.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed *.graphql *.json
var files embed.FS

// Files gives the documents. It is read-only and safe for concurrent use.
func Files() fs.FS { return files }
