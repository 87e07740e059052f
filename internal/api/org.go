package api

import (
	"net/http"

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
