package mail

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"strconv"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// A Mail is a rendered message: a subject without line breaks, and the same
// content as plain text and as HTML.
type Mail struct {
	Subject, Text, HTML string
}

// A Person is whom a mail goes to, as the store has it at delivery.
type Person struct {
	Name    string // how the mail greets; empty greets nobody by name
	Address string
}

// Facts are what a mail says besides its message.
type Facts struct {
	Org    string // the organization's name
	Person Person
	// Link is where the button leads, absolute, http or https. It may hold a
	// secret, so facts are never logged.
	Link string
	// Life is how long the link works; 0 for a link that is no one-time link.
	Life time.Duration
	// At is when the thing happened that the mail tells of.
	At time.Time
	// Support is how people reach the help desk, as "+47 555 0100"; empty when
	// nobody has said.
	Support string
}

// ErrFacts means that a message cannot be rendered with these facts.
var ErrFacts = errors.New("a mail needs an organization, an address and an absolute link")

// content is what templates see; every text in it is harmless.
type content struct {
	Facts
	Message   bailiwick.Message
	Site      string // host of the link
	Preheader string // what a list of mails shows beside the subject
	Subject   string
}

// A template file has four blocks: subject; text and html, the part between
// greeting and end; and note, the words to whoever did not expect the mail.
type templates struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

//go:embed templates/*.tmpl
var files embed.FS

// parsed holds the templates of all kinds. They are read when the program
// starts, so a broken one never waits for its first mail.
var parsed = func() map[string]templates {
	all := make(map[string]templates)
	for _, kind := range Kinds() {
		paths := []string{"templates/layout.tmpl", "templates/" + kind + ".tmpl"}
		all[kind] = templates{
			text: texttemplate.Must(texttemplate.New(kind).Funcs(functions).ParseFS(files, paths...)),
			html: htmltemplate.Must(htmltemplate.New(kind).Funcs(functions).ParseFS(files, paths...)),
		}
	}
	return all
}()

// A button and a fact are what the pieces of the layout take.
type (
	button struct{ Label, Link string }
	fact   struct{ Name, Value string }
)

var functions = map[string]any{
	"button": func(label, link string) button { return button{label, link} },
	"fact":   func(name, value string) fact { return fact{name, value} },
	"span":   span,
	"clock":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
}

// span says a duration in the largest whole unit, as "1 hour" or "7 days".
func span(d time.Duration) string {
	unit, n := "minute", int64(d/time.Minute)
	switch {
	case d > 24*time.Hour && d%(24*time.Hour) == 0:
		unit, n = "day", int64(d/(24*time.Hour))
	case d >= time.Hour && d%time.Hour == 0:
		unit, n = "hour", int64(d/time.Hour)
	}
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatInt(n, 10) + " " + unit + "s"
}

// Render turns a message into a mail. Texts that people choose are made
// harmless by [Plain]; the address and the support contact are kept whole but
// for what cannot be seen. Errors are [ErrKind] and [ErrFacts], wrapped.
func Render(m bailiwick.Message, f Facts) (Mail, error) {
	t, ok := parsed[m.MessageKind()]
	if !ok {
		return Mail{}, fmt.Errorf("render a mail of kind %q: %w", m.MessageKind(), ErrKind)
	}
	link, err := url.Parse(f.Link)
	if err != nil || link.Host == "" || link.Scheme != "https" && link.Scheme != "http" || f.Org == "" || f.Person.Address == "" {
		return Mail{}, fmt.Errorf("render a mail of kind %q: %w", m.MessageKind(), ErrFacts)
	}
	f.Org, f.Person.Name = Plain(f.Org), Plain(f.Person.Name)
	f.Person.Address, f.Support = oneLine(f.Person.Address), shorten(oneLine(f.Support), MaxText)
	c := content{Facts: f, Message: plain(m), Site: link.Host}
	var out Mail
	for _, part := range []struct {
		name string
		into *string
	}{{"subject", &out.Subject}, {"text", &c.Preheader}, {"layout.text", &out.Text}} {
		var text strings.Builder
		if err := t.text.ExecuteTemplate(&text, part.name, c); err != nil {
			return Mail{}, fmt.Errorf("render a mail of kind %q: %w", m.MessageKind(), err)
		}
		*part.into = text.String()
	}
	out.Subject = oneLine(out.Subject)
	c.Subject = out.Subject
	c.Preheader, _, _ = strings.Cut(strings.TrimSpace(c.Preheader), "\n")
	var page strings.Builder
	if err := t.html.ExecuteTemplate(&page, "layout.html", c); err != nil {
		return Mail{}, fmt.Errorf("render a mail of kind %q: %w", m.MessageKind(), err)
	}
	out.HTML = page.String()
	return out, nil
}
