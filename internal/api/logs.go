package api

import (
	"net/http"
	"time"

	"github.com/mileusna/useragent"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
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
			"zone": "null", "device": device(agent), "id": nil, "ipAddress": e.Client.Address, "geographicalContext": nil},
		AuthenticationContext: map[string]any{"authenticationProvider": nil, "credentialProvider": nil, "credentialType": nil,
			"issuer": nil, "interface": nil, "authenticationStep": 0, "rootSessionId": nil, "externalSessionId": nil},
		DisplayMessage: e.Type.Text(), EventType: string(e.Type), Outcome: wireOutcome{Result: e.Outcome}, Published: stamp(e.Published),
		SecurityContext: map[string]any{"asNumber": nil, "asOrg": nil, "isp": nil, "domain": nil, "isProxy": nil},
		Severity:        e.Severity,
		DebugContext:    map[string]any{"debugData": debugData(e)},
		Transaction:     map[string]any{"type": "WEB", "id": e.Transaction, "detail": map[string]any{}},
		UUID:            e.ID, Version: "0",
		Request: map[string]any{"ipChain": []map[string]any{{"ip": e.Client.Address, "geographicalContext": nil, "version": "V4", "source": nil}}},
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
	out := map[string]any{"requestId": e.Transaction}
	for _, c := range e.Changes {
		out["changed."+c.Field] = map[string]string{"from": c.From, "to": c.To}
	}
	return out
}

// Limits of the log, and how far back it goes when nothing is said.
const (
	logsPage  = 100
	logsMost  = 1000
	logsSince = 7 * 24 * time.Hour
)

func (a *API) listLogs(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, logsPage, logsMost)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if q.Get("filter") != "" || q.Get("q") != "" {
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "the log is found by since and until").In("filter")
	}
	ask := directory.LogQuery{Descending: q.Get("sortOrder") == "DESCENDING"}
	if ask.Until, err = moment(q.Get("until"), "until", time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if ask.Since, err = moment(q.Get("since"), "since", ask.Until.Add(-logsSince)); err != nil {
		return err
	}
	found, err := a.dir.Log(r.Context(), by, ask, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, event)
}

func moment(text, field string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadDate, Field: field, Message: "must be a date like 2013-01-01T12:00:00.000-07:00"}
	}
	return at, nil
}
