package ui

import (
	"net/http"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// A Theme is the reader's choice of colours; the zero value follows the system.
type Theme string

// The themes.
const (
	SystemTheme Theme = ""
	LightTheme  Theme = "light"
	DarkTheme   Theme = "dark"
)

// ThemeCookie holds the reader's choice. It is no secret: the script writes it
// too, so that a choice shows without a reload.
const ThemeCookie = "theme"

// ThemeOf reads the reader's choice from the request. Anything unknown is
// SystemTheme.
func ThemeOf(r *http.Request) Theme {
	c, err := r.Cookie(ThemeCookie)
	if err != nil {
		return SystemTheme
	}
	return ParseTheme(c.Value)
}

// ParseTheme returns the theme of that name, or SystemTheme.
func ParseTheme(name string) Theme {
	switch t := Theme(name); t {
	case LightTheme, DarkTheme:
		return t
	}
	return SystemTheme
}

// Remember returns the cookie that keeps the choice for a year, or clears it
// for SystemTheme. Secure follows the scheme that the product is served on.
func (t Theme) Remember(secure bool) *http.Cookie {
	c := &http.Cookie{Name: ThemeCookie, Value: string(t), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: secure, SameSite: http.SameSiteLaxMode}
	if t == SystemTheme {
		c.MaxAge = -1
	}
	return c
}

// A Page is what every layout needs to know.
type Page struct {
	Org   string // the organization's name
	Base  string // what every address begins with: "" or "/t/{org}"
	Here  string // address of this page, for forms that come back to it
	Theme Theme
	CSRF  string // goes into every form; empty where nobody is signed in and nothing is to be changed
	Toast string // one sentence about what was just done, or empty
}

// A Shell is the console's layout: sidebar, reach card, search, and the menu
// of the person who is signed in.
type Shell struct {
	Page
	Me    Me
	Nav   []NavItem
	Reach Reach
}

func (Shell) layout() string { return "shell" }

// A Card is the layout of the sign-in family: one card in the middle.
type Card struct {
	Page
	Help string // address or telephone number of the help desk, or empty
}

func (Card) layout() string { return "card" }

// An Account is the layout of My Account.
type Account struct {
	Page
	Me   Me
	Tabs []Tab
	// Console says that the person may also enter the console.
	Console bool
}

func (Account) layout() string { return "account" }

// Me is the person who is signed in.
type Me struct {
	ID   bailiwick.ID
	Name string
	Role string // label of the strongest role; empty for people without one
}

// A NavItem is one line of the sidebar.
type NavItem struct {
	Label, Icon, Href string
	Current           bool
}

// Reach says whom the reader can see, always in sight. Label is empty until
// something is known; then the card is left out.
type Reach struct {
	Label      string // "Everyone", or the names of the groups
	People, Of int64
	Href       string
}

// A Tab is one of several views of a thing; each is an address of its own.
type Tab struct {
	Label, Href string
	Count       int64 // shown when above zero
	Current     bool
}

// A Crumb is one step of the way to this page. The last has no Href.
type Crumb struct{ Label, Href string }

// A Tone is the meaning of a colour.
type Tone string

// The tones of notices and of dots in a timeline.
const (
	Plain Tone = ""
	Info  Tone = "info"
	Good  Tone = "ok"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// A Notice is one sentence that stands out. Title, when given, is its first
// words in bold. Only Bad interrupts a screen reader.
type Notice struct {
	Tone        Tone
	Title, Text string
}

// Icon is the notice's drawing.
func (n Notice) Icon() string {
	switch n.Tone {
	case Bad, Warn:
		return "warning"
	case Good:
		return "check"
	}
	return "info"
}

// A Who is a person in a list or a title: avatar, name, and a second line.
type Who struct {
	ID           string
	Name, Detail string
	Href         string
}

// A Field is one labelled input, in the order label, hint, error, input.
type Field struct {
	ID           string // also the name in the form
	Label        string
	Type         string // text when empty
	Value        string
	Hint, Error  string
	Autocomplete string
	Autofocus    bool
	Optional     bool
}

// DescribedBy names the elements that explain the input.
func (f Field) DescribedBy() string {
	ids := ""
	if f.Hint != "" {
		ids = f.ID + "-h"
	}
	if f.Error != "" {
		if ids != "" {
			ids += " "
		}
		ids += f.ID + "-e"
	}
	return ids
}

// A Pager leads through a list by addresses. Empty addresses are ends of it.
type Pager struct {
	Shown          string // "12 of 212 people"
	Previous, Next string
	// Target is the id of the element that holds the list; with script only
	// that part is exchanged.
	Target string
}

type pageLink struct{ Label, Icon, Href, Target string }

// Back is the link to the page before.
func (p Pager) Back() pageLink {
	return pageLink{Label: "Previous", Icon: "back", Href: p.Previous, Target: p.Target}
}

// Forth is the link to the page after.
func (p Pager) Forth() pageLink { return pageLink{Label: "Next", Href: p.Next, Target: p.Target} }

// An Empty stands where a list would be: the reason, and a way on.
type Empty struct {
	Icon, Title, Text string
	Link, Href        string
}

// An Act is one row of "What you can do now". A row without Href is there to
// say, in Text, why it can't be done.
type Act struct {
	Icon, Title, Text string
	Button, Href      string
	Dialog            string // id of the dialog that the button opens with script
	Primary           bool
}

// A Happening is one line of a timeline.
type Happening struct {
	Icon   string
	Tone   Tone
	Actor  string // in bold before the text, or empty
	Text   string
	Detail string
	At     time.Time
}

// Dot is the class of the timeline's dot.
func (h Happening) Dot() string {
	switch h.Tone {
	case Info:
		return "dot acc"
	case Good:
		return "dot ok"
	case Bad:
		return "dot bad"
	}
	return "dot"
}

// An Oops is what an error page says: what happened, and what to do now.
type Oops struct {
	Code        string // "404", or "500 · request id"
	Title, Text string
	More        string
	Link, Href  string
}

// ErrorPage is an error inside the console; its page is "error".
type ErrorPage struct {
	Shell
	Oops Oops
}

// ErrorCard is an error where nobody is signed in, or nothing else is certain;
// its page is "error-card".
type ErrorCard struct {
	Card
	Oops Oops
}
