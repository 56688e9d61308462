package contract

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

const (
	factsFile  = "testdata/facts.json"
	samplesDir = "testdata/samples/"
)

// Room is a backend's room as its tests see it. It is read and never changed, so parallel tests may share one. Files are
// handed in as trees, so that the one who runs the test says what is read.
type Room struct {
	// Backend is whose routes they are.
	Backend upstream.Backend
	// Routes are all of the backend's, in the order of its own list.
	Routes []*upstream.Route
	// Decoders are those of Routes, in the same order.
	Decoders []Decoder
	// Files is the room's folder, with testdata/facts.json and testdata/samples.
	Files fs.FS
	// Docs is the folder of the project's pages.
	Docs fs.FS
}

// Facts reads testdata/facts.json, the documented figures of the endpoints in use, as the room's own type.
func Facts[T any](t testing.TB, room *Room) T {
	t.Helper()
	var facts T
	if err := json.Unmarshal(read(t, room.Files, factsFile), &facts); err != nil {
		t.Fatalf("%s: %v", factsFile, err)
	}
	return facts
}

func read(t testing.TB, tree fs.FS, name string) []byte {
	t.Helper()
	body, err := fs.ReadFile(tree, name)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return body
}

// matching lists files by pattern; none is an error, since a check of nothing would pass.
func matching(t testing.TB, tree fs.FS, pattern string) []string {
	t.Helper()
	files, err := fs.Glob(tree, pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return files
}
