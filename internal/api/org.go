package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// wellKnown tells clients which generation of the API they meet. A request that
// names none of several orgs meets none.
func (a *API) wellKnown(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	if web.OrgOf(r).ID == "" {
		writeError(w, r, errNoPath)
		return nil
	}
	return reply(w, http.StatusOK, map[string]any{
		"id": web.OrgOf(r).ID, "cell": "bailiwick", "pipeline": "idx",
		"_links": map[string]href{"organization": {Href: a.web.URL(r, "")}},
		"settings": map[string]bool{"analyticsCollectionEnabled": false, "bugReportingEnabled": false, "omEnabled": false,
			"pssoEnabled": false, "desktopMFAEnabled": false, "itpEnabled": false},
	})
}

// wireSettings are the org's switches. The path /org/settings is ours: the
// vendor has none of these. What a request does not name stays as it is.
// adminsSetPasswords is the owner's, and no API token changes it.
type wireSettings struct {
	RefuseRemovingLastAppTarget *bool `json:"refuseRemovingLastAppTarget"`
	AdminsSetPasswords          *bool `json:"adminsSetPasswords"`
}

func replySettings(w http.ResponseWriter, s bailiwick.OrgSettings) error {
	return reply(w, http.StatusOK, wireSettings{&s.RefuseRemovingLastAppTarget, &s.AdminsSetPasswords})
}

func (a *API) getSettings(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	s, err := a.dir.Settings(r.Context(), by)
	if err != nil {
		return err
	}
	return replySettings(w, s)
}

func (a *API) updateSettings(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body wireSettings
	if err := read(r, &body); err != nil {
		return err
	}
	s, err := a.dir.UpdateSettings(r.Context(), by, func(s *bailiwick.OrgSettings) {
		if body.RefuseRemovingLastAppTarget != nil {
			s.RefuseRemovingLastAppTarget = *body.RefuseRemovingLastAppTarget
		}
		if body.AdminsSetPasswords != nil {
			s.AdminsSetPasswords = *body.AdminsSetPasswords
		}
	})
	if err != nil {
		return err
	}
	return replySettings(w, s)
}
