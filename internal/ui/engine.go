// Package ui is the look of Bailiwick: the layouts, the components, the one
// stylesheet, the icons, and the engine that renders pages from them.
//
// A face that has pages (the console, the portal) keeps one template per page,
// each defining "title" and "main", and hands its files to [Parse] at start:
//
//	pages, err := ui.Parse(files, "templates/*.html", time.Now)
//	…
//	err = pages.Write(w, http.StatusOK, "users", usersPage{Shell: shell, …})
//
// The page's struct embeds [Shell], [Card] or [Account], and that choice is the
// choice of layout. Values that embed none of them do not compile, so no page
// can be rendered from a map or without a layout.
//
// The content security policy of the product allows no inline style and no
// inline script. Parse refuses a template that has one, so a page that would
// look broken behind that policy stops the start of the server instead.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed templates/*.html templates/pages/*.html
var templates embed.FS

// A View is a page's data. Only structs that embed [Shell], [Card] or
// [Account] are views.
type View interface{ layout() string }

// Pages holds the parsed templates of one face. It is safe for use by many
// goroutines.
type Pages struct {
	pages map[string]*template.Template
}

// Parse reads the shared templates and the files of one face that match
// pattern. A file whose name starts with an underscore is shared by all pages
// of that face; every other file is one page, named by its file name without
// ".html". The pages "error" and "error-card" are always there. The clock decides what counts as today when times are written.
func Parse(files fs.FS, pattern string, clock func() time.Time) (*Pages, error) {
	base := template.New("ui").Option("missingkey=error").Funcs(functions(clock))
	if err := add(base, templates, "templates/*.html", all); err != nil {
		return nil, err
	}
	if err := add(base, files, pattern, shared); err != nil {
		return nil, err
	}
	p := &Pages{pages: map[string]*template.Template{}}
	if err := p.addPages(base, templates, "templates/pages/*.html"); err != nil {
		return nil, err
	}
	if err := p.addPages(base, files, pattern); err != nil {
		return nil, err
	}
	return p, nil
}

// addPages gives every page a copy of the shared templates, so that each can
// define its own "title" and "main".
func (p *Pages) addPages(base *template.Template, files fs.FS, pattern string) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return fmt.Errorf("list templates %s: %w", pattern, err)
	}
	for _, name := range slices.DeleteFunc(names, shared) {
		page, err := base.Clone()
		if err != nil {
			return fmt.Errorf("copy shared templates: %w", err)
		}
		if err := add(page, files, name, all); err != nil {
			return err
		}
		for _, block := range []string{"title", "main"} {
			if page.Lookup(block) == nil {
				return fmt.Errorf("template %s does not define %q", name, block)
			}
		}
		p.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return nil
}

// Names lists the pages in alphabetical order, for tests that render each.
func (p *Pages) Names() []string {
	names := make([]string, 0, len(p.pages))
	for name := range p.pages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Write renders one page in its layout. Nothing reaches w before the whole page
// has been rendered, so an error can still become an error page.
func (p *Pages) Write(w http.ResponseWriter, status int, page string, v View) error {
	return p.write(w, status, page, v.layout(), v)
}

// WriteBlock renders one named block of a page without a layout: what htmx
// asks for when a part of the page is to be exchanged.
func (p *Pages) WriteBlock(w http.ResponseWriter, status int, page, block string, v View) error {
	return p.write(w, status, page, block, v)
}

func (p *Pages) write(w http.ResponseWriter, status int, page, block string, v View) error {
	t, ok := p.pages[page]
	if !ok {
		return fmt.Errorf("no page template %q", page)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, block, v); err != nil {
		return fmt.Errorf("render %s of page %s: %w", block, page, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// A reader who has gone away is not an error of the page.
	_, _ = out.WriteTo(w)
	return nil
}

func all(string) bool { return true }

func shared(name string) bool { return strings.HasPrefix(path.Base(name), "_") }

func add(t *template.Template, files fs.FS, pattern string, want func(string) bool) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return fmt.Errorf("list templates %s: %w", pattern, err)
	}
	if len(names) == 0 {
		return fmt.Errorf("no template matches %s", pattern)
	}
	for _, name := range names {
		if !want(name) {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read template %s: %w", name, err)
		}
		if inline := inlineCode.Find(text); inline != nil {
			return fmt.Errorf("template %s has inline code that the content security policy refuses: %q", name, inline)
		}
		if _, err := t.New(path.Base(name)).Parse(string(text)); err != nil {
			return fmt.Errorf("parse template %s: %w", name, err)
		}
	}
	return nil
}

func functions(clock func() time.Time) template.FuncMap {
	return template.FuncMap{
		"asset":       Asset,
		"icon":        icon,
		"initials":    Initials,
		"avatarClass": avatarClass,
		"status":      statusOf,
		"when":        func(t time.Time) *moment { return momentOf(t, clock()) },
		"count":       Count,
		"thousands":   Thousands,
		"percent":     percent,
		"who":         func(id, name, detail, href string) Who { return Who{ID: id, Name: name, Detail: detail, Href: href} },
	}
}
