package api_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// allowSetting is the owner's switch (Z5).
func (w *world) allowSetting(on bool) {
	w.Helper()
	_, err := w.dir.UpdateSettings(w.Context(), w.system, func(s *bailiwick.OrgSettings) { s.AdminsSetPasswords = on })
	w.check(err)
}

const chosen = `{"credentials":{"password":{"value":"chosen by somebody else"}}}`

// signsIn reports whether the person gets in by the password, or must change
// it first.
func (w *world) signsIn(u bailiwick.User, password string) (in, mustChange bool) {
	w.Helper()
	entered, err := w.signIn.Password(w.Context(), w.visitor(), u.Profile.Login(), password)
	return err == nil && !entered.MustChange, err == nil && entered.MustChange
}

func TestASetPasswordNeedsTheOwnersSwitch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, w.a.realm, w.a.group)
		admin := w.person("Some", "Admin", bailiwick.Active, w.a.realm, w.a.group)
		w.give(personOf(admin), bailiwick.HelpDeskAdmin, nil)
		whole := fmt.Sprintf(`{"profile":{"firstName":"Some","lastName":"Body","login":%q,"email":%q},"credentials":{"password":{"value":"chosen by somebody else"}}}`,
			u.Profile.Login(), u.Profile.Email())
		at := "/api/v1/users/" + string(u.ID)
		for _, id := range []string{string(u.ID), string(admin.ID), "00u000000000absent00"} {
			w.ask("POST", "/api/v1/users/"+id, w.as(theOwner), chosen).want(t, 403, "E0000006")
		}
		w.ask("PUT", at, w.as(theSuper), whole).want(t, 403, "E0000006")
		if in, _ := w.signsIn(u, "correct horse battery"); !in {
			t.Error("a refused change took the password")
		}
		w.allowSetting(true)
		for _, c := range []caller{deskA, partnerA, noRole} {
			w.ask("POST", at, w.as(c), chosen).want(t, 403, "E0000006")
		}
		w.ask("POST", "/api/v1/users/"+string(admin.ID), w.as(theOwner), chosen).want(t, 403, "E0000006")
		w.ask("POST", at, w.as(userA), chosen).want(t, 200, "")
		if in, must := w.signsIn(u, "chosen by somebody else"); in || !must {
			t.Errorf("a chosen password: signs in %v, must be changed %v; want it to be changed", in, must)
		}
		if in, must := w.signsIn(u, "correct horse battery"); in || must {
			t.Error("the old password is still good")
		}
		if got := w.mailsTo(u.ID); got != "password_set" {
			t.Errorf("mails: got %q, want password_set", got)
		}
		w.ask("PUT", at, w.as(theSuper), strings.Replace(whole, "somebody else", "one more", 1)).want(t, 200, "")
		if _, must := w.signsIn(u, "chosen by one more"); !must {
			t.Error("PUT did not set the password")
		}
	})
}

// mailsTo names the mails that wait for a person.
func (w *world) mailsTo(id bailiwick.ID) string {
	w.Helper()
	var kinds []string
	w.check(w.store.Keep(w.Context(), w.org.ID, func(k *store.Upkeep) error {
		letters, err := k.Lease(1000, time.Second)
		for _, l := range letters {
			if l.Recipient == id {
				kinds = append(kinds, l.Kind)
			}
		}
		return err
	}))
	return strings.Join(kinds, " ")
}

// stored is the account with its password as the store has it; on SQLite the
// whole database.
func (w *world) stored(id bailiwick.ID) string {
	w.Helper()
	var out strings.Builder
	w.check(w.store.View(w.Context(), w.system, func(v *store.View) error {
		p, err := v.Signer(id)
		fmt.Fprintf(&out, "%+v", p)
		return err
	}))
	for _, suffix := range []string{"", "-wal"} {
		if bytes, err := os.ReadFile(w.dsn + suffix); err == nil {
			out.Write(bytes)
		}
	}
	return out.String()
}

func TestASetPasswordLeavesTheStatusOfTheTable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.allowSetting(true)
		for status, want := range map[bailiwick.Status]string{bailiwick.Staged: "200 STAGED", bailiwick.Provisioned: "200 PASSWORD_EXPIRED",
			bailiwick.Active: "200 PASSWORD_EXPIRED", bailiwick.Recovery: "200 PASSWORD_EXPIRED", bailiwick.PasswordExpired: "200 PASSWORD_EXPIRED",
			bailiwick.LockedOut: "403-38", bailiwick.Suspended: "403-38", bailiwick.Deprovisioned: "403-38"} {
			u := w.person("Some", "Body", status, "")
			a := w.ask("POST", "/api/v1/users/"+string(u.ID), w.as(theSuper), chosen)
			if got := strings.TrimSuffix(w.outcome(a, u.ID), " (r)"); got != want {
				t.Errorf("set from %s: got %s, want %s", status, got, want)
			}
		}
	})
}

func TestAPasswordThatIsNotGivenStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID)
		p := fmt.Sprintf(`{"profile":{"firstName":"Other","lastName":"Body","login":%q,"email":%q}`, u.Profile.Login(), u.Profile.Email())
		for _, credentials := range []string{"", `,"credentials":{}`, `,"credentials":{"password":{}}`, `,"credentials":{"password":null}`,
			`,"credentials":{"password":{"value":""}}`, `,"credentials":{"provider":{"type":"OKTA","name":"OKTA"}}`} {
			for _, method := range []string{"PUT", "POST"} {
				w.ask(method, at, w.as(theSuper), p+credentials+"}").want(t, 200, "")
			}
		}
		if in, _ := w.signsIn(u, "correct horse battery"); !in {
			t.Error("the password is gone")
		}
	})
}

func TestAStrictChangeRefusesThePasswordOfNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.allowSetting(true)
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID)
		same := `{"credentials":{"password":{"value":"correct horse battery"}}}`
		a := w.ask("POST", at+"?strict=true", w.as(theSuper), same).want(t, 400, "E0000001")
		if !strings.Contains(a.body, "password: Password cannot be your current password") {
			t.Errorf("got %s, want it to say so", a.body)
		}
		w.ask("POST", at+"?strict=true", w.as(theSuper), chosen).want(t, 200, "")
		w.ask("POST", at+"?strict=perhaps", w.as(theSuper), chosen).want(t, 400, "E0000001")
		w.ask("POST", at, w.as(theSuper), same).want(t, 200, "")
		w.ask("POST", at+"?strict=false", w.as(theSuper), same).want(t, 200, "")
	})
}

func TestSingleSignOnHoldsTheCredential(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		made := func(query, credentials string) answer {
			p := w.profile("Fed", "Erated")
			return w.ask("POST", "/api/v1/users"+query, super, fmt.Sprintf(`{"profile":{"firstName":"Fed","lastName":"Erated","login":%q,"email":%q},"credentials":%s}`,
				p.Login(), p.Email(), credentials))
		}
		const federation = `{"provider":{"type":"FEDERATION","name":"FEDERATION"}}`
		type user struct {
			ID          bailiwick.ID
			Status      bailiwick.Status
			Credentials struct {
				Password *struct{}
				Provider struct{ Type, Name string }
			}
		}
		u := decode[user](t, made("?provider=true", federation).want(t, 200, ""))
		if u.Status != bailiwick.Active || u.Credentials.Provider.Type != "FEDERATION" || u.Credentials.Provider.Name != "FEDERATION" || u.Credentials.Password != nil {
			t.Errorf("got %+v, want an active federated user without a password", u)
		}
		if got := decode[user](t, made("?provider=true&activate=false", federation).want(t, 200, "")); got.Status != bailiwick.Staged {
			t.Errorf("not activated: got %s, want STAGED", got.Status)
		}
		made("?provider=true", `{"provider":{"type":"FEDERATION"},"password":{"value":"battery staple horse"}}`).want(t, 400, "E0000041")
		made("?provider=true", `{"provider":{"type":"FEDERATION"},"recovery_question":{"question":"Who?","answer":"Nobody"}}`).want(t, 400, "E0000041")
		made("?provider=true", `{}`).want(t, 400, "E0000001")
		made("", `{"provider":{"type":"SOCIAL"}}`).want(t, 400, "E0000001")

		at := "/api/v1/users/" + string(u.ID)
		w.allowSetting(true)
		w.ask("POST", at, super, chosen).want(t, 400, "E0000041")
		w.ask("POST", at, super, `{"credentials":{"recovery_question":{"question":"Who?","answer":"Nobody"}}}`).want(t, 400, "E0000041")
		w.ask("POST", at+"/lifecycle/reset_password", w.as(caller{role: bailiwick.HelpDeskAdmin}), "").want(t, 403, "E0000017")
		w.ask("POST", at+"/lifecycle/reset_password", super, "").want(t, 200, "")
		if got := decode[user](t, w.ask("GET", at, super, "")); got.Status != bailiwick.Recovery || got.Credentials.Provider.Type != "OKTA" {
			t.Errorf("taken back: got %+v, want RECOVERY and OKTA", got)
		}
		for _, c := range []caller{deskA, partnerA, {role: bailiwick.HelpDeskAdmin}} {
			w.ask("POST", at+"/lifecycle/reset_password?provider=FEDERATION", w.as(c), "").want(t, 403, "E0000006")
		}
		w.ask("POST", at+"/lifecycle/reset_password?provider=SOCIAL", super, "").want(t, 400, "E0000001")
		if a := w.ask("POST", at+"/lifecycle/reset_password?provider=FEDERATION&sendEmail=false", super, "").want(t, 200, ""); a.body != "{}" {
			t.Errorf("got %s, want {}", a.body)
		}
		if got := decode[user](t, w.ask("GET", at, super, "")); got.Status != bailiwick.Active || got.Credentials.Provider.Type != "FEDERATION" {
			t.Errorf("handed over: got %+v, want ACTIVE and FEDERATION", got)
		}
	})
}

func TestARecoveryQuestionIsKeptWithoutItsAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		const credentials = `"credentials":{"password":{"value":"battery staple horse"},"recovery_question":{"question":"Whose horse?","answer":"a stapler's canary"}}`
		a := w.ask("POST", "/api/v1/users", super, `{"profile":{"firstName":"Q","lastName":"A","login":"qa@acme.example","email":"qa@acme.example"},`+credentials+`}`).want(t, 200, "")
		if !strings.Contains(a.body, `"recovery_question":{"question":"Whose horse?"}`) || strings.Contains(a.body, "canary") || strings.Contains(a.body, "staple horse") {
			t.Errorf("got %s, want the question alone", a.body)
		}
		id := decode[struct{ ID bailiwick.ID }](t, a).ID
		if stored := w.stored(id); strings.Contains(stored, "canary") || strings.Contains(stored, "staple horse") {
			t.Error("the store holds the answer or the password")
		}
		a = w.ask("POST", "/api/v1/users/qa@acme.example", super, `{"credentials":{"recovery_question":{"question":"Another?","answer":"canary"}}}`).want(t, 200, "")
		if !strings.Contains(a.body, "Another?") {
			t.Errorf("got %s, want the new question", a.body)
		}
		for _, q := range []string{`{"question":"","answer":"canary"}`, `{"question":"Who?","answer":""}`, `{"question":"Who?","answer":"abc"}`,
			`{"question":"` + strings.Repeat("?", 101) + `","answer":"canary"}`, `{"question":"Who?","answer":"` + strings.Repeat("a", 101) + `"}`} {
			w.ask("POST", "/api/v1/users/qa@acme.example", super, `{"credentials":{"recovery_question":`+q+`}}`).want(t, 400, "E0000001")
		}
	})
}
