package demo

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// Kept is how many mails a [Mailbox] remembers.
const Kept = 500

// MailboxPath is where a mailbox is to be mounted.
const MailboxPath = "/demo/mailbox"

// A Letter is one mail that was not sent but kept.
type Letter struct {
	To, From, Subject, Text, HTML string
	At                            time.Time
	Number                        int // counts from 1 and is never used again
}

// A Mailbox takes the place of the mail server of a demo. It keeps the last
// [Kept] mails in memory and shows them to everybody who can reach the server,
// live links and all: it must never be mounted outside demo mode.
type Mailbox struct {
	org string

	mu      sync.Mutex
	letters []Letter // oldest first
	last    int
}

// NewMailbox returns an empty mailbox of the organization of that name.
func NewMailbox(org string) *Mailbox { return &Mailbox{org: org} }

// Keep puts a letter into the mailbox and gives it its number.
func (m *Mailbox) Keep(l Letter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	l.Number = m.last
	if len(m.letters) == Kept {
		m.letters = append(m.letters[:0], m.letters[1:]...)
	}
	m.letters = append(m.letters, l)
}

// Letters returns what is kept, newest first; of one recipient when to is not
// empty.
func (m *Mailbox) Letters(to string) []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Letter, 0, len(m.letters))
	for i := len(m.letters) - 1; i >= 0; i-- {
		if l := m.letters[i]; to == "" || strings.Contains(strings.ToLower(l.To), strings.ToLower(to)) {
			out = append(out, l)
		}
	}
	return out
}

func (m *Mailbox) letter(number string) (Letter, bool) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return Letter{}, false
	}
	for _, l := range m.Letters("") {
		if l.Number == n {
			return l, true
		}
	}
	return Letter{}, false
}

//go:embed templates/*.html
var templates embed.FS

var pages = template.Must(template.New("demo").Funcs(template.FuncMap{
	"asset":      ui.Asset,
	"paragraphs": paragraphs,
	"clock":      func(t time.Time) string { return t.UTC().Format("15:04:05") },
	"stamp":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).ParseFS(templates, "templates/*.html"))

// Handler serves the list under [MailboxPath], one letter under its number, and
// a letter's HTML part, which runs nothing and opens its links in a new window.
func (m *Mailbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+MailboxPath, m.list)
	mux.HandleFunc("GET "+MailboxPath+"/{number}", m.read)
	mux.HandleFunc("GET "+MailboxPath+"/{number}/html", m.html)
	return mux
}

const (
	pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

func (m *Mailbox) list(w http.ResponseWriter, r *http.Request) {
	to := strings.TrimSpace(r.URL.Query().Get("to"))
	m.show(w, http.StatusOK, "list.html", struct {
		Org, Path, To string
		Letters       []Letter
	}{m.org, MailboxPath, to, m.Letters(to)})
}

func (m *Mailbox) read(w http.ResponseWriter, r *http.Request) {
	l, ok := m.letter(r.PathValue("number"))
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	m.show(w, status, "letter.html", struct {
		Org, Path string
		Found     bool
		Letter    Letter
	}{m.org, MailboxPath, ok, l})
}

func (m *Mailbox) show(w http.ResponseWriter, status int, page string, data any) {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, page, data); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	header(w, pagePolicy)
	w.WriteHeader(status)
	_, _ = out.WriteTo(w)
}

func (m *Mailbox) html(w http.ResponseWriter, r *http.Request) {
	l, ok := m.letter(r.PathValue("number"))
	header(w, mailPolicy)
	if !ok || l.HTML == "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	// Links must leave the frame: the pages they lead to refuse to be framed.
	_, _ = fmt.Fprint(w, strings.Replace(l.HTML, "<head>", `<head><base target="_blank">`, 1))
}

func header(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the links are live secrets
	if policy == mailPolicy {
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
}

// A linkPart is a stretch of text, an address to be followed, or the end of a line.
type linkPart struct {
	Text        string
	Link, Break bool
}

// Pieces are where a long address may be broken on a narrow screen.
func (p linkPart) Pieces() []string {
	var out []string
	for piece := range slices.Chunk([]rune(p.Text), 24) {
		out = append(out, string(piece))
	}
	return out
}

var address = regexp.MustCompile(`https?://[^\s<>"']+[^\s<>"'.,;:!?)]`)

// paragraphs splits the text of a mail at its empty lines, its line ends and
// its addresses.
func paragraphs(text string) [][]linkPart {
	var all [][]linkPart
	for _, block := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		var parts []linkPart
		for i, line := range strings.Split(strings.Trim(block, "\n"), "\n") {
			if i > 0 {
				parts = append(parts, linkPart{Break: true})
			}
			parts = append(parts, linkParts(line)...)
		}
		all = append(all, parts)
	}
	return all
}

func linkParts(line string) []linkPart {
	var parts []linkPart
	for {
		at := address.FindStringIndex(line)
		if at == nil {
			return append(parts, linkPart{Text: line})
		}
		parts = append(parts, linkPart{Text: line[:at[0]]}, linkPart{Text: line[at[0]:at[1]], Link: true})
		line = line[at[1]:]
	}
}
