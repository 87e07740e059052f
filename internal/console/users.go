package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

const (
	rowsOnAPage = 25
	rowsFound   = 7  // by the search in the top bar
	maxTrail    = 20 // pages that Previous can go back
	maxQuery    = 100
)

// chips are the filters that stand ready: everyone, and who needs somebody.
var chips = []bailiwick.Status{"", bailiwick.LockedOut, bailiwick.Provisioned, bailiwick.PasswordExpired, bailiwick.Suspended}

// A question is what a list was asked for, as its address says it.
type question struct {
	path   string
	query  string
	status bailiwick.Status
	after  string
	// trail holds the cursors of the pages before this one: lists are walked
	// by key and know only forwards, so the address remembers the way back.
	trail []string
}

func ask(r *http.Request, path string) question {
	form := r.URL.Query()
	q := question{path: path, query: strings.TrimSpace(form.Get("q")), after: form.Get("after"), trail: form["trail"]}
	if runes := []rune(q.query); len(runes) > maxQuery {
		q.query = string(runes[:maxQuery])
	}
	if s := bailiwick.Status(form.Get("status")); slices.Contains(chips, s) {
		q.status = s
	}
	if len(q.trail) > maxTrail {
		q.trail = q.trail[len(q.trail)-maxTrail:]
	}
	return q
}

func (q question) address() string {
	form := url.Values{}
	if q.query != "" {
		form.Set("q", q.query)
	}
	if q.status != "" {
		form.Set("status", string(q.status))
	}
	if q.after != "" {
		form.Set("after", q.after)
		form["trail"] = q.trail
	}
	if len(form) == 0 {
		return q.path
	}
	return q.path + "?" + form.Encode()
}

// first is the same question from its first page.
func (q question) first() question {
	q.after, q.trail = "", nil
	return q
}

// pager leads from here. Next is the list's next cursor, or "".
func (q question) pager(next, shown string) ui.Pager {
	p := ui.Pager{Shown: shown, Target: "rows"}
	if next != "" {
		forth := q
		forth.after, forth.trail = next, append(slices.Clone(q.trail), q.after)
		p.Next = forth.address()
	}
	if n := len(q.trail); n > 0 {
		back := q
		back.after, back.trail = q.trail[n-1], q.trail[:n-1]
		p.Previous = back.address()
	} else if q.after != "" {
		p.Previous = q.first().address()
	}
	return p
}

// asked is the question in the words of the directory.
func (q question) asked() directory.UserQuery {
	statuses := bailiwick.Statuses()
	if q.status != "" {
		statuses = []bailiwick.Status{q.status}
	}
	return directory.UserQuery{Prefix: q.query, ByName: true, Statuses: statuses}
}

func (c *Console) users(w http.ResponseWriter, r *http.Request, v visit) error {
	q := ask(r, v.shell.Base+"/console/users")
	list, err := c.dir.Users(r.Context(), v.by, q.asked(), directory.Paging{After: q.after, Limit: rowsOnAPage})
	if errors.Is(err, &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadCursor}) {
		// A cursor is good for one session; its first page is good for all.
		http.Redirect(w, r, q.first().address(), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	through, err := c.dir.ReachedThrough(r.Context(), v.by, list.Rows)
	if err != nil {
		return err
	}
	page := usersPage{Shell: v.shell, Scope: scopeSentence(v.me), Address: q.path, Query: q.query, Status: q.status,
		Through: through != nil, Rows: userRows(list.Rows, v.shell.Base), Empty: emptyList(q, list.Next, limited(v.me))}
	for i, u := range list.Rows {
		names := through[u.ID]
		page.Rows[i].Groups, page.Rows[i].MoreGroups = names, 0
		if len(names) > namedGroups {
			page.Rows[i].Groups, page.Rows[i].MoreGroups = names[:namedGroups], int64(len(names)-namedGroups)
		}
	}
	for _, s := range chips {
		page.Chips = append(page.Chips, chip{Label: chipLabel(s), Status: s, Current: s == q.status})
	}
	page.Pager = q.pager(list.Next, shown(q, list.Next == "", len(list.Rows), v.me))
	w.Header().Add("Vary", "HX-Request")
	if web.IsFragment(r) {
		return c.pages.WriteBlock(w, http.StatusOK, "users", "rows", page)
	}
	return c.pages.Write(w, http.StatusOK, "users", page)
}

func chipLabel(s bailiwick.Status) string {
	if s == "" {
		return "Everyone"
	}
	return ui.StatusLabel(s)
}

// shown says where in the list one is; of how many is known without a filter.
func shown(q question, last bool, rows int, me directory.Self) string {
	if last && q.after == "" {
		return ui.Count(int64(rows), "person", "people")
	}
	before := int64(len(q.trail)) * rowsOnAPage
	said := ui.Thousands(before+1) + "–" + ui.Thousands(before+int64(rows))
	if len(q.trail) == maxTrail {
		return ui.Count(int64(rows), "person", "people") + " on this page"
	}
	if q.query == "" && q.status == "" && me.Reach != nil && !me.Reach.AtMost {
		said += " of " + ui.Count(me.Reach.People, "person", "people")
	}
	return said
}

func emptyList(q question, next string, limited bool) ui.Empty {
	e := ui.Empty{Icon: "search", Title: "Nobody here yet", Text: "People appear here as soon as they are added."}
	var wanted []string
	if q.query != "" {
		wanted = append(wanted, "“"+q.query+"”")
	}
	if q.status != "" {
		wanted = append(wanted, ui.StatusLabel(q.status))
	}
	if len(wanted) > 0 {
		e.Title = "Nobody matches " + strings.Join(wanted, " and ")
		e.Text = "Try the beginning of a first or last name, a username or an email address."
		e.Link, e.Href = "Clear filters", q.path
	}
	if limited {
		e.Text += " People outside your reach never show up here."
	}
	if next != "" {
		e.Title, e.Link, e.Href = "Nobody so far", "Keep looking", q.pager(next, "").Next
		e.Text = "The list is long, and nobody in its first part matches."
	}
	return e
}

func userRows(users []bailiwick.User, base string) []userRow {
	rows := make([]userRow, len(users))
	for i, u := range users {
		rows[i] = userRow{
			Who:    ui.Who{ID: string(u.ID), Name: u.Profile.Name(), Detail: u.Profile.Login(), Href: personAddress(base, u.ID)},
			Status: u.Status, Work: work(u.Profile), LastLogin: u.LastLogin,
		}
	}
	return rows
}

func personAddress(base string, id bailiwick.ID) string {
	return base + "/console/users/" + url.PathEscape(string(id))
}

// work tells people of one name apart.
func work(p bailiwick.Profile) string {
	title, department := p.Text("title"), p.Text("department")
	if title != "" && department != "" {
		return title + ", " + department
	}
	return title + department
}

// find answers the search in the top bar while one types: a part of a page, so
// it reads nothing but the people.
func (c *Console) find(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	base := web.Base(r)
	q := ask(r, base+"/console/users")
	var found foundList
	if q.query != "" {
		list, err := c.dir.Users(r.Context(), by, q.asked(), directory.Paging{Limit: rowsFound})
		if err != nil {
			return err
		}
		if found.Found = userRows(list.Rows, base); len(found.Found) == 0 {
			found.Empty = "Nobody you can reach matches. Try the beginning of a name, a username or an email address."
		}
	}
	return c.pages.WriteBlock(w, http.StatusOK, "users", "found", found)
}
