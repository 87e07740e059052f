package signin_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func founder(i int) bailiwick.Profile {
	login := fmt.Sprintf("founder%d@acme.example", i)
	return bailiwick.Profile{"login": login, "email": login, "firstName": "Fay", "lastName": "Ounder"}
}

func (w *world) ownerLink() string {
	w.t.Helper()
	token, err := w.NewOwnerLink(w.t.Context(), w.org.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return token.Reveal()
}

// owners counts the people who hold the role of the owner.
func (w *world) owners() int {
	w.t.Helper()
	n := 0
	list, err := w.dir.Administrators(w.t.Context(), w.system(), directory.Paging{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range list.Rows {
		roles := w.roles(id)
		if slices.Contains(roles, bailiwick.Owner) {
			n++
		}
	}
	return n
}

func (w *world) roles(id bailiwick.ID) []bailiwick.RoleType {
	w.t.Helper()
	var out []bailiwick.RoleType
	err := w.store.View(w.t.Context(), w.system(), func(v *store.View) error {
		held, err := v.Assignments(bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: id})
		for _, a := range held {
			out = append(out, a.Role)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestTheFirstOwnerMakesTheAccountByTheLink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		link := w.ownerLink()
		if err := w.CheckLink(t.Context(), w.visitor(), bailiwick.LinkBootstrap, link); err != nil {
			t.Fatal(err)
		}
		_, err := w.MakeOwner(t.Context(), w.visitor(), link, founder(1), "short")
		refusedFor(t, err, bailiwick.ReasonWeakPassword)
		_, err = w.MakeOwner(t.Context(), w.visitor(), link, bailiwick.Profile{"login": "x"}, right)
		if err == nil {
			t.Error("an owner without a name was made")
		}
		in, err := w.MakeOwner(t.Context(), w.visitor(), link, founder(1), right)
		if err != nil {
			t.Fatal(err)
		}
		if !in.IsAdmin || in.User.Status != bailiwick.Active || !w.alive(w.actor(in)) {
			t.Errorf("got %+v, want an active administrator who is signed in", in)
		}
		if got, want := w.roles(in.User.ID), []bailiwick.RoleType{bailiwick.Owner, bailiwick.SuperAdmin}; !slices.Equal(got, want) {
			t.Errorf("got roles %v, want %v", got, want)
		}
		for _, e := range w.log() {
			if e.Type == bailiwick.UserCreated && (e.Actor.ID != in.User.ID || e.Client != w.client) {
				t.Errorf("the log says %+v from %+v made the owner, want the owner from %+v", e.Actor, e.Client, w.client)
			}
		}
		w.clock.pass(bailiwick.AdminSessionLife)
		if w.alive(w.actor(in)) {
			t.Error("the owner's first session lives longer than an administrator's")
		}
		w.enter("founder1", right)

		_, err = w.MakeOwner(t.Context(), w.visitor(), link, founder(2), right)
		refusedFor(t, err, bailiwick.ReasonLinkSpent)
		_, err = w.NewOwnerLink(t.Context(), w.org.ID)
		refusedFor(t, err, bailiwick.ReasonRoleAssigned)
	})
}

func TestTheLinkOfTheFirstOwnerRunsOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		first := w.ownerLink()
		second := w.ownerLink()
		_, err := w.MakeOwner(t.Context(), w.visitor(), first, founder(1), right)
		refusedFor(t, err, bailiwick.ReasonLinkSpent)
		w.clock.pass(bailiwick.BootstrapLinkLife)
		_, err = w.MakeOwner(t.Context(), w.visitor(), second, founder(1), right)
		refusedFor(t, err, bailiwick.ReasonLinkSpent)
		if n := w.owners(); n != 0 {
			t.Errorf("got %d owners, want none", n)
		}
		if _, err := w.MakeOwner(t.Context(), w.visitor(), w.ownerLink(), founder(1), right); err != nil {
			t.Fatal(err)
		}
	})
}

func TestALoginThatIsTakenLeavesTheLinkGood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("founder1@acme.example", right, bailiwick.Active)
		link := w.ownerLink()
		_, err := w.MakeOwner(t.Context(), w.visitor(), link, founder(1), right)
		refusedFor(t, err, bailiwick.ReasonDuplicate)
		if _, err := w.MakeOwner(t.Context(), w.visitor(), link, founder(2), right); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTwoNodesMakeOneOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		nodes := []*signin.SignIn{w.SignIn, signin.New(w.open(), secret.NewHasher(w.keys, cheap, secret.NewGate(64, 64), secret.Mint{}), w.keys)}
		shared := w.ownerLink()
		won, errs := race(16, func(i int) error {
			link := shared
			if i%4 > 1 { // and some make a link of their own, as each node does at its start
				token, err := nodes[i%2].NewOwnerLink(t.Context(), w.org.ID)
				if err != nil {
					return err
				}
				link = token.Reveal()
			}
			_, err := nodes[i%2].MakeOwner(t.Context(), w.visitor(), link, founder(i), right)
			return err
		})
		if n := w.owners(); won != 1 || n != 1 {
			t.Errorf("%d of 16 became the owner and there are %d, want 1 and 1: %v", won, n, errs)
		}
	})
}
