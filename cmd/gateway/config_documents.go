package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/marketgraph/marketgraph/server"
)

// DocumentsConfig says which documents a tenant's clients may run.
type DocumentsConfig struct {
	// Trust is what becomes of documents that no manifest has; "" is off.
	Trust string `yaml:"trust"`
	// Manifests are the documents that clients were built with.
	Manifests []ManifestConfig `yaml:"manifests"`
	// GETByID runs a GET only where it names its document by an id.
	GETByID bool `yaml:"getById"`

	trusted server.Trusted
}

// ManifestConfig is the manifest of one client application, or of several.
type ManifestConfig struct {
	// File is its path.
	File string `yaml:"file"`
	// Clients are the client applications it is for; empty for everybody.
	Clients []string `yaml:"clients"`
}

// check reads the manifests too: a file that is missing or broken is found
// before anything is served.
func (d *DocumentsConfig) check(c *checker, path string) {
	mode := server.TrustMode(d.Trust)
	if mode != "" && !slices.Contains(server.TrustModes(), mode) {
		c.add(path+".trust", "is one of %v", server.TrustModes())
	}
	if mode == server.TrustRequired && len(d.Manifests) == 0 {
		c.add(path+".manifests", "name at least one: without, nothing could be run")
	}
	d.trusted.Mode = mode
	for i, manifest := range d.Manifests {
		if err := manifest.read(&d.trusted); err != nil {
			c.add(fmt.Sprintf("%s.manifests[%d].file", path, i), "%v", err)
		}
	}
}

func (m ManifestConfig) read(into *server.Trusted) error {
	info, err := os.Stat(m.File)
	if err != nil {
		return err
	}
	if info.Size() > server.MaxManifestBytes {
		return fmt.Errorf("it has %d bytes; at most %d are read", info.Size(), server.MaxManifestBytes)
	}
	text, err := os.ReadFile(m.File)
	if err != nil {
		return err
	}
	documents, err := server.ParseManifest(text)
	if err != nil {
		return err
	}
	return into.Add(documents, m.Clients...)
}
