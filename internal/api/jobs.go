package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// Jobs are ours: the wire has no way to see how far a rule has come.

type wireJob struct {
	ID          bailiwick.ID       `json:"id"`
	Kind        bailiwick.JobKind  `json:"kind"`
	Subject     bailiwick.ID       `json:"subject"`
	State       bailiwick.JobState `json:"state"`
	Done        int64              `json:"done"`
	Total       int64              `json:"total"`
	Initiator   *bailiwick.ID      `json:"initiator"`
	Failure     string             `json:"failure,omitempty"`
	Created     stamp              `json:"created"`
	LastUpdated stamp              `json:"lastUpdated"`
	Links       map[string]href    `json:"_links"`
}

func (a *API) job(r *http.Request) func(bailiwick.Job) wireJob {
	return func(j bailiwick.Job) wireJob {
		self := a.web.URL(r, "/api/v1/jobs/"+string(j.ID))
		out := wireJob{ID: j.ID, Kind: j.Kind, Subject: j.Subject, State: j.State, Done: j.Done, Total: j.Total, Failure: j.Failure,
			Created: stamp(j.Created), LastUpdated: stamp(j.LastUpdated), Links: map[string]href{"self": {Href: self}}}
		if j.Initiator != "" {
			out.Initiator = &j.Initiator
		}
		switch j.State {
		case bailiwick.JobRunning:
			out.Links["pause"] = href{Href: self + "/lifecycle/pause", Method: http.MethodPost}
		case bailiwick.JobPaused, bailiwick.JobFailed:
			out.Links["resume"] = href{Href: self + "/lifecycle/resume", Method: http.MethodPost}
		}
		return out
	}
}

// jobsMost is the most jobs of a page.
const jobsMost = 200

func (a *API) listJobs(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, jobsMost, jobsMost)
	if err != nil {
		return err
	}
	found, err := a.dir.Jobs(r.Context(), by, bailiwick.ID(r.URL.Query().Get("subject")), p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.job(r))
}

func (a *API) getJob(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	j, err := a.dir.Job(r.Context(), by, idParam(r, "job"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.job(r)(j))
}

func (a *API) pauseJob(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.PauseJob(r.Context(), by, idParam(r, "job")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) resumeJob(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.ResumeJob(r.Context(), by, idParam(r, "job")); err != nil {
		return err
	}
	return noContent(w)
}
