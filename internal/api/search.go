package api

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// userQuery turns the three ways to ask for people into one question.
func userQuery(query func(string) string) (directory.UserQuery, error) {
	e, err := expression(query, userSearch, userFilter)
	if err != nil || e.Where != nil {
		return directory.UserQuery{Expression: e}, err
	}
	if q := query("q"); q != "" {
		return named(q), nil
	}
	return directory.UserQuery{}, nil
}

// named finds people whose first name, last name or address begins with q, or
// whose first and last name together do. It leaves it to the store's keys to
// bring candidates and judges them by the wire's finer rules: accents count.
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

// A grammar is what the wire takes in one parameter of one list.
type grammar struct {
	// only are the attributes that there are; nil leaves that to the schema.
	only []string
	// times are the attributes that are compared with a time.
	times []string
	// plain allows nothing but eq, and the order of times.
	plain bool
	// contained are the attributes that co is taken for.
	contained []string
}

var (
	userSearch = grammar{times: []string{"created", "activated", "statusChanged", "lastUpdated"},
		contained: []string{"profile.firstName", "profile.lastName", "profile.email", "profile.login"}}
	userFilter = grammar{times: []string{"lastUpdated"}, plain: true,
		only: []string{"status", "lastUpdated", "id", "profile.login", "profile.email", "profile.firstName", "profile.lastName"}}
	groupSearch = grammar{times: []string{"created", "lastUpdated", "lastMembershipUpdated"},
		contained: []string{"profile.name", "profile.description"}}
	groupFilter = grammar{times: []string{"lastUpdated", "lastMembershipUpdated"}, plain: true,
		only: []string{"id", "type", "lastUpdated", "lastMembershipUpdated"}}
)

// expression reads search, or filter, with what a search is sorted by. A
// filter's values count case, a search's do not.
func expression(query func(string) string, search, filtered grammar) (directory.Expression, error) {
	switch {
	case query("search") != "" && query("filter") != "":
		return directory.Expression{}, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonSearchAndFilter, "give search or filter, not both")
	case query("filter") != "":
		where, err := filtered.parse("filter", query("filter"))
		return directory.Expression{Field: "filter", Where: where, Exact: true}, err
	case query("search") == "":
		return directory.Expression{}, nil
	}
	where, err := search.parse("search", query("search"))
	e := directory.Expression{Field: "search", Where: where, SortBy: query("sortBy")}
	if err != nil || e.SortBy == "" {
		return e, err
	}
	switch strings.ToLower(query("sortOrder")) {
	case "", "asc":
	case "desc":
		e.Descending = true
	default:
		return e, bailiwick.InvalidField("sortOrder", "must be asc or desc")
	}
	return e, nil
}

func (g grammar) parse(field, text string) (filter.Node, error) {
	tree, err := filter.Parse(text)
	if err != nil {
		message := "is not supported"
		if where, ok := errors.AsType[*filter.Error](err); ok {
			message = where.Error()
		}
		return nil, unsupported(field, message)
	}
	return tree, filter.Walk(tree, func(n filter.Node) error {
		switch n := n.(type) {
		case filter.Not, filter.Present:
			if g.plain {
				return unsupported(field, "takes comparisons joined by and and or")
			}
		case filter.Compare:
			return g.compares(field, n)
		}
		return nil
	})
}

func (g grammar) compares(field string, n filter.Compare) error {
	isTime := slices.Contains(g.times, n.Path)
	order := slices.Contains([]filter.Op{filter.Gt, filter.Ge, filter.Lt, filter.Le}, n.Op)
	switch {
	case g.only != nil && !slices.Contains(g.only, n.Path):
		return unsupported(field, "there is no attribute "+n.Path+" to find by")
	case g.plain && n.Op != filter.Eq && !(isTime && order):
		return unsupported(field, n.Path+" does not take "+string(n.Op))
	case n.Op == filter.Co && !slices.Contains(g.contained, n.Path):
		return unsupported(field, n.Path+" does not take co")
	case isTime && !order && n.Op != filter.Eq && n.Op != filter.Ne:
		return unsupported(field, n.Path+" does not take "+string(n.Op))
	case isTime && n.Value.Kind == filter.Text:
		if _, err := time.Parse(time.RFC3339, n.Value.Text); err != nil {
			return bailiwick.InvalidField(field, "%s must be a time like 2026-01-31T00:00:00.000Z", n.Path)
		}
	}
	return nil
}

func unsupported(field, message string) error {
	return &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadSearch, Field: field, Message: message}
}
