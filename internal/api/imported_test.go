package api_test

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// sha512Hash is the hash of everybody's password, with a salt, as a body.
func sha512Hash() (body, value string) {
	sum := sha512.Sum512([]byte("salt" + of))
	value = base64.StdEncoding.EncodeToString(sum[:])
	return fmt.Sprintf(`{"algorithm":"SHA-512","salt":%q,"saltOrder":"PREFIX","value":%q}`, base64.StdEncoding.EncodeToString([]byte("salt")), value), value
}

func (w *world) createWith(query, password string) (answer, bailiwick.Profile) {
	w.Helper()
	p := w.profile("Im", "Port")
	return w.ask("POST", "/api/v1/users"+query, w.as(theSuper), fmt.Sprintf(`{"profile":{"firstName":"Im","lastName":"Port","login":%q,"email":%q},"credentials":{"password":%s}}`,
		p.Login(), p.Email(), password)), p
}

func TestAPersonComesWithAPasswordHash(t *testing.T) {
	t.Parallel()
	hash, value := sha512Hash()
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			query string
			want  bailiwick.Status
		}{{"", bailiwick.Active}, {"?activate=false", bailiwick.Staged}, {"?activate=true&nextLogin=changePassword", bailiwick.PasswordExpired}} {
			a, p := w.createWith(c.query, `{"hash":`+hash+`}`)
			u := decode[struct {
				ID          bailiwick.ID
				Status      bailiwick.Status
				Credentials struct{ Provider struct{ Type, Name string } }
			}](t, a.want(t, 200, ""))
			if u.Status != c.want || u.Credentials.Provider.Type != "IMPORT" || u.Credentials.Provider.Name != "IMPORT" {
				t.Errorf("%q: got %+v, want %s from IMPORT", c.query, u, c.want)
			}
			read := w.ask("GET", "/api/v1/users/"+string(u.ID), w.as(theSuper), "").body
			for _, secret := range []string{value, of} {
				if strings.Contains(a.body+read, secret) || strings.Contains(w.stored(u.ID), secret) {
					t.Errorf("%q: %s is on the wire or in the store", c.query, secret)
				}
			}
			in, must := w.signsIn(bailiwick.User{Profile: p}, of)
			if in != (c.want == bailiwick.Active) || must != (c.want == bailiwick.PasswordExpired) {
				t.Errorf("%q: signs in %v, must change %v", c.query, in, must)
			}
		}
	})
}

func TestAHashComesLaterOnlyWhileStaged(t *testing.T) {
	t.Parallel()
	hash, _ := sha512Hash()
	body := `{"credentials":{"password":{"hash":` + hash + `}}}`
	each(t, func(t *testing.T, w *world) {
		staged, active := w.person("Some", "Body", bailiwick.Staged, ""), w.person("Some", "Body", bailiwick.Active, "")
		w.ask("POST", "/api/v1/users/"+string(staged.ID), w.as(theSuper), body).want(t, 403, "E0000006")
		w.allowSetting(true)
		a := w.ask("POST", "/api/v1/users/"+string(active.ID), w.as(theSuper), body).want(t, 400, "E0000001")
		if !strings.Contains(a.body, "STAGED") {
			t.Errorf("got %s, want it to name the status", a.body)
		}
		w.ask("POST", "/api/v1/users/"+string(staged.ID), w.as(theSuper), body).want(t, 200, "")
		w.ask("POST", "/api/v1/users/"+string(staged.ID)+"/lifecycle/activate", w.as(theSuper), "").want(t, 200, "")
		if in, _ := w.signsIn(staged, of); !in {
			t.Error("the imported password does not sign in")
		}
	})
}

func TestAHashAtFaultIsRefusedByName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct{ password, code, says string }{
			{`{"hash":{}}`, "E0000001", "credentials.password.hash.algorithm"},
			{`{"hash":{"algorithm":"SCRYPT"}}`, "E0000001", "credentials.password.hash.algorithm"},
			{`{"hash":{"algorithm":"BCRYPT","workFactor":20,"salt":"rwh3vH166HCH/NT9XV5FYu","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}`, "E0000001", "credentials.password.hash.workFactor"},
			{`{"hash":{"algorithm":"BCRYPT","workFactor":10,"salt":"short","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}`, "E0000001", "credentials.password.hash.salt"},
			{`{"hash":{"algorithm":"PBKDF2","digestAlgorithm":"SHA256_HMAC","iterationCount":100,"keySize":32,"salt":"c2FsdA==","value":"AAAA"}}`, "E0000001", "credentials.password.hash.iterationCount"},
			{`{"hash":{"algorithm":"SHA-256","value":"AAAA"}}`, "E0000001", "credentials.password.hash.value"},
			{`{"hash":{"algorithm":"BCRYPT","workFactor":"ten"}}`, "E0000001", "credentials.password.hash.workFactor"},
			{`{"value":"battery staple horse","hash":{"algorithm":"MD5"}}`, "E0000001", "credentials.password"},
			{`{"hook":{"type":"default"}}`, "E0000060", ""},
		} {
			a, _ := w.createWith("", c.password)
			if a.code() != c.code || !strings.Contains(a.body, c.says) {
				t.Errorf("%s: got %d %s, want %s that says %q", c.password, a.status, a.body, c.code, c.says)
			}
		}
		w.createWithWorks(t, `{"hash":{"algorithm":"BCRYPT","workFactor":10,"salt":"rwh3vH166HCH/NT9XV5FYu","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}`)
	})
}

func (w *world) createWithWorks(t *testing.T, password string) {
	t.Helper()
	a, _ := w.createWith("", password)
	a.want(t, 200, "")
}
