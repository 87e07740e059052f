package cli

import (
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

func TestATokenIsMadeOnTheNodeForAnAdministrator(t *testing.T) {
	t.Parallel()
	n := newBulkNode(t)
	n.with(func(a *app) error {
		orgs, err := a.Directory.Orgs(t.Context())
		if err != nil {
			return err
		}
		by := authz.System(orgs[0].ID, "a test")
		for _, name := range []string{"hal", "nora"} {
			u, err := a.Directory.CreateUser(t.Context(), by, directory.NewUser{Activate: true, Password: "correct horse battery", Profile: bailiwick.Profile{
				"login": name + "@main.example", "email": name + "@main.example", "firstName": name, "lastName": "Main"}})
			if err != nil {
				return err
			}
			if name == "hal" {
				if _, err := a.Directory.AssignRole(t.Context(), by, directory.Person(string(u.ID)), bailiwick.HelpDeskAdmin); err != nil {
					return err
				}
			}
		}
		return nil
	})
	run := func(args ...string) (int, string, string) {
		var out, err strings.Builder
		status := Main(append([]string{"token", "create", "--data", n.config().Data}, args...), &out, &err)
		return status, out.String(), err.String()
	}
	status, out, said := run("--for", "hal@main.example", "--name", "Reset MFA button", "--include", "192.0.2.0/24")
	if status != exitOK || strings.Count(out, "\n") != 1 || !strings.Contains(said, "shown once") || strings.Contains(said, strings.TrimSpace(out)) {
		t.Fatalf("got status %d, %d bytes to stdout, %q, want the secret alone on stdout", status, len(out), said)
	}
	n.with(func(a *app) error {
		orgs, err := a.Directory.Orgs(t.Context())
		if err != nil {
			return err
		}
		by, err := a.SignIn.Token(orgs[0].ID, strings.TrimSpace(out), bailiwick.Client{Address: "192.0.2.1"})
		if err != nil {
			return err
		}
		me, err := a.Directory.Me(t.Context(), by)
		if me.User.Profile.Login() != "hal@main.example" {
			t.Errorf("the token is %s, want Hal's", me.User.Profile.Login())
		}
		return err
	})
	for _, args := range [][]string{{"--for", "nora@main.example", "--name", "x"}, {"--for", "nobody", "--name", "x"}, {"--for", "hal@main.example", "--name", " "},
		{"--for", "hal@main.example", "--name", "x", "--include", "home"}, {"--for", "hal@main.example", "--name", "x", "--org", "other"}} {
		if status, out, said := run(args...); status != exitFailed || out != "" || said == "" {
			t.Errorf("%q: got status %d, %q, %q, want a refusal", args, status, out, said)
		}
	}
}
