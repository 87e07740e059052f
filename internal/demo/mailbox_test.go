package demo

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/mail"
)

func get(t *testing.T, m *Mailbox, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func reset(n int) Letter {
	return Letter{To: fmt.Sprintf("person%d@halvard.example", n), From: "id@halvard.example", Subject: "Reset your password",
		Text: "Hello Tuğba,\n\nFollow this link: http://localhost:8080/reset/abc-DEF_1.\nIt works once.",
		HTML: "<!doctype html><html><head><title>x</title></head><body><a href=\"http://localhost:8080/reset/abc\">Reset</a></body></html>",
		At:   time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
}

func TestTheMailboxKeepsTheLastFiveHundred(t *testing.T) {
	t.Parallel()
	m := NewMailbox(Name)
	for i := range Kept + 3 {
		m.Keep(reset(i))
	}
	all := m.Letters("")
	if len(all) != Kept || all[0].Number != Kept+3 || all[Kept-1].Number != 4 {
		t.Errorf("got %d letters from %d to %d, want %d from %d to 4", len(all), all[0].Number, all[len(all)-1].Number, Kept, Kept+3)
	}
	if got := m.Letters("PERSON77@"); len(got) != 1 {
		t.Errorf("got %d letters to person77, want 1", len(got))
	}
	if got := get(t, m, MailboxPath+"/3").Code; got != 404 {
		t.Errorf("a forgotten letter: got %d, want 404", got)
	}
}

func TestALetterCanBeReadAndItsLinksFollowed(t *testing.T) {
	t.Parallel()
	m := NewMailbox(Name)
	m.Keep(reset(1))
	if body := get(t, m, MailboxPath).Body.String(); !strings.Contains(body, `<a href="/demo/mailbox/1">Reset your password</a>`) {
		t.Errorf("the list does not link to the letter: %s", body)
	}
	body := get(t, m, MailboxPath+"/1").Body.String()
	for _, want := range []string{
		`<a href="http://localhost:8080/reset/abc-DEF_1" rel="noreferrer">`, "Hello Tuğba,", "<br>It works once.", `src="/demo/mailbox/1/html"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the letter lacks %s: %s", want, body)
		}
	}
	part := get(t, m, MailboxPath+"/1/html")
	if !strings.Contains(part.Body.String(), `<head><base target="_blank">`) {
		t.Errorf("links stay in the frame: %s", part.Body)
	}
}

func TestTheOutboxDeliversToTheMailbox(t *testing.T) {
	t.Parallel()
	content, err := mail.Render(mail.ResetPassword{To: "00u1"}, mail.Facts{Org: Name, Person: mail.Person{Name: "Bo", Address: "bo.li@halvard.example"},
		Link: "http://localhost:8080/reset/abc", Life: time.Hour, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMailbox(Name)
	if err := m.Deliver(t.Context(), mail.Envelope{To: "bo.li@halvard.example", Mail: content, Date: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if body := get(t, m, MailboxPath+"/1").Body.String(); !strings.Contains(body, `<a href="http://localhost:8080/reset/abc"`) {
		t.Errorf("the letter has no link: %s", body)
	}
	if part := get(t, m, MailboxPath+"/1/html").Body.String(); !strings.Contains(part, `<base target="_blank">`) {
		t.Errorf("a rendered mail keeps its links in the frame: %s", part)
	}
}

func TestWhatAMailSaysRunsNothing(t *testing.T) {
	t.Parallel()
	m := NewMailbox(Name)
	l := reset(1)
	l.Subject, l.To, l.Text = "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>@x.example`, "javascript:alert(1) <b>http://x/</b>"
	m.Keep(l)
	for _, path := range []string{MailboxPath, MailboxPath + "/1"} {
		w := get(t, m, path)
		if body := w.Body.String(); strings.Contains(body, "<script>") || strings.Contains(body, "<img") || strings.Contains(body, "<b>http") {
			t.Errorf("%s: input is not escaped: %s", path, body)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if policy := get(t, m, MailboxPath+"/1/html").Header().Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts") {
		t.Errorf("the mail itself: policy %q", policy)
	}
}
