package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const orgColumns = `o.id, o.slug, o.name, o.everyone_id, o.realm_id, o.type_id, o.schema_id, o.settings, o.created, o.host, o.disabled`

func scanOrg(row scanner) (bailiwick.Org, error) {
	var o bailiwick.Org
	var settings []byte
	var created, disabled int64
	err := row.Scan(&o.ID, &o.Slug, &o.Name, &o.Everyone, &o.Realm, &o.UserType, &o.Schema, &settings, &created, &o.Host, &disabled)
	if err != nil {
		return o, err
	}
	o.Created, o.Disabled = timeOf(created), timeOf(disabled)
	if err := json.Unmarshal(settings, &o.Settings); err != nil {
		return o, fmt.Errorf("read the settings of org %s: %w", o.Slug, err)
	}
	return o, nil
}

// Orgs lists all orgs. It is one of the few questions that no org bounds:
// routing and workers ask it.
func (s *Store) Orgs(ctx context.Context) ([]bailiwick.Org, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+orgColumns+` FROM orgs o ORDER BY o.created, o.id`)
	orgs, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Org, error) { return scanOrg(rows) })
	if err != nil {
		return nil, fmt.Errorf("read the orgs: %w", err)
	}
	return orgs, nil
}

// Org reads the org of the view.
func (v *View) Org() (bailiwick.Org, error) {
	o, err := scanOrg(v.row(`SELECT `+orgColumns+` FROM orgs o WHERE o.id = $1`, v.org))
	if errors.Is(err, sql.ErrNoRows) {
		return o, bailiwick.NotFound("Org", v.org)
	}
	if err != nil {
		return o, fmt.Errorf("read the org: %w", err)
	}
	return o, nil
}

// InsertOrg makes the org that the transaction is bound to. Only the system
// may.
func (tx *Tx) InsertOrg(o bailiwick.Org) error {
	if tx.actor.Claim() != authz.SystemClaim {
		return bailiwick.ErrForbidden
	}
	settings, err := json.Marshal(o.Settings)
	if err != nil {
		return fmt.Errorf("write the settings of an org: %w", err)
	}
	_, err = tx.exec(`INSERT INTO orgs (id, slug, name, everyone_id, realm_id, type_id, schema_id, settings, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, o.Slug, o.Name, o.Everyone, o.Realm, o.UserType, o.Schema, string(settings), millis(o.Created))
	if err != nil {
		return fmt.Errorf("write an org: %w", err)
	}
	return tx.insertDefaults(o)
}

// SaveOrgSettings writes the switches of the org.
func (tx *Tx) SaveOrgSettings(settings bailiwick.OrgSettings) error {
	if err := tx.actor.May(authz.OrgEdit); err != nil {
		return err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("write the settings of an org: %w", err)
	}
	if _, err := tx.exec(`UPDATE orgs SET settings = $2 WHERE id = $1`, tx.org, string(text)); err != nil {
		return fmt.Errorf("write the settings of an org: %w", err)
	}
	return nil
}

// SaveOrg writes name, host name and whether the org is in use. Only the system
// may. Sessions, API tokens and links of an org that goes out of use end with
// it, so that nothing lives on when it comes back.
func (tx *Tx) SaveOrg(o bailiwick.Org) error {
	if tx.actor.Claim() != authz.SystemClaim {
		return bailiwick.ErrForbidden
	}
	_, err := tx.exec(`UPDATE orgs SET name = $2, host = $3, disabled = $4 WHERE id = $1`, tx.org, o.Name, o.Host, millis(o.Disabled))
	if _, taken := conflict(err); taken {
		return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonDuplicate, "another organization has claimed this name").In("host")
	}
	if err != nil {
		return fmt.Errorf("write an org: %w", err)
	}
	if o.Disabled.IsZero() {
		return nil
	}
	for _, text := range []string{
		`DELETE FROM sessions WHERE org_id = $1`,
		`DELETE FROM tokens WHERE org_id = $1`,
		`DELETE FROM links WHERE org_id = $1`,
	} {
		if _, err := tx.exec(text, tx.org); err != nil {
			return fmt.Errorf("end the sessions of an org: %w", err)
		}
	}
	return nil
}
