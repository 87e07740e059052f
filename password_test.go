package bailiwick_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func TestThePasswordPolicyRefusesWhatIsTriedFirst(t *testing.T) {
	t.Parallel()
	ann := bailiwick.Profile{"login": "ann.berg@example.com", "email": "ann@berg.example", "firstName": "Annelise", "lastName": "Bergström"}
	for _, c := range []struct {
		name, password string
		good           bool
	}{
		{"nothing", "", false},
		{"seven characters", "x7!kQ2z", false},
		{"seven code points of many bytes", "密码密码密码密", false},
		{"eight code points", "密码密码密码密码", true},
		{"eight characters without digits", "murmurat", true},
		{"a common password", "password1", false},
		{"a common password in capitals", "PASSWORD1", false},
		{"a common password inside a longer one", "password1 of the sea", true},
		{"the login", "ann.berg@example.com", false},
		{"the login in capitals", "Ann.Berg@Example.com", false},
		{"the login before the @", "ann.berg", false},
		{"the address", "ann@berg.example", false},
		{"the first name", "annelise", false},
		{"the last name with its accent", "BERGSTRÖM", false},
		{"both names", "AnneliseBergström", false},
		{"both names and a space", "annelise bergström", false},
		{"somebody else's name", "Benedikta", true},
		{"spaces alone", "        ", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := bailiwick.CheckPassword(c.password, ann)
			if c.good && err != nil {
				t.Errorf("got %v, want it accepted", err)
			}
			weak := &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonWeakPassword}
			if e, ok := errors.AsType[*bailiwick.Error](err); !c.good && (!errors.Is(err, weak) || !ok || e.Field != "password") {
				t.Errorf("got %v, want a weak password in the field password", err)
			}
			if err != nil && c.password != "" && strings.Contains(err.Error(), c.password) {
				t.Errorf("the refusal repeats the password: %v", err)
			}
		})
	}
}

// A person without a name must not make the empty word, or anything else, a
// part of the block list.
func TestAPersonWithoutNamesHasTheSamePolicy(t *testing.T) {
	t.Parallel()
	if err := bailiwick.CheckPassword("quite fine", bailiwick.Profile{}); err != nil {
		t.Errorf("got %v, want it accepted", err)
	}
}
