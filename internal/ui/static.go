package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
)

//go:embed static/bailiwick.css static/bailiwick.js static/htmx.min.js static/favicon.svg
var static embed.FS

// StaticPrefix is where [Static] is to be mounted.
const StaticPrefix = "/static/"

type asset struct {
	body []byte
	kind string
}

// assets by address, and addresses by name. The address holds a digest of the
// content, so a browser may keep a file for ever and still gets the new one
// after an upgrade.
var assets, addresses = loadAssets()

func loadAssets() (map[string]asset, map[string]string) {
	kinds := map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
	files, byName := map[string]asset{}, map[string]string{}
	entries, err := static.ReadDir("static")
	if err != nil {
		panic(fmt.Sprintf("list embedded assets: %v", err)) // the embed is part of this binary
	}
	for _, entry := range entries {
		name := entry.Name()
		body, err := static.ReadFile("static/" + name)
		if err != nil {
			panic(fmt.Sprintf("read embedded asset %s: %v", name, err))
		}
		sum := sha256.Sum256(body)
		address := StaticPrefix + hex.EncodeToString(sum[:8]) + "/" + name
		files[address], byName[name] = asset{body, kinds[path.Ext(name)]}, address
	}
	return files, byName
}

// Asset returns the address of an embedded file, as "/static/<digest>/<name>".
func Asset(name string) (string, error) {
	address, ok := addresses[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return address, nil
}

// Static serves the embedded files. They are the same for everybody and name no
// one, so they are the only answers of the product that caches may keep.
func Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := assets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", file.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Del("Pragma") // set for every other answer, to keep pages out of caches
		h.Del("Expires")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Length", fmt.Sprint(len(file.body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(file.body) // a reader who has gone away is no error of ours
		}
	})
}
