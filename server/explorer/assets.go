package explorer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// built is the page as `make explorer` made it: each file gzipped, under a
// name that holds its hash. Only index.html keeps its name.
//
//go:embed assets/*.gz
var built embed.FS

const indexName = "index.html"

// Caching: a name with a hash never means other bytes, the index does after each release.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheChecked = "no-cache"
)

// mediaTypes are spelled out, because the operating system's table differs from
// one machine to the next and a script of a wrong type is not run.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".ttf":  "font/ttf",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// asset is one file of the page. It is immutable.
type asset struct {
	packed    []byte // gzip
	mediaType string
	tag       string // ETag; the two forms of a file differ in it
}

func loadAssets() (map[string]*asset, error) {
	files, err := fs.Glob(built, "assets/*.gz")
	if err != nil {
		return nil, err
	}
	assets := make(map[string]*asset, len(files))
	for _, file := range files {
		packed, err := built.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(path.Base(file), ".gz")
		mediaType, ok := mediaTypes[path.Ext(name)]
		if !ok {
			return nil, fmt.Errorf("explorer: no media type is known for %s", name)
		}
		sum := sha256.Sum256(packed)
		assets[name] = &asset{packed: packed, mediaType: mediaType, tag: hex.EncodeToString(sum[:8])}
	}
	if assets[indexName] == nil {
		return nil, errors.New("explorer: the page is not built; run make explorer")
	}
	return assets, nil
}

func (e *explorer) serveIndex(w http.ResponseWriter, r *http.Request, _ Tenant) {
	e.assets[indexName].serve(w, r, cacheChecked)
}

// serveAsset looks names up in a closed list, so no path leads anywhere else.
func (e *explorer) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	a := e.assets[name]
	if a == nil || name == indexName {
		refuse(w, http.StatusNotFound, "there is no such file")
		return
	}
	a.serve(w, r, cacheForever)
}

// serve sends the file as it is kept, or unpacked to the few that can't do that.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, caching string) {
	packed := acceptsGzip(r.Header.Values("Accept-Encoding"))
	tag := `"` + a.tag + `"`
	if packed {
		tag = `"` + a.tag + `-gzip"`
	}
	h := w.Header()
	h.Set("Cache-Control", caching)
	h.Add("Vary", "Accept-Encoding")
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.mediaType)
	if packed {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(a.packed)))
	}
	if r.Method == http.MethodHead {
		return
	}
	if packed {
		_, _ = w.Write(a.packed) // a client that has gone is no fault of ours
		return
	}
	a.unpack(w)
}

func (a *asset) unpack(w io.Writer) {
	plain, err := gzip.NewReader(bytes.NewReader(a.packed))
	if err != nil {
		return // tests read every asset
	}
	_, _ = io.Copy(w, plain) //nolint:gosec // the archive is ours, and its size is known
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip by name, else by wildcard.
func acceptsGzip(accept []string) bool {
	byName := map[string]bool{}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		q, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		byName[strings.ToLower(strings.TrimSpace(name))] = !given || err == nil && weight > 0
	}
	if wanted, named := byName["gzip"]; named {
		return wanted
	}
	return byName["*"]
}

// matches compares weakly, as If-None-Match is (RFC 9110, 13.1.2).
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
