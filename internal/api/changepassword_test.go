package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

func changeBody(old, next string) string {
	return fmt.Sprintf(`{"oldPassword":{"value":%q},"newPassword":{"value":%q}}`, old, next)
}

const of = "correct horse battery" // everybody's password in these worlds

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, w.a.realm, w.a.group)
		at := "/api/v1/users/" + string(u.ID) + "/credentials/change_password"
		a := w.ask("POST", at, w.as(userA), changeBody("not the one", "battery staple horse")).want(t, 403, "E0000014")
		if !strings.Contains(a.body, `"oldPassword: Old Password is not correct"`) {
			t.Errorf("got %s, want the cause", a.body)
		}
		a = w.ask("POST", at, w.as(userA), changeBody(of, "password123")).want(t, 403, "E0000014")
		if !strings.Contains(a.body, "password: Password requirements were not met") {
			t.Errorf("got %s, want the policy as the cause", a.body)
		}
		w.ask("POST", at, w.as(userA), changeBody(of, of)).want(t, 403, "E0000014")
		w.ask("POST", at, w.as(userA), changeBody(of, "")).want(t, 400, "E0000001")
		w.ask("POST", at, w.as(userA), `{}`).want(t, 400, "E0000001")
		a = w.ask("POST", at+"?strict=true", w.as(userA), changeBody(of, "battery staple horse")).want(t, 200, "")
		if a.body != `{"password":{},"provider":{"type":"OKTA","name":"OKTA"}}` {
			t.Errorf("got %s, want the credentials object", a.body)
		}
		if in, _ := w.signsIn(u, "battery staple horse"); !in {
			t.Error("the new password does not sign in")
		}
		if got := w.mailsTo(u.ID); got != "password_changed" {
			t.Errorf("mails: got %q, want password_changed", got)
		}
		w.ask("POST", "/api/v1/users/me/credentials/change_password", w.as(theSuper), changeBody(of, "battery staple horse")).want(t, 403, "E0000006")
	})
}

// Somebody's password is not to be guessed through the API any faster than at
// the sign-in.
func TestGuessesOfAnOldPasswordAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID) + "/credentials/change_password"
		for i := range 5 {
			w.ask("POST", at, w.as(theSuper), changeBody(fmt.Sprint("guess ", i), "battery staple horse")).want(t, 403, "E0000014")
		}
		w.ask("POST", at, w.as(theSuper), changeBody(of, "battery staple horse")).want(t, 429, "E0000047")
		w.pass(time.Minute)
		w.ask("POST", at, w.as(theSuper), changeBody(of, "battery staple horse")).want(t, 200, "")
	})
}

func TestCredentialsChangeFromTheStatusesOfTheTable(t *testing.T) {
	t.Parallel()
	const question = `{"password":{"value":"` + of + `"},"recovery_question":{"question":"Who?","answer":"Nobody"}}`
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			status                     bailiwick.Status
			password, question, forgot string
		}{
			{bailiwick.Staged, "200 STAGED", "200 STAGED", "403-34"},
			{bailiwick.Provisioned, "403-35", "403-36", "403-34"},
			{bailiwick.Active, "200 ACTIVE", "200 ACTIVE", "200 ACTIVE"},
			{bailiwick.Recovery, "200 ACTIVE", "200 RECOVERY", "403-34"},
			{bailiwick.PasswordExpired, "200 ACTIVE", "403-36", "403-34"},
			{bailiwick.LockedOut, "403-35", "403-36", "403-34"},
			{bailiwick.Suspended, "403-35", "403-36", "403-34"},
			{bailiwick.Deprovisioned, "403-35", "403-36", "403-34"},
		} {
			for path, row := range map[string][2]string{"change_password": {changeBody(of, "battery staple horse"), c.password},
				"change_recovery_question": {question, c.question}, "forgot_password": {"", c.forgot}} {
				u := w.questioned(c.status)
				a := w.ask("POST", "/api/v1/users/"+string(u.ID)+"/credentials/"+path, w.as(theSuper), row[0])
				if got := strings.TrimSuffix(w.outcome(a, u.ID), " (r)"); got != row[1] {
					t.Errorf("%s from %s: got %s, want %s\n%s", path, c.status, got, row[1], a.body)
				}
			}
		}
	})
}

// questioned is a person in that status with a recovery question; one who is
// staged has a password already.
func (w *world) questioned(status bailiwick.Status) bailiwick.User {
	w.Helper()
	if status != bailiwick.Staged {
		u := w.person("Some", "Body", status, "")
		if status != bailiwick.Deprovisioned {
			w.ask("POST", "/api/v1/users/"+string(u.ID), w.as(theSuper), `{"credentials":{"recovery_question":{"question":"Whose?","answer":"Nobody's"}}}`).want(w, 200, "")
		}
		return u
	}
	p := w.profile("Some", "Body")
	a := w.ask("POST", "/api/v1/users?activate=false", w.as(theSuper), fmt.Sprintf(`{"profile":{"firstName":"Some","lastName":"Body","login":%q,"email":%q},
		"credentials":{"password":{"value":%q},"recovery_question":{"question":"Whose?","answer":"Nobody's"}}}`, p.Login(), p.Email(), of)).want(w, 200, "")
	return bailiwick.User{ID: decode[struct{ ID bailiwick.ID }](w, a).ID, Profile: p}
}

func TestAQuestionChangesOnlyWithThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.questioned(bailiwick.Active)
		at := "/api/v1/users/" + string(u.ID) + "/credentials/"
		body := func(password, question, answer string) string {
			return fmt.Sprintf(`{"password":{"value":%q},"recovery_question":{"question":%q,"answer":%q}}`, password, question, answer)
		}
		w.ask("POST", at+"change_recovery_question", w.as(theSuper), body("not the one", "New?", "Nobody")).want(t, 403, "E0000014")
		w.ask("POST", at+"change_recovery_question", w.as(theSuper), body(of, "", "Nobody")).want(t, 400, "E0000001")
		w.ask("POST", at+"change_recovery_question", w.as(theSuper), body("", "New?", "Nobody")).want(t, 400, "E0000001")
		a := w.ask("POST", at+"change_recovery_question", w.as(theSuper), body(of, "New?", "Nobody")).want(t, 200, "")
		if a.body != `{"password":{},"recovery_question":{"question":"New?"},"provider":{"type":"OKTA","name":"OKTA"}}` {
			t.Errorf("got %s, want the credentials with the question alone", a.body)
		}
	})
}

// A recovery by the answer to a question is refused whoever asks and whatever
// the answer (decision 7); the forgotten password itself is mended by a link.
func TestNobodyIsRecoveredByAnAnswer(t *testing.T) {
	t.Parallel()
	const answered = `{"password":{"value":"battery staple horse"},"recovery_question":{"answer":"Nobody's"}}`
	each(t, func(t *testing.T, w *world) {
		u := w.questioned(bailiwick.Active)
		at := "/api/v1/users/" + string(u.ID) + "/credentials/"
		w.ask("POST", at+"forgot_password_recovery_question", w.as(theSuper), answered).want(t, 403, "E0000034")
		w.ask("POST", at+"forgot_password", w.as(theSuper), answered).want(t, 403, "E0000034")
		if in, _ := w.signsIn(u, of); !in {
			t.Fatal("a refused recovery took the password")
		}
		a := w.ask("POST", at+"forgot_password?sendEmail=false", w.as(theSuper), "").want(t, 200, "")
		url := decode[map[string]string](t, a)["resetPasswordUrl"]
		w.wantLink(t, bailiwick.LinkResetPassword, url[strings.LastIndex(url, "/")+1:], true)
		if in, _ := w.signsIn(u, of); !in {
			t.Error("a link that nobody used took the password")
		}
		w.ask("POST", at+"forgot_password?sendEmail=false", w.as(caller{role: bailiwick.HelpDeskAdmin}), "").want(t, 403, "E0000006")
		w.ask("POST", at+"forgot_password", w.as(caller{role: bailiwick.HelpDeskAdmin}), "").want(t, 200, "")
		if got := w.mailsTo(u.ID); got != "reset_password" {
			t.Errorf("mails: got %q, want reset_password", got)
		}
	})
}
