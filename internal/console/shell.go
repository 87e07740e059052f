package console

import (
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// shell is what surrounds every page: where one is, who one is, whom one
// reaches.
func (c *Console) shell(r *http.Request, by authz.Actor, me directory.Self) ui.Shell {
	base := web.Base(r)
	return ui.Shell{
		Page:  ui.Page{Org: me.Org.Name, Base: base, Here: base + r.URL.RequestURI(), Theme: ui.ThemeOf(r), CSRF: c.web.CSRF(by)},
		Me:    ui.Me{ID: me.User.ID, Name: me.User.Profile.Name(), Role: strongestRole(me.Grants)},
		Nav:   navigation(base, r.URL.Path, me.Grants),
		Reach: reachCard(base, me),
	}
}

// strongestRole is the label of the role of the highest tier.
func strongestRole(grants []authz.Grant) string {
	var best bailiwick.RoleInfo
	for _, g := range grants {
		if info, ok := bailiwick.Role(g.Role); ok && (best.Label == "" || info.Tier > best.Tier) {
			best = info
		}
	}
	return best.Label
}

func navigation(base, path string, grants []authz.Grant) []ui.NavItem {
	var items []ui.NavItem
	add := func(label, icon, at string) {
		items = append(items, ui.NavItem{Label: label, Icon: icon, Href: base + at, Current: path == at || strings.HasPrefix(path, at+"/")})
	}
	if anyHolds(grants, authz.UsersRead) {
		add("Users", "users", "/console/users")
	}
	if anyHolds(grants, authz.GroupsRead) {
		add("Groups", "groups", "/console/groups")
	}
	if anyHolds(grants, authz.TokensRead) {
		add("API tokens", "key", "/console/tokens")
	}
	return items
}

func anyHolds[P authz.UserPermission | authz.GroupPermission | authz.OrgPermission](grants []authz.Grant, p P) bool {
	for _, g := range grants {
		if authz.Holds(g.Role, p) {
			return true
		}
	}
	return false
}

// limited reports whether the reach is less than everyone.
func limited(me directory.Self) bool {
	return me.Reach != nil && (me.Reach.People < me.Reach.Of || len(me.Through) > 0)
}

func reachCard(base string, me directory.Self) ui.Reach {
	if me.Reach == nil {
		return ui.Reach{}
	}
	card := ui.Reach{Label: "Everyone", People: me.Reach.People, Of: me.Reach.Of, Href: base + "/console/users"}
	if limited(me) {
		if card.Label = names(me.Through); card.Label == "" {
			card.Label = "Your reach"
		}
	}
	return card
}

// scopeSentence says whom the reader reaches, and why no one else.
func scopeSentence(me directory.Self) string {
	switch {
	case me.Reach == nil || me.Reach.People == 0:
		return "You reach nobody yet: your role has no groups with people in them."
	case !limited(me):
		return "You reach everyone: " + ui.Count(me.Reach.People, "person", "people") + "."
	}
	upTo := ""
	if me.Reach.AtMost {
		upTo = "up to "
	}
	said := "You reach " + upTo + ui.Thousands(me.Reach.People) + " of " + ui.Count(me.Reach.Of, "person", "people")
	if through := names(me.Through); through != "" {
		said += " through " + through
	}
	return said + "."
}

// namedGroups is how many groups a sentence names; directory.Me reads one more
// to tell whether there are others.
const namedGroups = 2

func names(groups []bailiwick.Group) string {
	var out []string
	for i, g := range groups {
		if i == namedGroups {
			return strings.Join(out, ", ") + " and more"
		}
		out = append(out, g.Name)
	}
	return strings.Join(out, " and ")
}
