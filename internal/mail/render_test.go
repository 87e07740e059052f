package mail_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures has one message of each kind.
var fixtures = []bailiwick.Message{
	mail.ResetPassword{To: "00u1", By: "Amara Okonkwo"},
	mail.Activation{To: "00u1", By: "Rhiannon Vaszary"},
	mail.TemporaryPassword{To: "00u1", By: "Amara Okonkwo"},
	mail.PasswordSet{To: "00u1", By: "Rhiannon Vaszary"},
	mail.PasswordRemoved{To: "00u1", By: "Rhiannon Vaszary"},
	mail.PasswordChanged{To: "00u1"},
	mail.ScopeWidened{To: "00u1", By: "Rhiannon Vaszary", Who: "Bo Li", Role: "Application Administrator", What: "all apps"},
}

func facts() mail.Facts {
	return mail.Facts{Org: "Halvard Group", Person: mail.Person{Name: "Tuğba", Address: "tugba.yildirim@halvard.example"},
		Link: "https://id.halvard.example/reset/bwr_example", Life: 24 * time.Hour,
		At: time.Date(2026, 11, 21, 16, 8, 0, 0, time.UTC), Support: "+47 555 0100"}
}

func render(t *testing.T, m bailiwick.Message, f mail.Facts) mail.Mail {
	t.Helper()
	out, err := mail.Render(m, f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryMailReadsAsItsGoldenFile(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, m := range fixtures {
		kind := m.MessageKind()
		kinds = append(kinds, kind)
		out := render(t, m, facts())
		got := []byte("Subject: " + out.Subject + "\n\n" + out.Text + "\n" + out.HTML)
		path := filepath.Join("testdata", kind+".golden")
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", kind, got, want)
		}
	}
	slices.Sort(kinds)
	if want := mail.Kinds(); !slices.Equal(kinds, want) {
		t.Errorf("got fixtures of %v, want one of each of %v", kinds, want)
	}
}

func TestAMessageSurvivesTheOutbox(t *testing.T) {
	t.Parallel()
	for _, m := range fixtures {
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mail.Decode(m.MessageKind(), body)
		if err != nil || got != m {
			t.Errorf("got %v, %v, want %v", got, err, m)
		}
	}
	if _, err := mail.Decode("from_the_future", []byte(`{}`)); !errors.Is(err, mail.ErrKind) {
		t.Errorf("an unknown kind: got %v, want %v", err, mail.ErrKind)
	}
	if _, err := mail.Decode("activation", []byte(`{"To":7}`)); err == nil {
		t.Error("a body of the wrong shape was read")
	}
}

var hrefs = regexp.MustCompile(`href="([^"]*)"`)

func TestEveryMailHasOneButtonAndItsTwinTheSameLink(t *testing.T) {
	t.Parallel()
	for _, m := range fixtures {
		out := render(t, m, facts())
		got := hrefs.FindAllStringSubmatch(out.HTML, -1)
		if len(got) != 1 || got[0][1] != facts().Link {
			t.Errorf("%s: got links %v, want one to %s", m.MessageKind(), got, facts().Link)
		}
		if n := strings.Count(out.Text, "://"); n != 1 || !strings.Contains(out.Text, "\n"+facts().Link+"\n") {
			t.Errorf("%s: got %d addresses in the text, want the link on a line of its own:\n%s", m.MessageKind(), n, out.Text)
		}
		for _, bad := range []string{"<img", "url(", "<script", "no value", "%!"} {
			if strings.Contains(out.HTML, bad) || strings.Contains(out.Text, bad) {
				t.Errorf("%s: found %q", m.MessageKind(), bad)
			}
		}
		if strings.Contains(out.Text, "\n\n\n") || strings.HasPrefix(out.Text, "\n") {
			t.Errorf("%s: the text has holes:\n%q", m.MessageKind(), out.Text)
		}
	}
}

func TestNamesCannotSpeakForTheMail(t *testing.T) {
	t.Parallel()
	evil := "Bank <b>\"'&\r\nBcc: all@evil.example\u202e https://evil.example/x www.evil.example\x00" + strings.Repeat("x", 500)
	f := facts()
	f.Org, f.Person.Name = evil, evil
	for _, m := range []bailiwick.Message{
		mail.Activation{To: "00u1", By: evil},
		mail.ScopeWidened{To: "00u1", By: evil, Who: evil, Role: evil, What: evil},
	} {
		out := render(t, m, f)
		if strings.ContainsAny(out.Subject, "\r\n\x00\u202e") || len([]rune(out.Subject)) > 200 {
			t.Errorf("got subject %q", out.Subject)
		}
		for name, part := range map[string]string{"subject": out.Subject, "text": out.Text, "html": out.HTML} {
			for _, bad := range []string{"\u202e", "evil.example", "https://evil", "<b>", strings.Repeat("x", 100)} {
				if name != "html" && bad == "<b>" {
					continue // text has no tags
				}
				if strings.Contains(part, bad) {
					t.Errorf("%s of %s: found %q", name, m.MessageKind(), bad)
				}
			}
		}
		if got := hrefs.FindAllString(out.HTML, -1); len(got) != 1 {
			t.Errorf("got links %v", got)
		}
	}
}

func TestAMailWithoutALinkOrAnAddressIsNotRendered(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*mail.Facts){
		"no link":         func(f *mail.Facts) { f.Link = "" },
		"a relative link": func(f *mail.Facts) { f.Link = "/reset/x" },
		"a script":        func(f *mail.Facts) { f.Link = "javascript:alert(1)" },
		"no address":      func(f *mail.Facts) { f.Person.Address = "" },
		"no organization": func(f *mail.Facts) { f.Org = "" },
	} {
		f := facts()
		spoil(&f)
		if out, err := mail.Render(mail.Activation{To: "00u1"}, f); !errors.Is(err, mail.ErrFacts) {
			t.Errorf("%s: got %q, %v, want %v", name, out.Subject, err, mail.ErrFacts)
		}
	}
}

func TestTheLifeOfALinkIsSaidInWords(t *testing.T) {
	t.Parallel()
	for life, want := range map[time.Duration]string{
		time.Hour: "within 1 hour.", 24 * time.Hour: "within 24 hours.", 7 * 24 * time.Hour: "within 7 days.", 90 * time.Minute: "within 90 minutes.",
	} {
		f := facts()
		f.Life = life
		if out := render(t, mail.ResetPassword{To: "00u1"}, f); !strings.Contains(out.Text, want) {
			t.Errorf("got %q, want %q in it", out.Text, want)
		}
	}
}
