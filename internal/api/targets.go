package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// Limits of lists of targets.
const (
	targetsPage = 20
	targetsMost = 200
)

func (a *API) listGroupTargets(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		p, err := page(r, targetsPage, targetsMost)
		if err != nil {
			return err
		}
		found, err := a.dir.GroupTargets(r.Context(), by, of(r), idParam(r, "role"), p)
		if err != nil {
			return err
		}
		return list(a, w, r, found, a.group(r))
	}
}

func (a *API) addGroupTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.AddGroupTarget(r.Context(), by, of(r), idParam(r, "role"), idParam(r, "target")); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) removeGroupTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.RemoveGroupTarget(r.Context(), by, of(r), idParam(r, "role"), idParam(r, "target")); err != nil {
			return err
		}
		return noContent(w)
	}
}

// wireCatalogApp is a whole catalog app, or, with an ID, one instance: its
// name is the instance's label then.
type wireCatalogApp struct {
	Name               string              `json:"name"`
	DisplayName        string              `json:"displayName,omitempty"`
	Description        string              `json:"description,omitempty"`
	Status             bailiwick.AppStatus `json:"status"`
	LastUpdated        *stamp              `json:"lastUpdated,omitempty"`
	Category           string              `json:"category,omitempty"`
	VerificationStatus string              `json:"verificationStatus,omitempty"`
	Website            string              `json:"website,omitempty"`
	SignOnModes        []string            `json:"signOnModes,omitempty"`
	Features           []string            `json:"features,omitempty"`
	ID                 bailiwick.ID        `json:"id,omitempty"`
	Links              map[string]any      `json:"_links"`
}

func (a *API) appTarget(r *http.Request) func(directory.AppTarget) wireCatalogApp {
	return func(t directory.AppTarget) wireCatalogApp {
		if t.Instance.ID != "" {
			return wireCatalogApp{Name: t.Instance.Label, Status: t.Instance.Status, ID: t.Instance.ID,
				Links: map[string]any{"self": href{Href: a.web.URL(r, "/api/v1/apps/"+string(t.Instance.ID))}}}
		}
		c, updated := t.Catalog, stamp(t.Catalog.LastUpdated)
		return wireCatalogApp{Name: c.Name, DisplayName: c.DisplayName, Description: c.Description, Status: bailiwick.AppActive,
			LastUpdated: &updated, Category: c.Category, VerificationStatus: "OKTA_VERIFIED", Website: c.Website,
			SignOnModes: c.SignOnModes, Features: c.Features, Links: map[string]any{"logo": a.appLogos(r, c.DisplayName)}}
	}
}

func (a *API) listAppTargets(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		p, err := page(r, targetsPage, targetsMost)
		if err != nil {
			return err
		}
		found, err := a.dir.AppTargets(r.Context(), by, of(r), idParam(r, "role"), p)
		if err != nil {
			return err
		}
		return list(a, w, r, found, a.appTarget(r))
	}
}

func appTargetParam(r *http.Request) bailiwick.AppTarget {
	return bailiwick.AppTarget{Name: param(r, "name"), Instance: idParam(r, "app")}
}

func (a *API) addAppTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.AddAppTarget(r.Context(), by, of(r), idParam(r, "role"), appTargetParam(r)); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) removeAppTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.RemoveAppTarget(r.Context(), by, of(r), idParam(r, "role"), appTargetParam(r)); err != nil {
			return err
		}
		return noContent(w)
	}
}

// targetAllApps answers 200 with nothing in it, as the wire does.
func (a *API) targetAllApps(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.AllApps(r.Context(), by, of(r), idParam(r, "role")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusOK)
		return nil
	}
}
