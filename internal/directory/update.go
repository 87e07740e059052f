package directory

import (
	"context"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A UserChange is what an update asks for. What is zero stays as it is; only a
// replacement takes a profile that is not given for an empty one.
type UserChange struct {
	Profile bailiwick.Profile
	// TypeID is the user type that a replacement gives the person. An update
	// takes the present one alone.
	TypeID   bailiwick.ID
	whole    bool // it is a replacement
	own      bool // it is of the actor's own account
	Password NewPassword
	Question RecoveryQuestion
	// RealmID is the realm that the person is to live in.
	RealmID bailiwick.ID
	// Strict refuses the password that the person has now.
	Strict bool
	// If is asked about the person as the actor sees them, before anything is
	// changed; what it returns ends the operation.
	If func(bailiwick.User) error
}

// UpdateUser changes what is given: of the profile the attributes that are
// named, null removing one. A password takes the right to set one and the
// owner's switch (Z5).
func (d *Directory) UpdateUser(ctx context.Context, by authz.Actor, ref string, c UserChange) (bailiwick.User, error) {
	if c.Profile == nil && !c.Password.given() && (c.RealmID == "" || c.Question != (RecoveryQuestion{})) {
		c.Profile = bailiwick.Profile{}
	}
	return d.change(ctx, by, ref, c, func(old bailiwick.Profile) bailiwick.Profile { return old.Merge(c.Profile) })
}

// ReplaceUser puts a whole profile in place of the old one. The password stays
// if none is given.
func (d *Directory) ReplaceUser(ctx context.Context, by authz.Actor, ref string, c UserChange) (bailiwick.User, error) {
	if c.Profile == nil {
		c.Profile = bailiwick.Profile{}
	}
	c.whole = true
	return d.change(ctx, by, ref, c, func(bailiwick.Profile) bailiwick.Profile { return bailiwick.Profile{}.Merge(c.Profile) })
}

// UpdateSelf changes the actor's own profile, as far as the schema lets people
// write it. Credentials and the type are not changed this way, by a token least
// of all (TOK-5).
func (d *Directory) UpdateSelf(ctx context.Context, by authz.Actor, c UserChange) (bailiwick.User, error) {
	c.own = true
	return d.UpdateUser(ctx, by, "", c)
}

// ReplaceSelf is the same with a whole profile. What one may not write must be
// in it as it is.
func (d *Directory) ReplaceSelf(ctx context.Context, by authz.Actor, c UserChange) (bailiwick.User, error) {
	c.own = true
	return d.ReplaceUser(ctx, by, "", c)
}

// UpdateProfile changes the attributes that are given; null removes one.
func (d *Directory) UpdateProfile(ctx context.Context, by authz.Actor, ref string, changes bailiwick.Profile) (bailiwick.User, error) {
	return d.UpdateUser(ctx, by, ref, UserChange{Profile: changes})
}

// ReplaceProfile puts a whole profile in place of the old one.
func (d *Directory) ReplaceProfile(ctx context.Context, by authz.Actor, ref string, profile bailiwick.Profile) (bailiwick.User, error) {
	return d.ReplaceUser(ctx, by, ref, UserChange{Profile: profile})
}

// An edit is a change under way.
type edit struct {
	UserChange
	next     func(bailiwick.Profile) bailiwick.Profile
	password preparedPassword
}

// needs are the permissions that the edit takes.
func (e edit) needs() []authz.UserPermission {
	var out []authz.UserPermission
	if e.Profile != nil || e.Question != (RecoveryQuestion{}) {
		out = append(out, authz.UsersEditProfile)
	}
	if e.Password.given() {
		out = append(out, authz.UsersSetPassword)
	}
	if len(out) == 0 {
		out = append(out, authz.UsersMoveRealm)
	}
	return out
}

func (d *Directory) change(ctx context.Context, by authz.Actor, ref string, c UserChange, next func(bailiwick.Profile) bailiwick.Profile) (bailiwick.User, error) {
	e := edit{UserChange: c, next: next}
	event := bailiwick.UserProfileUpdated
	switch {
	case c.Profile == nil && c.Password.given():
		event = bailiwick.UserPasswordUpdated
	case c.Profile == nil && c.RealmID != "":
		event = bailiwick.UserRealmMoved
	}
	var err error
	if e.password, err = d.prepare(ctx, by, ref, e); err != nil {
		return bailiwick.User{}, err
	}
	var u bailiwick.User
	err = d.store.Do(ctx, by, event, func(tx *store.Tx) error {
		u, err = e.apply(tx, ref)
		return err
	})
	return u, err
}

// apply makes the change: authority first, then whether it is the person that
// was meant, then the profile, then the password.
func (e edit) apply(tx *store.Tx, ref string) (bailiwick.User, error) {
	scopes, err := e.scopes(tx)
	if err != nil {
		return bailiwick.User{}, err
	}
	if e.own {
		ref = string(tx.Actor().ID())
	}
	u, err := tx.UserByRef(scopes[0], ref)
	if err != nil {
		return u, err
	}
	for _, scope := range scopes[1:] {
		if _, err := tx.User(scope, u.ID); err != nil {
			return u, err
		}
	}
	if e.If != nil {
		if err := e.If(u); err != nil {
			return u, err
		}
	}
	if u.Status == bailiwick.Deprovisioned {
		return u, bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "a deactivated user cannot be changed")
	}
	written := false
	if e.Profile != nil || e.Question != (RecoveryQuestion{}) {
		if u, written, err = e.edited(tx, &telling{}, scopes[0], u); err != nil {
			return u, err
		}
	}
	moved := false
	if u, moved, err = e.move(tx, u, written); err != nil {
		return u, err
	}
	written = written || moved
	if e.Password.given() {
		return e.setPassword(tx, scopes[len(scopes)-1], u, written)
	}
	if !written {
		return u, store.Unchanged()
	}
	return u, nil
}

func (e edit) scopes(tx *store.Tx) ([]authz.UserScope, error) {
	var out []authz.UserScope
	if e.own {
		if e.Password.given() || e.Question != (RecoveryQuestion{}) {
			return nil, bailiwick.ErrForbidden
		}
		self, err := tx.Actor().Self()
		return append(out, self), err
	}
	for _, p := range e.needs() {
		scope, err := tx.Actor().Users(p)
		if err != nil {
			return nil, err
		}
		out = append(out, scope)
	}
	if !e.Password.given() {
		return out, nil
	}
	org, err := tx.Org()
	if err != nil {
		return nil, err
	}
	return out, mayChoose(org)
}

// edited saves profile and question, and reports whether anything changed.
func (e edit) edited(tx *store.Tx, tell *telling, scope authz.UserScope, u bailiwick.User) (bailiwick.User, bool, error) {
	profile := u.Profile
	if e.Profile != nil {
		profile = e.next(u.Profile)
	}
	changed := u.Profile.Changed(profile)
	typeID, err := e.retype(tx, u)
	if err != nil {
		return u, false, err
	}
	if len(changed) > 0 {
		if err := e.mayWrite(tx, scope, u, changed); err != nil {
			return u, false, err
		}
		if err := e.staysAdmitted(tx, scope, u, profile, changed); err != nil {
			return u, false, err
		}
	}
	if u.SchemaID, err = keepsTo(tx, typeID, u, profile, changed); err != nil {
		return u, false, err
	}
	if typeID != u.TypeID {
		u.TypeID, changed = typeID, append(changed, "type")
	}
	question := u.RecoveryQuestion
	if e.Question != (RecoveryQuestion{}) {
		if err := checkCredentials(u.Provider, NewPassword{}, e.Question); err != nil {
			return u, false, err
		}
		if question = e.Question.Question; question != u.RecoveryQuestion {
			changed = append(changed, "recovery_question")
		}
	}
	if len(changed) == 0 {
		return u, false, nil
	}
	u.Profile, u.RecoveryQuestion, u.LastUpdated = profile, question, tx.Now()
	tell.of(tx, bailiwick.UserProfileUpdated, changed, u.Entity())
	if err := tx.SaveUser(scope, u); err != nil {
		return u, false, err
	}
	u.Version++
	return u, true, nil
}

// neverOwn are attributes that nobody changes of the own account, whatever the
// schema says: they say who one is at the sign-in, and where links go.
var neverOwn = []string{"login", "email", "secondEmail"}

// mayWrite refuses attributes that the actor may not write.
func (e edit) mayWrite(tx *store.Tx, scope authz.UserScope, u bailiwick.User, changed []string) error {
	if !e.own {
		return mayChange(tx, scope, u.ID, changed)
	}
	schema, err := tx.UserSchema(u.TypeID)
	if err != nil {
		return err
	}
	for _, name := range changed {
		if p, known := schema.Property(name); known && (p.Self != bailiwick.MayWrite || slices.Contains(neverOwn, name)) {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonReadOnlyField, "this is not yours to change").In(name)
		}
	}
	return nil
}

// setPassword gives the person the password that an administrator chose, to be
// changed at the first sign-in (PWD-9), and tells the person.
func (e edit) setPassword(tx *store.Tx, scope authz.UserScope, u bailiwick.User, also bool) (bailiwick.User, error) {
	if err := e.fits(u); err != nil {
		return u, err
	}
	next, err := u.After(bailiwick.SetPassword, tx.Now())
	if err != nil {
		return u, err
	}
	if e.Password.Hash != nil {
		next.Provider = bailiwick.ProviderImport
	}
	next.HasPassword, next.PasswordChanged = true, tx.Now()
	if also {
		tx.Also(bailiwick.UserPasswordUpdated, next.Entity())
	} else {
		tx.Target(next.Entity())
	}
	if next.Status != u.Status {
		tx.Changed(bailiwick.Change{Field: "status", From: string(u.Status), To: string(next.Status)})
	}
	if err := e.password.unmoved(tx, u.ID); err != nil {
		return u, err
	}
	if err := tx.SaveUser(scope, next); err != nil {
		return u, err
	}
	next.Version++
	if err := tx.SetPassword(scope, u.ID, e.password.Password); err != nil {
		return u, err
	}
	if next.Status == bailiwick.Staged {
		return next, nil
	}
	if err := tx.VoidLinks(u.ID); err != nil {
		return u, err
	}
	if err := rulersRemain(tx, u.ID); err != nil {
		return u, err
	}
	if err := signOut(tx, next, true); err != nil {
		return u, err
	}
	return next, tx.Send(mail.PasswordSet{To: u.ID, By: nameOf(tx.Actor())})
}

// fits judges the password by the person who is to have it.
func (e edit) fits(u bailiwick.User) error {
	if err := checkCredentials(u.Provider, e.Password, RecoveryQuestion{}); err != nil {
		return err
	}
	if e.Password.Hash == nil {
		return bailiwick.CheckPassword(e.Password.Clear, u.Profile)
	}
	if u.Status != bailiwick.Staged {
		return bailiwick.InvalidField("credentials.password.hash", "a hashed password is accepted only while the user is STAGED")
	}
	return nil
}

// partnerFields are what a partner administrator may change (P4).
var partnerFields = []string{"login", "firstName", "middleName", "lastName", "email", "secondEmail", "mobilePhone", "primaryPhone"}

// mayChange applies the field allow-list of a role (AZ-17): it binds whoever
// reaches this person by that role alone.
func mayChange(tx *store.Tx, scope authz.UserScope, id bailiwick.ID, fields []string) error {
	who, err := tx.Subject(scope, id)
	if err != nil || scope.AnyField(who) {
		return err
	}
	for _, f := range fields {
		if !slices.Contains(partnerFields, f) {
			return bailiwick.Refused(bailiwick.Forbidden, "", "you cannot change this field").In(f)
		}
	}
	return nil
}
