package e2e

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A found is a person as the API shows them.
type found struct {
	ID      string
	Status  string
	Profile struct{ Login, FirstName, LastName string }
}

func (d demo) api(t *testing.T, token, path string, into any) {
	t.Helper()
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Authorization", "SSWS "+token)
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: got status %d, want 200", path, answer.StatusCode)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
}

type chosen struct{ id, login, search string }

// someoneActive is an active person whom the desk reaches, who is no printed
// account, and whose first name can be typed.
func someoneActive(t *testing.T, d demo) chosen {
	t.Helper()
	var people []found
	d.api(t, d.Tokens.HelpDeskAdmin, "/users?limit=200", &people)
	for _, p := range people {
		if p.Status == "ACTIVE" && len(p.Profile.FirstName) > 2 && plain(p.Profile.FirstName) && !d.printed(p.Profile.Login) {
			return chosen{p.ID, p.Profile.Login, strings.ToLower(p.Profile.FirstName)}
		}
	}
	t.Fatalf("the desk reaches nobody who would do, of %d", len(people))
	return chosen{}
}

// hiddenPerson is somebody whom the super administrator sees and the desk does
// not.
func hiddenPerson(t *testing.T, d demo) string {
	t.Helper()
	var mine, all []found
	d.api(t, d.Tokens.HelpDeskAdmin, "/users?limit=200", &mine)
	d.api(t, d.Tokens.SuperAdmin, "/users?limit=200", &all)
	for _, p := range all {
		if !slices.ContainsFunc(mine, func(m found) bool { return m.ID == p.ID }) {
			return p.ID
		}
	}
	t.Fatal("the desk sees everybody")
	return ""
}

func (d demo) printed(login string) bool {
	for _, row := range d.SignIn {
		if row.UserName == login {
			return true
		}
	}
	return false
}

func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'z' })
}
