package api

import (
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/mileusna/useragent"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

type wireEvent struct {
	Actor                 wireEntity     `json:"actor"`
	Client                map[string]any `json:"client"`
	Device                any            `json:"device"`
	AuthenticationContext map[string]any `json:"authenticationContext"`
	DisplayMessage        string         `json:"displayMessage"`
	EventType             string         `json:"eventType"`
	Outcome               wireOutcome    `json:"outcome"`
	Published             stamp          `json:"published"`
	SecurityContext       map[string]any `json:"securityContext"`
	Severity              string         `json:"severity"`
	DebugContext          map[string]any `json:"debugContext"`
	LegacyEventType       any            `json:"legacyEventType"`
	Transaction           map[string]any `json:"transaction"`
	UUID                  string         `json:"uuid"`
	Version               string         `json:"version"`
	Request               map[string]any `json:"request"`
	Target                []wireEntity   `json:"target"`
}

type wireEntity struct {
	bailiwick.EventEntity
	DetailEntry any `json:"detailEntry"`
}

type wireOutcome struct {
	Result string  `json:"result"`
	Reason *string `json:"reason"`
}

func event(e bailiwick.Event) wireEvent {
	agent := useragent.Parse(e.Client.UserAgent)
	out := wireEvent{
		Actor: wireEntity{EventEntity: e.Actor},
		Client: map[string]any{"userAgent": map[string]any{"rawUserAgent": e.Client.UserAgent, "os": agent.OS, "browser": agent.Name},
			"zone": "null", "device": device(agent), "id": nil, "ipAddress": orNull(e.Client.Address), "geographicalContext": nil},
		AuthenticationContext: map[string]any{"authenticationProvider": nil, "credentialProvider": nil, "credentialType": nil,
			"issuer": nil, "interface": nil, "authenticationStep": 0, "rootSessionId": nil, "externalSessionId": nil},
		DisplayMessage: e.Type.Text(), EventType: string(e.Type), Outcome: wireOutcome{Result: e.Outcome}, Published: stamp(e.Published),
		SecurityContext: map[string]any{"asNumber": nil, "asOrg": nil, "isp": nil, "domain": nil, "isProxy": nil},
		Severity:        e.Severity,
		DebugContext:    map[string]any{"debugData": debugData(e)},
		Transaction:     map[string]any{"type": e.TransactionType(), "id": orNull(e.Transaction), "detail": map[string]any{}},
		UUID:            e.ID, Version: "0",
		Request: map[string]any{"ipChain": ipChain(e.Client.Address)},
		Target:  each(e.Targets, func(t bailiwick.EventEntity) wireEntity { return wireEntity{EventEntity: t} }),
	}
	if e.Reason != "" {
		out.Outcome.Reason = &e.Reason
	}
	if e.TokenID != "" {
		out.Transaction["detail"] = map[string]any{"requestApiTokenId": e.TokenID}
	}
	return out
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// ipChain is the one address that we trust: what proxies say of others is not
// kept.
func ipChain(address string) []map[string]any {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return []map[string]any{}
	}
	version := "V4"
	if at.Unmap().Is6() {
		version = "V6"
	}
	return []map[string]any{{"ip": address, "geographicalContext": nil, "version": version, "source": nil}}
}

func device(agent useragent.UserAgent) string {
	switch {
	case agent.Mobile:
		return "Mobile"
	case agent.Tablet:
		return "Tablet"
	case agent.Desktop:
		return "Computer"
	}
	return "Unknown"
}

func debugData(e bailiwick.Event) map[string]any {
	out := map[string]any{"requestId": orNull(e.Transaction)}
	if e.Client.Path != "" {
		out["requestUri"], out["url"] = e.Client.Path, e.Client.Path
	}
	for _, c := range e.Changes {
		out["changed."+c.Field] = map[string]string{"from": c.From, "to": c.To}
	}
	return out
}

// Limits of the log: rows of a page, how far back it goes when nothing is
// said, and how far at most.
const (
	logsPage      = 100
	logsMost      = 1000
	logsSince     = 7 * 24 * time.Hour
	logsRetention = 90 * 24 * time.Hour
)

func (a *API) listLogs(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	q := r.URL.Query()
	p := directory.Paging{After: q.Get("after"), Limit: logsPage}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return bailiwick.InvalidField("limit", "must be a whole number from 0 to %d", logsMost)
		}
		p.Limit = min(n, logsMost)
	}
	ask, err := logQuery(q, a.dir.Now())
	if err != nil {
		return err
	}
	found, err := a.dir.Log(r.Context(), by, ask, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, event)
}

// logQuery reads what is asked for. In ascending order and without an end it
// is a polling query; its cursor says itself where to go on.
func logQuery(q url.Values, now time.Time) (directory.LogQuery, error) {
	ask := directory.LogQuery{Words: q.Get("q")}
	switch q.Get("sortOrder") {
	case "", "ASCENDING":
		ask.Polling = !q.Has("until")
	case "DESCENDING":
		ask.Descending = true
	default:
		return ask, bailiwick.InvalidField("sortOrder", "must be ASCENDING or DESCENDING")
	}
	var err error
	if ask.Until, err = moment(q.Get("until"), "until"); err != nil {
		return ask, err
	}
	if ask.Since, err = moment(q.Get("since"), "since"); err != nil {
		return ask, err
	}
	oldest := now.Add(-logsRetention)
	switch {
	case !ask.Since.IsZero() && ask.Since.Before(oldest):
		return ask, bailiwick.InvalidField("since", "must be within the last 90 days")
	case !ask.Since.IsZero() && !ask.Until.IsZero() && ask.Until.Before(ask.Since):
		return ask, bailiwick.InvalidField("until", "must not be before since")
	case ask.Since.IsZero() && (!ask.Polling || q.Get("after") == ""):
		end := ask.Until
		if end.IsZero() {
			end = now
		}
		ask.Since = end.Add(-logsSince)
	}
	if ask.Since.Before(oldest) && !ask.Polling {
		ask.Since = oldest
	}
	if text := q.Get("filter"); text != "" {
		if ask.Where, err = filter.Parse(text); err != nil {
			return ask, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "%v", err).In("filter")
		}
	}
	return ask, nil
}

// moment reads a date as the wire has it; an empty text is the zero time.
func moment(text, field string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05.999-0700"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadDate, Field: field, Message: "must be a date like 2013-01-01T12:00:00.000-07:00"}
}
