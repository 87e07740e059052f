package directory_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
)

// with is the actor behind a token's secret.
func (k *desk) with(t secret.Token) authz.Actor {
	return authz.ByToken(k.org.ID, digestOf(t), bailiwick.Client{})
}

func TestATokenIsMadeByThoseWhoMayAndCarriesTheOwnersRights(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, name := range []string{"owen", "sam", "olga", "ugo", "rod", "mem"} {
			made, minted, err := k.CreateToken(ctx, k.as(name), directory.NewToken{Name: "mine"})
			k.must(err)
			if made.OwnerID != k.people[name] || made.CreatedBy != made.OwnerID || !made.ID.Is(bailiwick.KindToken) || made.ExpiresAt.Sub(made.Created) != bailiwick.TokenIdle {
				t.Errorf("token of %s: got %+v", name, made)
			}
			if me, err := k.Me(ctx, k.with(minted)); err != nil || me.User.ID != k.people[name] {
				t.Errorf("the token of %s is %s, %v", name, k.name(me.User.ID), err)
			}
		}
		for _, name := range []string{"hal", "abe", "pia", "rex", "nora"} {
			_, _, err := k.CreateToken(ctx, k.as(name), directory.NewToken{Name: "mine"})
			wants(t, "a token of one's own by "+name, err, bailiwick.Forbidden, "")
		}
	})
}

// H5: a super administrator makes a token that carries a help desk
// administrator's privileges, and nothing more.
func TestATokenForAHelpDeskCarriesItsRightsAndNothingMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		left, err := k.traced(func() error {
			_, _, err := k.CreateTokenFor(ctx, k.as("sam"), "hal", directory.NewToken{Name: "the ticket system"})
			return err
		})
		k.must(err)
		if len(left.events) != 1 || !strings.HasPrefix(left.events[0], "system.api_token.create: 00T") {
			t.Errorf("events: got %q", left.events)
		}
		made, minted, err := k.CreateTokenFor(ctx, k.as("sam"), k.ref("hal"), directory.NewToken{Name: "the ticket system"})
		k.must(err)
		if made.OwnerID != k.people["hal"] || made.CreatedBy != k.people["sam"] {
			t.Errorf("got %+v, want Hal's by Sam", made)
		}
		desk := k.with(minted)
		k.must(k.ResetPassword(ctx, desk, "nora", false))
		wants(t, "a hidden person", k.ResetPassword(ctx, desk, "sid", false), bailiwick.Missing, "")
		wants(t, "suspending", k.SuspendUser(ctx, desk, "nora"), bailiwick.Forbidden, "")
		_, _, err = k.CreateToken(ctx, desk, directory.NewToken{Name: "another"})
		wants(t, "a token by a token", err, bailiwick.Forbidden, "")
		k.must(k.UnassignRole(ctx, k.as("sam"), k.holder("hal"), helpDeskID))
		wants(t, "the same after the role was taken", k.ResetPassword(ctx, desk, "nils", false), bailiwick.Forbidden, "")
		k.must(k.SuspendUser(ctx, k.as("sam"), "hal"))
		wants(t, "the same after the owner was suspended", k.ResetPassword(ctx, desk, "nils", false), bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
	})
}

func TestTokensThatNobodyShouldHaveAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, c := range []struct {
			name, by, owner, called string
			code                    bailiwick.Code
			reason                  bailiwick.Reason
		}{
			{"for somebody without a role", "sam", "nora", "t", bailiwick.Invalid, ""},
			{"for a super admin", "sam", "sue", "t", bailiwick.Forbidden, bailiwick.ReasonTier},
			{"for oneself in that way", "sam", "sam", "t", bailiwick.Forbidden, bailiwick.ReasonTier},
			{"for the owner", "sam", "owen", "t", bailiwick.Forbidden, bailiwick.ReasonTier},
			{"for nobody", "sam", "nobody", "t", bailiwick.Missing, ""},
			{"by an org admin", "olga", "hal", "t", bailiwick.Forbidden, ""},
			{"without a name", "sam", "hal", " ", bailiwick.Invalid, ""},
			{"with too long a name", "sam", "hal", strings.Repeat("é", directory.MaxTokenName+1), bailiwick.Invalid, ""},
			{"with a NUL in the name", "sam", "hal", "a\x00b", bailiwick.Invalid, ""},
			{"with a name that is no text", "sam", "hal", "a\xff", bailiwick.Invalid, ""},
			{"with a name of two lines", "sam", "hal", "a\nb", bailiwick.Invalid, ""},
		} {
			_, _, err := k.CreateTokenFor(ctx, k.as(c.by), c.owner, directory.NewToken{Name: c.called})
			wants(t, c.name, err, c.code, c.reason)
		}
		for name, by := range map[string]authz.Actor{"sam": k.byToken("sam"), "owen": k.byToken("owen")} {
			_, _, err := k.CreateToken(ctx, by, directory.NewToken{Name: "t"})
			wants(t, "a token by a token of "+name, err, bailiwick.Forbidden, "")
			_, _, err = k.CreateTokenFor(ctx, by, "hal", directory.NewToken{Name: "t"})
			wants(t, "a token for another by a token of "+name, err, bailiwick.Forbidden, "")
		}
	})
}

func TestTheOwnersSwitchIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	set := func(s *bailiwick.OrgSettings) { s.AdminsSetPasswords = true }
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, name := range []string{"sam", "olga", "hal", "nora"} {
			_, err := k.UpdateSettings(ctx, k.as(name), set)
			wants(t, "the switch by "+name, err, bailiwick.Forbidden, "")
		}
		_, err := k.UpdateSettings(ctx, k.byToken("owen"), set)
		wants(t, "the switch by a token of the owner (TOK-5)", err, bailiwick.Forbidden, "")
		left, err := k.traced(func() error { _, err := k.UpdateSettings(ctx, k.as("owen"), set); return err })
		k.must(err)
		compare(t, "the switch by the owner", left, trace{events: []string{"org.update: " + string(k.org.ID)}})
		left, err = k.traced(func() error { _, err := k.UpdateSettings(ctx, k.as("owen"), set); return err })
		if err != nil || len(left.events) > 0 {
			t.Errorf("the switch as it is already: got %v, %v, want nothing", left, err)
		}
		now, err := k.UpdateSettings(ctx, k.byToken("olga"), func(s *bailiwick.OrgSettings) { s.RefuseRemovingLastAppTarget = true })
		if err != nil || !now.AdminsSetPasswords || !now.RefuseRemovingLastAppTarget {
			t.Errorf("another switch by an org admin: got %+v, %v", now, err)
		}
	})
}
