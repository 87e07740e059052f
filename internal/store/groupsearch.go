package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// Groups are few beside people, so they have no attribute index: a search reads
// those that the scope shows, by name, within the budget of a page, and judges
// each as judge.go does.

var groupMoments = map[string]func(bailiwick.Group) time.Time{
	"created":               func(g bailiwick.Group) time.Time { return g.Created },
	"lastUpdated":           func(g bailiwick.Group) time.Time { return g.LastUpdated },
	"lastMembershipUpdated": func(g bailiwick.Group) time.Time { return g.LastMembershipUpdated },
}

var ofGroups = kind[bailiwick.Group]{values: groupValues, isTime: func(path string) bool { return groupMoments[path] != nil }}

func groupValues(g bailiwick.Group, path string) []string {
	if moment, ok := groupMoments[path]; ok {
		return []string{moment(g).UTC().Format(stampForm)}
	}
	switch path {
	case "id":
		return []string{string(g.ID)}
	case "type":
		return []string{string(g.Type)}
	case "profile.name":
		return textsOf(nil, g.Name)
	case "profile.description":
		return textsOf(nil, g.Description)
	}
	if name, ok := strings.CutPrefix(path, "profile."); ok {
		return textsOf(nil, g.Custom[name])
	}
	return nil
}

// searchGroups answers a query that has an expression.
func (v *View) searchGroups(scope authz.GroupScope, q GroupQuery) (Page[bailiwick.Group], error) {
	match, err := ofGroups.compile(q.Where, q.Spelling)
	if err != nil {
		return Page[bailiwick.Group]{}, err
	}
	if q.SortBy != "" {
		return v.sortGroups(scope, q, match)
	}
	var page Page[bailiwick.Group]
	last, after := "", q.After
	for read := 0; ; {
		n := min(q.Limit+1-len(page.Rows)+read, 4*rowsAtOnce)
		groups, keys, err := v.groupsAfter(scope, q.Where, after, n)
		if err != nil {
			return page, err
		}
		for i, g := range groups {
			if !match(g) {
				continue
			}
			if len(page.Rows) == q.Limit {
				page.Next = last
				return page, nil
			}
			page.Rows, last = append(page.Rows, g), keys[i]
		}
		if len(groups) < n {
			return page, nil
		}
		after = keys[n-1]
		if read += n; read >= v.store.budget.read {
			page.Next = after
			return page, nil
		}
	}
}

// groupsAfter reads the next groups that the scope shows, by name. An
// expression that asks for the beginning of a name narrows what is read.
func (v *View) groupsAfter(scope authz.GroupScope, where filter.Node, after string, n int) (groups []bailiwick.Group, keys []string, err error) {
	a := v.args()
	rows, err := v.query(`SELECT `+groupColumns+`, g.name_key FROM groups g WHERE g.org_id = $1 AND `+keyRange(&a, "g.name_key", after, namePrefix(where))+
		` AND `+setPredicate(&a, scope.See(), "g.id")+` ORDER BY g.name_key LIMIT `+a.add(n), a...)
	groups, err = collect(rows, err, func(rows *sql.Rows) (bailiwick.Group, error) {
		var name string
		g, err := scanGroup(tail{rows, &name})
		keys = append(keys, name)
		return g, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("search groups: %w", err)
	}
	return groups, keys, nil
}

// namePrefix is what the name of every match begins with. Only plain letters
// are taken: among others the beginning of a text may fold otherwise than the
// text does.
func namePrefix(n filter.Node) string {
	switch n := n.(type) {
	case filter.Compare:
		if n.Path == "profile.name" && (n.Op == filter.Eq || n.Op == filter.Sw) && n.Value.Kind == filter.Text {
			plain := strings.IndexFunc(n.Value.Text, func(r rune) bool { return r >= utf8.RuneSelf })
			if plain < 0 {
				plain = len(n.Value.Text)
			}
			return filter.FoldAccents(n.Value.Text[:plain])
		}
	case filter.And:
		longest := ""
		for _, term := range n.Terms {
			if p := namePrefix(term); len(p) > len(longest) {
				longest = p
			}
		}
		return longest
	}
	return ""
}

// sortGroups reads all groups that the scope shows and sorts the matches: by
// the attribute and for ties by ID, both the same way round; then who has none.
func (v *View) sortGroups(scope authz.GroupScope, q GroupQuery, match test[bailiwick.Group]) (Page[bailiwick.Group], error) {
	most := v.store.budget.read
	groups, _, err := v.groupsAfter(scope, q.Where, "", most+1)
	if err != nil {
		return Page[bailiwick.Group]{}, err
	}
	if len(groups) > most {
		return Page[bailiwick.Group]{}, badSearch("more than %d groups cannot be sorted; ask for the beginning of a name", most)
	}
	type row struct {
		place string
		group bailiwick.Group
	}
	var rows []row
	for _, g := range groups {
		if match(g) {
			rows = append(rows, row{groupPlace(g, q), g})
		}
	}
	direction := 1
	if q.Descending {
		direction = -1
	}
	slices.SortFunc(rows, func(a, b row) int {
		if a.place[0] != b.place[0] {
			return strings.Compare(a.place, b.place)
		}
		return direction * strings.Compare(a.place, b.place)
	})
	page := Page[bailiwick.Group]{}
	passed := q.After == ""
	for _, r := range rows {
		if !passed {
			behind := strings.Compare(r.place, q.After)
			if r.place[0] == q.After[0] {
				behind *= direction
			}
			if behind <= 0 {
				continue
			}
			passed = true
		}
		if len(page.Rows) == q.Limit {
			page.Next = groupPlace(page.Rows[q.Limit-1], q)
			break
		}
		page.Rows = append(page.Rows, r.group)
	}
	return page, nil
}

// groupPlace is where a group stands in a sorted list, and its cursor: groups
// with a value first, whichever way the list is sorted.
func groupPlace(g bailiwick.Group, q GroupQuery) string {
	have := groupValues(g, q.SortBy)
	if len(have) == 0 {
		return atValue + keyEnd + string(g.ID)
	}
	for i := range have {
		have[i] = entryValue(have[i])
	}
	first := slices.Min(have)
	if q.Descending {
		first = slices.Max(have)
	}
	return atID + first + keyEnd + string(g.ID)
}
