package console

import (
	"errors"
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

type groupsPage struct {
	ui.Shell
	Address string
	Query   string
	Rows    []bailiwick.Group
	Pager   ui.Pager
	Empty   ui.Empty
}

func (c *Console) groups(w http.ResponseWriter, r *http.Request, v visit) error {
	q := ask(r, v.shell.Base+"/console/groups")
	list, err := c.dir.Groups(r.Context(), v.by, q.query, directory.Paging{After: q.after, Limit: rowsOnAPage})
	if errors.Is(err, &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadCursor}) {
		http.Redirect(w, r, q.first().address(), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	page := groupsPage{Shell: v.shell, Address: q.path, Query: q.query, Rows: list.Rows,
		Empty: ui.Empty{Icon: "groups", Title: "No groups here", Text: "You see the groups that your role reaches."}}
	if q.query != "" {
		page.Empty = ui.Empty{Icon: "search", Title: "No group matches “" + q.query + "”", Text: "Try the beginning of its name.", Link: "Clear filter", Href: q.path}
	}
	said := ui.Count(int64(len(list.Rows)), "group", "groups")
	if before := int64(len(q.trail)) * rowsOnAPage; list.Next != "" || q.after != "" {
		said = ui.Thousands(before+1) + "–" + ui.Thousands(before+int64(len(list.Rows)))
	}
	page.Pager = q.pager(list.Next, said)
	w.Header().Add("Vary", "HX-Request")
	if web.IsFragment(r) {
		return c.pages.WriteBlock(w, http.StatusOK, "groups", "rows", page)
	}
	return c.pages.Write(w, http.StatusOK, "groups", page)
}
