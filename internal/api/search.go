package api

import (
	"errors"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// userQuery turns the three ways to ask for people into one question. q and
// search leave it to the store's keys to bring candidates and judge them here
// by the wire's finer rules: accents count, and so does the attribute.
func userQuery(q, search, filtered string) (directory.UserQuery, error) {
	switch {
	case search != "" && filtered != "":
		return directory.UserQuery{}, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonSearchAndFilter, "give search or filter, not both")
	case search != "":
		return searched("search", search, filter.Fold)
	case filtered != "":
		return searched("filter", filtered, func(s string) string { return s })
	case q != "":
		return named(q), nil
	}
	return directory.UserQuery{}, nil
}

// named finds people whose first name, last name or address begins with q, or
// whose first and last name together do.
func named(q string) directory.UserQuery {
	begin := filter.Fold(strings.Join(strings.Fields(q), " "))
	return directory.UserQuery{Prefix: q, Match: func(u bailiwick.User) bool {
		p := u.Profile
		for _, text := range []string{p.FirstName(), p.LastName(), p.Email(), p.FirstName() + " " + p.LastName()} {
			if strings.HasPrefix(filter.Fold(text), begin) {
				return true
			}
		}
		return false
	}}
}

// A test judges one person; fold is how texts are compared.
type test func(bailiwick.User) bool

// searched reads an expression. The longest text that must be the beginning of
// a name, login or address becomes the store's prefix; the whole expression is
// judged on each candidate.
func searched(field, text string, fold func(string) string) (directory.UserQuery, error) {
	tree, err := filter.Parse(text)
	if err != nil {
		return directory.UserQuery{}, badSearch(field, err)
	}
	match, err := compile(field, tree, fold)
	if err != nil {
		return directory.UserQuery{}, err
	}
	return directory.UserQuery{Prefix: hint(tree), Match: match, Asked: field + " " + text, Statuses: bailiwick.Statuses()}, nil
}

func badSearch(field string, err error) error {
	var where *filter.Error
	message := "is not supported"
	if errors.As(err, &where) {
		message = where.Error()
	}
	return &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadSearch, Field: field, Message: message}
}

// keyed are the attributes that the store finds people by.
var keyed = map[string]bool{"profile.firstName": true, "profile.lastName": true, "profile.login": true, "profile.email": true}

// hint is a text that every match begins with in one of the keyed attributes.
func hint(n filter.Node) string {
	switch n := n.(type) {
	case filter.Compare:
		if keyed[n.Path] && (n.Op == filter.Eq || n.Op == filter.Sw) {
			return n.Value.Text
		}
	case filter.And:
		longest := ""
		for _, term := range n.Terms {
			if h := hint(term); len(h) > len(longest) {
				longest = h
			}
		}
		return longest
	}
	return ""
}

func compile(field string, n filter.Node, fold func(string) string) (test, error) {
	switch n := n.(type) {
	case filter.And:
		return combine(field, n.Terms, fold, false)
	case filter.Or:
		return combine(field, n.Terms, fold, true)
	case filter.Not:
		inner, err := compile(field, n.Term, fold)
		return func(u bailiwick.User) bool { return !inner(u) }, err
	case filter.Present:
		get, _, err := attribute(field, n.Path)
		return func(u bailiwick.User) bool { return get(u) != "" }, err
	case filter.Compare:
		return compare(field, n, fold)
	}
	return nil, badSearch(field, nil)
}

// combine is true when any (or every) term is.
func combine(field string, terms []filter.Node, fold func(string) string, either bool) (test, error) {
	tests := make([]test, len(terms))
	for i, term := range terms {
		var err error
		if tests[i], err = compile(field, term, fold); err != nil {
			return nil, err
		}
	}
	return func(u bailiwick.User) bool {
		for _, t := range tests {
			if t(u) == either {
				return either
			}
		}
		return !either
	}, nil
}

func compare(field string, n filter.Compare, fold func(string) string) (test, error) {
	get, isTime, err := attribute(field, n.Path)
	if err != nil {
		return nil, err
	}
	want := n.Value.Text
	if isTime {
		at, err := time.Parse(time.RFC3339, want)
		if err != nil {
			return nil, bailiwick.InvalidField(field, "%s must be a time like 2026-01-31T00:00:00.000Z", n.Path)
		}
		want = at.UTC().Format(stampForm)
	} else {
		want = fold(want)
		inner := get
		get = func(u bailiwick.User) string { return fold(inner(u)) }
	}
	holds, ok := operators[n.Op]
	if !ok || n.Value.Kind != filter.Text {
		return nil, badSearch(field, nil)
	}
	return func(u bailiwick.User) bool {
		have := get(u)
		return have != "" && holds(have, want)
	}, nil
}

var operators = map[filter.Op]func(have, want string) bool{
	filter.Eq: func(have, want string) bool { return have == want },
	filter.Ne: func(have, want string) bool { return have != want },
	filter.Sw: strings.HasPrefix,
	filter.Co: strings.Contains,
	filter.Ew: strings.HasSuffix,
	filter.Gt: func(have, want string) bool { return have > want },
	filter.Ge: func(have, want string) bool { return have >= want },
	filter.Lt: func(have, want string) bool { return have < want },
	filter.Le: func(have, want string) bool { return have <= want },
}

// attribute reads one property of a person as text. Times are in the wire's
// form, which sorts as they do.
func attribute(field, path string) (get func(bailiwick.User) string, isTime bool, err error) {
	if name, ok := strings.CutPrefix(path, "profile."); ok {
		if _, known := bailiwick.BaseAttribute(name); known {
			return func(u bailiwick.User) string { return u.Profile.Text(name) }, false, nil
		}
		return nil, false, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "there is no %s", path).In(field)
	}
	moment := func(of func(bailiwick.User) time.Time) func(bailiwick.User) string {
		return func(u bailiwick.User) string {
			if of(u).IsZero() {
				return ""
			}
			return of(u).Format(stampForm)
		}
	}
	switch path {
	case "id":
		return func(u bailiwick.User) string { return string(u.ID) }, false, nil
	case "status":
		return func(u bailiwick.User) string { return string(u.Status) }, false, nil
	case "type.id":
		return func(u bailiwick.User) string { return string(u.TypeID) }, false, nil
	case "realm_id", "realmId":
		return func(u bailiwick.User) string { return string(u.RealmID) }, false, nil
	case "created":
		return moment(func(u bailiwick.User) time.Time { return u.Created }), true, nil
	case "activated":
		return moment(func(u bailiwick.User) time.Time { return u.Activated }), true, nil
	case "statusChanged":
		return moment(func(u bailiwick.User) time.Time { return u.StatusChanged }), true, nil
	case "lastUpdated":
		return moment(func(u bailiwick.User) time.Time { return u.LastUpdated }), true, nil
	}
	return nil, false, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "cannot search by %q", path).In(field)
}
