package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-iam/bailiwick"
)

// An account is what the wire's sheet knows of a person: this is the table of
// statuses a second time, written from the sheet and not from the program.
type account struct {
	status    string
	password  string // in clear; "" for none
	question  bool
	federated bool
}

// A happening is an operation on an account. then is the account afterwards and
// the answer: "200", or the HTTP status and the end of the error code.
type happening struct {
	name, method, path string
	body               func(a account, fresh string) string
	then               func(a account, fresh string) (account, string)
}

func (a account) in(statuses string) bool {
	for _, s := range strings.Fields(statuses) {
		if s == a.status {
			return true
		}
	}
	return false
}

func (a account) to(status string) account { a.status = status; return a }

// ready is how an account goes on that has somewhere to check a credential.
func (a account) ready() account {
	if a.password != "" || a.federated {
		return a.to("ACTIVE")
	}
	return a.to("PROVISIONED")
}

func (a account) with(password string) account { a.password = password; return a }

const living = "STAGED PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED LOCKED_OUT SUSPENDED"

var happenings = []happening{
	{"activate", "POST", "/lifecycle/activate", nil, func(a account, _ string) (account, string) {
		switch {
		case a.in("STAGED DEPROVISIONED"):
			return a.ready(), "200"
		case a.in("SUSPENDED"):
			return a, "403-38"
		}
		return a, "403-16"
	}},
	{"reactivate", "POST", "/lifecycle/reactivate", nil, func(a account, _ string) (account, string) {
		if a.in("PROVISIONED RECOVERY") {
			return a, "200"
		}
		return a, "403-38"
	}},
	{"suspend", "POST", "/lifecycle/suspend", nil, func(a account, _ string) (account, string) {
		if a.in("ACTIVE PROVISIONED") {
			return a.to("SUSPENDED"), "200"
		}
		return a, "400-01"
	}},
	{"unsuspend", "POST", "/lifecycle/unsuspend", nil, func(a account, _ string) (account, string) {
		if a.in("SUSPENDED") {
			return a.ready(), "200"
		}
		return a, "400-01"
	}},
	{"unlock", "POST", "/lifecycle/unlock", nil, func(a account, _ string) (account, string) {
		if a.in("LOCKED_OUT") {
			return a.to("ACTIVE"), "200"
		}
		return a, "403-32"
	}},
	{"deactivate", "POST", "/lifecycle/deactivate", nil, func(a account, _ string) (account, string) {
		if a.in(living) {
			return a.to("DEPROVISIONED").with(""), "200"
		}
		return a, "403-38"
	}},
	{"delete", "DELETE", "", nil, func(a account, _ string) (account, string) {
		if a.in(living) {
			return a.to("DEPROVISIONED").with(""), "204"
		}
		return a.to("gone"), "204"
	}},
	{"reset", "POST", "/lifecycle/reset_password", nil, func(a account, _ string) (account, string) {
		if a.in("PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED LOCKED_OUT") {
			a.federated = false
			return a.to("RECOVERY").with(""), "200"
		}
		return a, "403-38"
	}},
	{"hand over", "POST", "/lifecycle/reset_password?provider=FEDERATION", nil, func(a account, _ string) (account, string) {
		if a.in("PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED") {
			a.federated = true
			return a.to("ACTIVE").with(""), "200"
		}
		return a, "403-38"
	}},
	{"expire", "POST", "/lifecycle/expire_password", nil, func(a account, _ string) (account, string) {
		if a.in("ACTIVE RECOVERY PASSWORD_EXPIRED") && a.password != "" {
			return a.to("PASSWORD_EXPIRED"), "200"
		}
		return a, "403-38"
	}},
	{"expire with a temporary password", "POST", "/lifecycle/expire_password_with_temp_password", nil, func(a account, _ string) (account, string) {
		switch {
		case !a.in("ACTIVE RECOVERY PASSWORD_EXPIRED"):
			return a, "403-38"
		case a.federated:
			return a, "403-17"
		}
		return a.to("PASSWORD_EXPIRED").with("temporary"), "200"
	}},
	{"set the password", "POST", "", func(_ account, fresh string) string { return `{"credentials":{"password":{"value":"` + fresh + `"}}}` },
		func(a account, fresh string) (account, string) {
			switch {
			case a.in("DEPROVISIONED"):
				return a, "403-38"
			case a.federated:
				return a, "400-41"
			case a.in("STAGED"):
				return a.with(fresh), "200"
			case a.in("PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED"):
				return a.to("PASSWORD_EXPIRED").with(fresh), "200"
			}
			return a, "403-38"
		}},
	{"change the password", "POST", "/credentials/change_password", func(a account, fresh string) string { return changeBody(a.password+"", fresh) },
		func(a account, fresh string) (account, string) {
			switch {
			case a.password == "":
				return a, "400-01" // there is no old password to give
			case a.in("STAGED"):
				return a.with(fresh), "200"
			case a.in("ACTIVE RECOVERY PASSWORD_EXPIRED"):
				return a.to("ACTIVE").with(fresh), "200"
			}
			return a, "403-35"
		}},
	{"ask a question", "POST", "", func(account, string) string {
		return `{"credentials":{"recovery_question":{"question":"Who?","answer":"Nobody"}}}`
	},
		func(a account, _ string) (account, string) {
			switch {
			case a.in("DEPROVISIONED"):
				return a, "403-38"
			case a.federated:
				return a, "400-41"
			}
			a.question = true
			return a, "200"
		}},
	{"forgot", "POST", "/credentials/forgot_password", nil, func(a account, _ string) (account, string) {
		if a.in("ACTIVE") && a.question && !a.federated {
			return a, "200"
		}
		return a, "403-34"
	}},
}

// TestAnySequenceOfOperationsFollowsTheTable does random things to random
// accounts, over HTTP, and compares each answer and each status with the sheet.
func TestAnySequenceOfOperationsFollowsTheTable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.allowSetting(true)
		super := w.as(theSuper)
		rapid.Check(t, func(t *rapid.T) {
			status := rapid.SampledFrom(bailiwick.Statuses()).Draw(t, "status")
			u := w.person("Some", "Body", status, "")
			a := account{status: string(status)}
			if u.HasPassword {
				a.password = of
			}
			at := "/api/v1/users/" + string(u.ID)
			for n := range rapid.IntRange(1, 12).Draw(t, "operations") {
				h := rapid.SampledFrom(happenings).Draw(t, "operation")
				fresh, body := fmt.Sprintf("battery staple %d", n), ""
				if h.body != nil {
					body = h.body(a, fresh)
				}
				got := w.ask(h.method, at+h.path, super, body)
				next, want := h.then(a, fresh)
				if shown(got) != want {
					t.Fatalf("%s of %+v: got %s, want %s\n%s", h.name, a, shown(got), want, got.body)
				}
				if next.password == "temporary" && want == "200" && h.path == "/lifecycle/expire_password_with_temp_password" {
					next.password = decodeQuiet(got)["tempPassword"]
				}
				if now := w.statusOf(u.ID); now != next.status {
					t.Fatalf("%s of %+v: the status is %s, want %s", h.name, a, now, next.status)
				}
				if a = next; a.status == "gone" {
					return
				}
			}
		})
	})
}

func decodeQuiet(a answer) (out map[string]string) {
	_ = json.Unmarshal([]byte(a.body), &out)
	return out
}
