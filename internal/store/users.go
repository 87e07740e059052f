package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const userColumns = `u.id, u.status, u.type_id, u.realm_id, u.profile, u.provider, u.password <> '', u.recovery_question,
	u.created, u.activated, u.status_changed, u.last_login, u.last_updated, u.password_changed, u.version,
	` + schemaOfUser

type scanner interface{ Scan(...any) error }

func scanUser(row scanner) (bailiwick.User, error) {
	var u bailiwick.User
	var profile []byte
	var schema string
	var created, activated, changed, login, updated, password int64
	err := row.Scan(&u.ID, &u.Status, &u.TypeID, &u.RealmID, &profile, &u.Provider, &u.HasPassword, &u.RecoveryQuestion,
		&created, &activated, &changed, &login, &updated, &password, &u.Version, &schema)
	if err != nil {
		return u, err
	}
	u.Created, u.Activated, u.StatusChanged = timeOf(created), timeOf(activated), timeOf(changed)
	u.LastLogin, u.LastUpdated, u.PasswordChanged = timeOf(login), timeOf(updated), timeOf(password)
	if err := json.Unmarshal(profile, &u.Profile); err != nil {
		return u, fmt.Errorf("read the profile of %s: %w", u.ID, err)
	}
	id, hidden, _ := strings.Cut(schema, ",")
	u.SchemaID = bailiwick.ID(id)
	dropHidden(u.Profile, hidden)
	return u, nil
}

func scanUserRow(rows *sql.Rows) (bailiwick.User, error) { return scanUser(rows) }

// User reads one person. Absent and hidden are the same Missing; a person who
// is visible but outside the scope's effect is Forbidden.
func (v *View) User(scope authz.UserScope, id bailiwick.ID) (bailiwick.User, error) {
	a := v.args()
	text := `SELECT ` + userColumns + ` FROM users u WHERE u.org_id = $1 AND u.id = ` + a.add(id) +
		` AND ` + userPredicate(&a, scope.See())
	u, err := scanUser(v.row(text, a...))
	if err != nil {
		return u, oneRow(err, "User", id)
	}
	if scope.ReadOnly() && v.lock == "" {
		return u, nil
	}
	who, err := v.subject(id, scope)
	if err != nil {
		return u, err
	}
	return u, scope.Judge(who)
}

// UserByRef reads one person by ID, by login, or by the part of the login
// before the @ while that names one visible person only.
func (v *View) UserByRef(scope authz.UserScope, ref string) (bailiwick.User, error) {
	if id := bailiwick.ID(ref); id.Is(bailiwick.KindUser) {
		return v.User(scope, id)
	}
	id, err := v.resolve(scope, filter.FoldAccents(ref))
	if err != nil {
		return bailiwick.User{}, err
	}
	u, err := v.User(scope, id)
	if e, ok := err.(*bailiwick.Error); ok && e.Code == bailiwick.Missing {
		return u, bailiwick.NotFound("User", bailiwick.ID(ref))
	}
	return u, err
}

// resolve finds the one visible person with that login or short login; an ID
// that nobody has stands for none or several.
func (v *View) resolve(scope authz.UserScope, key string) (bailiwick.ID, error) {
	for _, column := range []string{"u.login_key", "u.short_key"} {
		a := v.args()
		rows, err := v.query(`SELECT u.id FROM users u WHERE u.org_id = $1 AND `+column+` = `+a.add(key)+
			` AND `+userPredicate(&a, scope.See())+` LIMIT 2`, a...)
		ids, err := collect(rows, err, scanID)
		if err != nil {
			return "", fmt.Errorf("find a user by login: %w", err)
		}
		if len(ids) == 1 {
			return ids[0], nil
		}
	}
	return "", nil
}

// Subject reads what deciding about a person needs, for
// [authz.UserScope.Judge] of the scope and of any more.
func (v *View) Subject(scope authz.UserScope, id bailiwick.ID, more ...authz.UserScope) (authz.Subject, error) {
	return v.subject(id, append(more, scope)...)
}

// A Password is what is stored of a password: a PHC string, and for a
// temporary one the time at which it dies.
type Password struct {
	Hash  string
	Until time.Time
}

// InsertUser adds a person. The login is unique whatever its case and accents.
func (tx *Tx) InsertUser(scope authz.UserScope, u bailiwick.User, password Password) error {
	if scope.Act().Nothing() {
		return bailiwick.ErrForbidden
	}
	profile, err := json.Marshal(u.Profile)
	if err != nil {
		return fmt.Errorf("write a profile: %w", err)
	}
	_, err = tx.exec(`INSERT INTO users (org_id, id, status, type_id, realm_id, login_key, short_key, profile, provider,
		password, password_until, recovery_question, created, activated, status_changed, last_login, last_updated, password_changed, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)`,
		tx.org, u.ID, u.Status, u.TypeID, u.RealmID, filter.FoldAccents(u.Profile.Login()), filter.FoldAccents(u.Profile.ShortLogin()),
		string(profile), u.Provider, password.Hash, millis(password.Until), u.RecoveryQuestion,
		millis(u.Created), millis(u.Activated), millis(u.StatusChanged), millis(u.LastLogin), millis(u.LastUpdated), millis(u.PasswordChanged))
	if err != nil {
		return loginTaken(err)
	}
	if err := tx.insertKeys("user_keys", "", userKeys(u)); err != nil {
		return err
	}
	if err := tx.insertEntries(u.ID, entriesOf(u), ""); err != nil {
		return err
	}
	if err := tx.claimValues(bailiwick.User{}, u); err != nil {
		return err
	}
	tx.store.people.changed(tx.org)
	tx.touch(u.ID, isNew)
	return tx.enterRealm(u)
}

func loginTaken(err error) error {
	if key, ok := conflict(err); ok && key == "users_login" {
		return &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicate, Field: "login",
			Message: "An object with this field already exists in the current organization"}
	}
	return fmt.Errorf("write a user: %w", err)
}

// SaveUser writes status, profile and times of a person who was read in this
// transaction. The scope must contain the person still.
func (tx *Tx) SaveUser(scope authz.UserScope, u bailiwick.User) error {
	before, err := tx.User(scope, u.ID)
	if err != nil {
		return err
	}
	profile, err := json.Marshal(u.Profile)
	if err != nil {
		return fmt.Errorf("write a profile: %w", err)
	}
	n, err := tx.exec(`UPDATE users SET status = $3, type_id = $4, login_key = $5, short_key = $6, profile = $7, provider = $8,
		recovery_question = $9, activated = $10, status_changed = $11, last_login = $12, last_updated = $13, version = version + 1
		WHERE org_id = $1 AND id = $2 AND version = $14`,
		tx.org, u.ID, u.Status, u.TypeID, filter.FoldAccents(u.Profile.Login()), filter.FoldAccents(u.Profile.ShortLogin()),
		string(profile), u.Provider, u.RecoveryQuestion, millis(u.Activated), millis(u.StatusChanged), millis(u.LastLogin), millis(u.LastUpdated), u.Version)
	if err != nil {
		return loginTaken(err)
	}
	if n == 0 {
		return bailiwick.Refused(bailiwick.Conflict, "", "somebody else changed this user just now")
	}
	tx.touch(u.ID, changedSubjects(before, u)...)
	if err := tx.claimValues(before, u); err != nil {
		return err
	}
	if err := tx.reindex(before, u); err != nil {
		return err
	}
	return tx.rekey(before, u)
}

// SetPassword stores a password, or with a zero Password removes it. Who calls
// has saved the status that goes with it.
func (tx *Tx) SetPassword(scope authz.UserScope, id bailiwick.ID, p Password) error {
	if _, err := tx.User(scope, id); err != nil {
		return err
	}
	changed := int64(0)
	if p.Hash != "" {
		changed = millis(tx.now)
	}
	_, err := tx.exec(`UPDATE users SET password = $3, password_until = $4, password_changed = $5 WHERE org_id = $1 AND id = $2`,
		tx.org, id, p.Hash, millis(p.Until), changed)
	if err != nil {
		return fmt.Errorf("write a password: %w", err)
	}
	return nil
}

// DeleteUser erases a person with memberships, roles, sessions, tokens and
// links. Events stay.
func (tx *Tx) DeleteUser(scope authz.UserScope, id bailiwick.ID) error {
	u, err := tx.User(scope, id)
	if err != nil {
		return err
	}
	sets, err := tx.setsOf(id)
	if err != nil {
		return err
	}
	for _, set := range sets {
		if _, err := tx.leave(set, u); err != nil {
			return err
		}
	}
	if err := tx.deleteKeys("user_keys", "", userKeys(u)); err != nil {
		return err
	}
	if err := tx.deleteEntries(entriesOf(u)); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM role_assignments WHERE org_id = $1 AND principal_id = $2`,
		`DELETE FROM group_owners WHERE org_id = $1 AND owner_id = $2`,
		`DELETE FROM links WHERE org_id = $1 AND user_id = $2`,
		`DELETE FROM outbox WHERE org_id = $1 AND recipient = $2 AND state = 'waiting'`,
		`DELETE FROM users WHERE org_id = $1 AND id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, id); err != nil {
			return fmt.Errorf("delete user %s: %w", id, err)
		}
	}
	tx.store.people.changed(tx.org)
	return nil
}

// setsOf lists the sets that a person is in, hidden ones too.
func (v *View) setsOf(id bailiwick.ID) ([]bailiwick.ID, error) {
	rows, err := v.query(`SELECT set_id FROM group_members WHERE org_id = $1 AND user_id = $2 ORDER BY set_id`, v.org, id)
	sets, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read the memberships of %s: %w", id, err)
	}
	return sets, nil
}

// StripUser takes the password and the person's own admin roles away, as
// deactivation does. Who calls has the scope and has saved the status.
func (tx *Tx) StripUser(id bailiwick.ID) error {
	for _, text := range []string{
		`UPDATE users SET password = '', password_until = 0, password_changed = 0 WHERE org_id = $1 AND id = $2`,
		`DELETE FROM role_assignments WHERE org_id = $1 AND principal_id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, id); err != nil {
			return fmt.Errorf("strip user %s: %w", id, err)
		}
	}
	return nil
}
