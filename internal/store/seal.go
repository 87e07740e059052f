package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// An event becomes visible when its transaction commits, which may be after
// the commit of one that was published later. So no order that an event has at
// its birth is one that a reader can follow. The sealer gives each event its
// place after its commit; who polls reads in the order of the places and
// misses none.

// Unsealed lists the orgs with events that have no place yet. It is one of the
// few questions that no org bounds: the sealer asks it.
func (s *Store) Unsealed(ctx context.Context) ([]bailiwick.ID, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT o.id FROM orgs o WHERE (SELECT 1 FROM unsealed_events u WHERE u.org_id = o.id LIMIT 1) IS NOT NULL`)
	orgs, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read which logs are to be sealed: %w", err)
	}
	return orgs, nil
}

// Seal gives places to up to limit events of the org and returns how many
// there were. Who has sealed keeps the lease for the given time; to anybody
// else there is nothing to do then. The row of the lease is locked until
// COMMIT, so that places are seen in the order in which they are given.
func (k *Upkeep) Seal(holder string, lease time.Duration, limit int) (int64, error) {
	if _, err := k.exec(`INSERT INTO event_seals (org_id, holder, lease, last_seq, last_sealed) VALUES ($1, '', 0, 0, 0) ON CONFLICT DO NOTHING`, k.org); err != nil {
		return 0, fmt.Errorf("prepare the seal of a log: %w", err)
	}
	var seq, sealed int64
	err := k.row(`UPDATE event_seals SET holder = $2, lease = $3 WHERE org_id = $1 AND (holder = $2 OR lease <= $4) RETURNING last_seq, last_sealed`,
		k.org, holder, millis(k.now.Add(lease)), millis(k.now)).Scan(&seq, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil // another node does it
	}
	if err != nil {
		return 0, fmt.Errorf("lease the seal of a log: %w", err)
	}
	sealed = max(sealed, millis(k.now)) // never back, whatever the clocks say
	n, err := k.exec(`INSERT INTO event_order (org_id, seq, published, event_id, sealed)
		SELECT $1, CAST($2 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY w.published, w.event_id), w.published, w.event_id, CAST($3 AS BIGINT)
		FROM (SELECT u.published, u.event_id FROM unsealed_events u WHERE u.org_id = $1 ORDER BY u.published, u.event_id LIMIT $4) w`,
		k.org, seq, sealed, limit)
	if err == nil && n > 0 {
		_, err = k.exec(`DELETE FROM unsealed_events WHERE org_id = $1
			AND event_id IN (SELECT o.event_id FROM event_order o WHERE o.org_id = $1 AND o.seq > $2)`, k.org, seq)
	}
	if err == nil && n > 0 {
		_, err = k.exec(`UPDATE event_seals SET last_seq = $2, last_sealed = $3 WHERE org_id = $1`, k.org, seq+n, sealed)
	}
	if err != nil {
		return 0, fmt.Errorf("seal a log: %w", err)
	}
	return n, nil
}
