package demo_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/demo"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

func load(t testing.TB, s *store.Store, people int) (*directory.Directory, demo.Access) {
	t.Helper()
	keys := secret.EphemeralKeys()
	params := secret.DefaultParams()
	params.Memory, params.Time = 64, 1
	dir := directory.New(s, secret.NewHasher(keys, params, secret.NewGate(2, 16), secret.Mint{}), keys)
	plan := demo.Plan(people, 1, time.Now())
	var last, total int
	access, err := demo.Load(t.Context(), dir, plan, secret.Mint{}.TemporaryPassword, func(done, of int, _ string) {
		if done < last || done > of {
			t.Errorf("progress went from %d to %d of %d", last, done, of)
		}
		last, total = done, of
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || last == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	return dir, access
}

func TestADemoLoadsAndItsDesksReachWhomTheyShould(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, access := load(t, s, 1000)
		byToken := func(text string) authz.Actor {
			token, err := secret.ParseToken(secret.APIToken, text)
			if err != nil {
				t.Fatalf("token %v: %v", token, err)
			}
			return authz.ByToken(access.Org.ID, hex.EncodeToString(token.Digest()), bailiwick.Client{})
		}
		super, desk := byToken(access.SuperAdminToken), byToken(access.HelpDeskToken)
		if got := count(t, dir, super); got != 1000 {
			t.Errorf("the super administrator sees %d people, want 1000", got)
		}
		if got := count(t, dir, desk); got < 20 || got > 23 {
			t.Errorf("the Nairobi help desk sees %d people, want about 22", got)
		}
		if _, err := dir.User(t.Context(), desk, "bo.li@halvard.example"); err != nil {
			t.Errorf("the desk does not see Bo Li of Kisumu: %v", err)
		}
		if _, err := dir.User(t.Context(), desk, "tugrul.aksoy@halvard.example"); err == nil {
			t.Error("the desk sees Tuğrul Aksoy of İstanbul")
		}
		u, err := dir.User(t.Context(), super, "tugba.yildirim@halvard.example")
		if err != nil || u.Status != bailiwick.LockedOut || u.HasPassword || u.Created.After(time.Now().Add(-time.Hour)) {
			t.Errorf("got %s %v, created %v: %v", u.Status, u.HasPassword, u.Created, err)
		}
		if _, apps, err := dir.AppsOf(t.Context(), super, u.Profile.Login()); err != nil || len(apps) < 5 {
			t.Errorf("apps of %s: got %d, %v, want at least the five of everybody", u.Profile.Login(), len(apps), err)
		}
		given := labels(t, dir, super, "Salesforce sandbox")
		if want := []string{"CRM power users", "Sales operations"}; !slices.Equal(given, want) {
			t.Errorf("groups of the Salesforce sandbox: got %q, want %q", given, want)
		}
		if len(access.SignIn) < 15 || access.SignIn[0].Role != bailiwick.Owner {
			t.Errorf("got accounts %v", access.SignIn)
		}
		for _, row := range access.SignIn {
			u, err := dir.User(t.Context(), super, row.UserName)
			if err != nil || !u.CanSignIn() || len(row.Password) < 15 {
				t.Errorf("%s (%s) cannot sign in: %v", row.UserName, row.Label, err)
			}
		}
	})
}

// labels are the names of the groups that have an app.
func labels(t *testing.T, dir *directory.Directory, by authz.Actor, app string) (out []string) {
	t.Helper()
	apps, err := dir.Apps(t.Context(), by, directory.AppQuery{Prefix: app}, directory.Paging{Limit: 1})
	if err != nil || len(apps.Rows) != 1 {
		t.Fatalf("app %s: got %v, %v", app, apps.Rows, err)
	}
	groups, err := dir.AppGroups(t.Context(), by, apps.Rows[0].ID, "", directory.Paging{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range groups.Rows {
		out = append(out, x.Group.Name)
	}
	return out
}

func count(t *testing.T, dir *directory.Directory, by authz.Actor) int {
	t.Helper()
	n := 0
	for p := (directory.Paging{Limit: 200}); ; {
		page, err := dir.Users(t.Context(), by, directory.UserQuery{Statuses: bailiwick.Statuses()}, p)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Rows)
		if p.After = page.Next; p.After == "" {
			return n
		}
	}
}

func BenchmarkLoad10000(b *testing.B) {
	for b.Loop() {
		s, err := store.Open(b.Context(), store.Options{DSN: storetest.SQLitePath(b)})
		if err != nil {
			b.Fatal(err)
		}
		load(b, s, 10_000)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
