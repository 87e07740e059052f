package store

import (
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// What expressions about events may name, by the wire's spelling.

type eventAttribute func(bailiwick.Event) []string

func ofEvent(get func(bailiwick.Event) string) eventAttribute {
	return func(e bailiwick.Event) []string { return some(get(e)) }
}

func ofTargets(get func(bailiwick.EventEntity) string) eventAttribute {
	return func(e bailiwick.Event) (out []string) {
		for _, t := range e.Targets {
			out = append(out, some(get(t))...)
		}
		return out
	}
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func unknownToUs(bailiwick.Event) []string { return nil }

var eventAttributes = map[string]eventAttribute{
	"uuid":                                 ofEvent(func(e bailiwick.Event) string { return e.ID }),
	"version":                              ofEvent(func(bailiwick.Event) string { return "0" }),
	"published":                            ofEvent(func(e bailiwick.Event) string { return e.Published.UTC().Format(stampForm) }),
	eventTypePath:                          ofEvent(func(e bailiwick.Event) string { return string(e.Type) }),
	"displayMessage":                       ofEvent(func(e bailiwick.Event) string { return e.Type.Text() }),
	"severity":                             ofEvent(func(e bailiwick.Event) string { return e.Severity }),
	"outcome.result":                       ofEvent(func(e bailiwick.Event) string { return e.Outcome }),
	"outcome.reason":                       ofEvent(func(e bailiwick.Event) string { return e.Reason }),
	"actor.id":                             ofEvent(func(e bailiwick.Event) string { return string(e.Actor.ID) }),
	"actor.type":                           ofEvent(func(e bailiwick.Event) string { return e.Actor.Type }),
	"actor.alternateId":                    ofEvent(func(e bailiwick.Event) string { return e.Actor.AlternateID }),
	"actor.displayName":                    ofEvent(func(e bailiwick.Event) string { return e.Actor.DisplayName }),
	"target.id":                            ofTargets(func(t bailiwick.EventEntity) string { return string(t.ID) }),
	"target.type":                          ofTargets(func(t bailiwick.EventEntity) string { return t.Type }),
	"target.alternateId":                   ofTargets(func(t bailiwick.EventEntity) string { return t.AlternateID }),
	"target.displayName":                   ofTargets(func(t bailiwick.EventEntity) string { return t.DisplayName }),
	"client.ipAddress":                     ofEvent(func(e bailiwick.Event) string { return e.Client.Address }),
	"request.ipChain.ip":                   ofEvent(func(e bailiwick.Event) string { return e.Client.Address }),
	"client.userAgent.rawUserAgent":        ofEvent(func(e bailiwick.Event) string { return e.Client.UserAgent }),
	"transaction.id":                       ofEvent(func(e bailiwick.Event) string { return e.Transaction }),
	"transaction.type":                     ofEvent(bailiwick.Event.TransactionType),
	"transaction.detail.requestApiTokenId": ofEvent(func(e bailiwick.Event) string { return string(e.TokenID) }),
	"debugContext.debugData.requestId":     ofEvent(func(e bailiwick.Event) string { return e.Transaction }),
	"debugContext.debugData.requestUri":    ofEvent(func(e bailiwick.Event) string { return e.Client.Path }),
	"debugContext.debugData.url":           ofEvent(func(e bailiwick.Event) string { return e.Client.Path }),
	"legacyEventType":                      unknownToUs,
	"client.zone":                          unknownToUs,
	"client.device":                        unknownToUs,
	"client.id":                            unknownToUs,
}

const eventTypePath = "eventType"

// Branches of the wire's event of which we know nothing: their fields exist
// and are absent.
var emptyBranches = []string{"authenticationContext.", "securityContext.", "client.geographicalContext.", "client.userAgent.",
	"debugContext.debugData.", "device.", "request."}

func eventAttributeAt(path string) eventAttribute {
	if a, ok := eventAttributes[path]; ok {
		return a
	}
	for _, branch := range emptyBranches {
		if strings.HasPrefix(path, branch) {
			return unknownToUs
		}
	}
	return nil
}

var ofEvents = kind[bailiwick.Event]{
	values: func(e bailiwick.Event, path string) []string { return eventAttributeAt(path)(e) },
	isTime: func(path string) bool { return path == "published" },
}

// judgeOf is what an expression and keywords say about one event. Everything
// counts with its case in an expression, and nothing in keywords.
func judgeOf(where filter.Node, words []string) (test[bailiwick.Event], error) {
	matches := func(bailiwick.Event) bool { return true }
	if where != nil {
		err := filter.Walk(where, func(n filter.Node) error {
			path := ""
			switch n := n.(type) {
			case filter.Compare:
				path = n.Path
			case filter.Present:
				path = n.Path
			default:
				return nil
			}
			if eventAttributeAt(path) == nil {
				return badSearch("%s is no attribute of an event", path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		compiled, err := ofEvents.compile(where, ExactCase)
		if err != nil {
			return nil, err
		}
		matches = compiled
	}
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = filter.Fold(w)
	}
	return func(e bailiwick.Event) bool { return matches(e) && (len(folded) == 0 || hasAll(e, folded)) }, nil
}

// hasAll reports whether every keyword is somewhere in the event.
func hasAll(e bailiwick.Event, words []string) bool {
	var text strings.Builder
	for _, get := range eventAttributes {
		for _, value := range get(e) {
			text.WriteString(filter.Fold(value))
			text.WriteByte('\n')
		}
	}
	for _, w := range words {
		if !strings.Contains(text.String(), w) {
			return false
		}
	}
	return true
}

// maxSources is how many indexed values one question is answered from; beyond
// it the log is walked by time.
const maxSources = 16

// sourcesOf are the indexed values one of which every match of the expression
// has; nil when there is no such thing.
func sourcesOf(n filter.Node) []eventSource {
	switch n := n.(type) {
	case filter.And:
		var best []eventSource
		for _, term := range n.Terms {
			if s := sourcesOf(term); s != nil && (best == nil || s[0].rank < best[0].rank || s[0].rank == best[0].rank && len(s) < len(best)) {
				best = s
			}
		}
		return best
	case filter.Or:
		var all []eventSource
		for _, term := range n.Terms {
			s := sourcesOf(term)
			if s == nil || len(all)+len(s) > maxSources {
				return nil
			}
			all = append(all, s...)
		}
		return all
	case filter.Compare:
		return sourcesOfTerm(n)
	}
	return nil
}

func sourcesOfTerm(n filter.Compare) []eventSource {
	values := n.Value.Items
	if n.Op == filter.Eq {
		values = []filter.Value{n.Value}
	}
	make, ok := map[string]func(string) eventSource{eventTypePath: byType, "actor.id": byEntity, "target.id": byEntity, "uuid": byUUID}[n.Path]
	if !ok || n.Op != filter.Eq && n.Op != filter.In || len(values) == 0 || len(values) > maxSources {
		return nil
	}
	var out []eventSource
	for _, v := range values {
		if v.Kind != filter.Text {
			return nil
		}
		out = append(out, make(v.Text))
	}
	return out
}
