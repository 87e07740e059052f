package cli

import (
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// A server gives new events of the log their places while nobody looks.
func TestARunningServerLetsThePollersSeeNewEvents(t *testing.T) {
	t.Parallel()
	a, _ := running(t, testSettings(t))
	orgs, err := a.Directory.Orgs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := authz.System(orgs[0].ID, "a test")
	made, err := a.Directory.CreateGroup(t.Context(), by, bailiwick.Group{Name: "Seen in the log"})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for time.Since(began) < 10*time.Second {
		list, err := a.Directory.Log(t.Context(), by, directory.LogQuery{Polling: true}, directory.Paging{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list.Rows {
			if len(e.Targets) == 1 && e.Targets[0].ID == made.ID {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the event was not there after 10 s")
}
