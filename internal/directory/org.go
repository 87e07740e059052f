package directory

import (
	"context"
	"regexp"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// slugForm is what the name of an org in /t/{slug} may look like.
var slugForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CreateOrg makes an org with its built-in group and default realm. It is the
// system's to do: on an empty store, or by the operator of a node.
func (d *Directory) CreateOrg(ctx context.Context, reason, slug, name string) (bailiwick.Org, error) {
	id := d.store.NewID(bailiwick.KindOrg)
	o := bailiwick.Org{ID: id, Slug: slug, Name: name, Created: d.store.Now()}
	if strings.TrimSpace(name) == "" {
		return o, bailiwick.InvalidField("name", "The field cannot be left blank")
	}
	if !slugForm.MatchString(slug) {
		return o, bailiwick.InvalidField("slug", "must have 1 to 63 of the characters a-z, 0-9 and -, as it stands in addresses")
	}
	err := d.store.Do(ctx, authz.System(id, reason), bailiwick.OrgCreated, func(tx *store.Tx) error {
		o.Everyone, o.Realm = tx.NewID(bailiwick.KindGroup), tx.NewID(bailiwick.KindRealm)
		o.UserType, o.Schema = tx.NewID(bailiwick.KindUserType), tx.NewID(bailiwick.KindUserSchema)
		tx.Target(bailiwick.EventEntity{ID: id, Type: "Org", AlternateID: slug, DisplayName: name})
		if err := tx.InsertOrg(o); err != nil {
			return err
		}
		groups, err := tx.Actor().Groups(authz.GroupsCreate)
		if err != nil {
			return err
		}
		err = tx.InsertGroup(groups, bailiwick.Group{ID: o.Everyone, Type: bailiwick.BuiltInGroup, Name: bailiwick.EveryoneName,
			Description: bailiwick.EveryoneDescription, Created: tx.Now(), LastUpdated: tx.Now()})
		if err != nil {
			return err
		}
		realms, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		return tx.InsertRealm(realms, bailiwick.Realm{ID: o.Realm, Name: "Default Realm", Type: bailiwick.DefaultRealm, Default: true,
			Created: tx.Now(), LastUpdated: tx.Now()})
	})
	return o, err
}

// ChangeOrg changes name, host name or use of an org, as the operator of a node
// does. The reason goes to the log.
func (d *Directory) ChangeOrg(ctx context.Context, id bailiwick.ID, reason string, change func(*bailiwick.Org)) (bailiwick.Org, error) {
	var o bailiwick.Org
	err := d.store.Do(ctx, authz.System(id, reason), bailiwick.OrgUpdated, func(tx *store.Tx) error {
		before, err := tx.Org()
		if err != nil {
			return err
		}
		o = before
		change(&o)
		if strings.TrimSpace(o.Name) == "" {
			return bailiwick.InvalidField("name", "The field cannot be left blank")
		}
		if err := bailiwick.CheckHost(o.Host); err != nil {
			return err
		}
		if o == before {
			return store.Unchanged()
		}
		tx.Target(bailiwick.EventEntity{ID: id, Type: "Org", AlternateID: o.Slug, DisplayName: o.Name})
		return tx.SaveOrg(o)
	})
	return o, err
}

// Orgs lists all orgs, for routing.
func (d *Directory) Orgs(ctx context.Context) ([]bailiwick.Org, error) { return d.store.Orgs(ctx) }

// Settings reads the org's switches.
func (d *Directory) Settings(ctx context.Context, by authz.Actor) (bailiwick.OrgSettings, error) {
	var now bailiwick.OrgSettings
	err := d.store.View(ctx, by, func(v *store.View) error {
		if err := v.Actor().May(authz.OrgRead); err != nil {
			return err
		}
		o, err := v.Org()
		now = o.Settings
		return err
	})
	return now, err
}

// UpdateSettings changes the org's switches. The switch for setting passwords
// is the owner's alone (Z5).
func (d *Directory) UpdateSettings(ctx context.Context, by authz.Actor, change func(*bailiwick.OrgSettings)) (bailiwick.OrgSettings, error) {
	var now bailiwick.OrgSettings
	err := d.store.Do(ctx, by, bailiwick.OrgUpdated, func(tx *store.Tx) error {
		if err := tx.Actor().May(authz.OrgEdit); err != nil {
			return err
		}
		o, err := tx.Org()
		if err != nil {
			return err
		}
		now = o.Settings
		change(&now)
		if now == o.Settings {
			return store.Unchanged()
		}
		if now.AdminsSetPasswords != o.Settings.AdminsSetPasswords {
			if err := tx.Actor().May(authz.OwnerSwitches); err != nil {
				return err
			}
			if tx.Actor().Claim() == authz.TokenClaim {
				return bailiwick.ErrForbidden // a token flips no switch of the owner's (TOK-5)
			}
		}
		tx.Target(bailiwick.EventEntity{ID: o.ID, Type: "Org", AlternateID: o.Slug, DisplayName: o.Name})
		return tx.SaveOrgSettings(now)
	})
	return now, err
}
