package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// What the two engines must agree on for one SQL text to mean one thing. Each
// test here stands for a way in which they differ when nobody looks.

func TestKeysSortByBytesOnBothEngines(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, subject := range []string{"b", "é", "B", "_", "a", "~", "0"} {
			mustExec(t, s, `INSERT INTO attempts (org_id, subject, n, last) VALUES ('o', $1, 0, 0)`, subject)
		}
		got := texts(t, s, `SELECT subject FROM attempts WHERE org_id = 'o' ORDER BY subject`)
		if want := []string{"0", "B", "_", "a", "b", "~", "é"}; !slices.Equal(got, want) {
			t.Errorf("order of keys: got %q, want %q", got, want)
		}
		got = texts(t, s, `SELECT subject FROM attempts WHERE org_id = 'o' AND subject > $1 AND subject < $2 ORDER BY subject`, "Z", "b")
		if want := []string{"_", "a"}; !slices.Equal(got, want) {
			t.Errorf("keys between Z and b: got %q, want %q", got, want)
		}
	})
}

func TestParametersBindByTheirNumberNotByTheirPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		got := texts(t, s, `SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT) || CAST($3 AS TEXT)`, "1", "2", "3")
		if want := []string{"2123"}; !slices.Equal(got, want) {
			t.Errorf("$2 $1 $2 $3: got %q, want %q", got, want)
		}
		mustExec(t, s, `INSERT INTO attempts (org_id, subject, n, last) VALUES ($2, $1, $4, $3)`, "who", "o", 30, 40)
		var n, last int64
		err := s.Reader().QueryRow(`SELECT n, last FROM attempts WHERE subject = $2 AND org_id = $1`, "o", "who").Scan(&n, &last)
		if err != nil || n != 40 || last != 30 {
			t.Errorf("row written and read out of order: got n=%d last=%d (%v), want 40 and 30", n, last, err)
		}
	})
}

func TestTheSameValuesComeBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var truth, falsehood, compared bool
		var big int64
		var nothing sql.NullString
		err := s.Reader().QueryRow(`SELECT TRUE, FALSE, 1 < 2, CAST($1 AS BIGINT), CAST(NULL AS TEXT)`, int64(1)<<62).
			Scan(&truth, &falsehood, &compared, &big, &nothing)
		if err != nil {
			t.Fatal(err)
		}
		if !truth || falsehood || !compared || big != 1<<62 || nothing.Valid {
			t.Errorf("got %v %v %v %d %v, want true false true %d and no text", truth, falsehood, compared, big, nothing, int64(1)<<62)
		}
	})
}

func TestAnUpsertAddsToTheRowThatIsThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 3 {
			mustExec(t, s, `INSERT INTO attempts (org_id, subject, n, last) VALUES ('o', 's', $1, 0)
				ON CONFLICT (org_id, subject) DO UPDATE SET n = attempts.n + excluded.n`, 2)
		}
		var n int64
		if err := s.Reader().QueryRow(`SELECT n FROM attempts WHERE org_id = 'o'`).Scan(&n); err != nil || n != 6 {
			t.Errorf("three upserts of 2: got %d (%v), want 6", n, err)
		}
	})
}

// uniqueKeys are the unique keys besides primary keys, in an order in which
// their tables can be filled.
var uniqueKeys = []struct{ table, key string }{
	{"orgs", "orgs_slug_key"}, {"users", "users_login"}, {"groups", "groups_name"}, {"realms", "realms_name"},
	{"role_assignments", "role_assignments_once"}, {"apps", "apps_label"}, {"tokens", "tokens_digest"},
	{"sessions", "sessions_digest"}, {"links", "links_digest"}, {"user_types", "user_types_name"},
	{"group_rules", "group_rules_name"}, {"realm_assignments", "realm_assignments_priority"},
}

func TestADuplicateIsToldByItsKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, u := range uniqueKeys {
			if err := insertFilled(s, u.table, "x"); err != nil {
				t.Fatalf("fill %s: %v", u.table, err)
			}
			err := insertFilled(s, u.table, "y")
			if key, ok := store.UniqueKeyOf(err); !ok || key != u.key {
				t.Errorf("a second row in %s (%v): got key %q, want %q", u.table, err, key, u.key)
			}
			if _, ok := store.UniqueKeyOf(insertFilled(s, u.table, "x")); !ok {
				t.Errorf("the same row in %s again: got no conflict", u.table)
			}
		}
		if s.Engine() == "postgres" {
			got := texts(t, s, `SELECT conname FROM pg_constraint WHERE contype = 'u' AND connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose%'
				AND conname <> 'event_order_once' ORDER BY 1`) // which guards the sealer and stands beside a primary key
			if len(got) != len(uniqueKeys) {
				t.Errorf("unique keys of the schema: got %q, and this test knows %d", got, len(uniqueKeys))
			}
		}
	})
}

// insertFilled inserts a row with that id and the same value for every other
// column of one type, so that a second row collides in every unique key.
func insertFilled(s *store.Store, table, id string) error {
	rows, err := s.Writer().QueryContext(context.Background(), `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	var names, values []string
	for _, c := range types {
		names, values = append(names, c.Name()), append(values, filler(c, id))
	}
	_, err = s.Writer().Exec(fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(names, ", "), strings.Join(values, ", ")))
	return err
}

func filler(c *sql.ColumnType, id string) string {
	switch c.Name() {
	case "id":
		return "'" + id + "'"
	case "principal_kind":
		return "'USER'"
	case "mode":
		return "'ALL'"
	case "profile", "settings", "domains", "credentials", "visibility", "accessibility", "features", "targets", "exclude":
		return "'{}'"
	case "status":
		return "'ACTIVE'"
	case "host":
		return "''" // those without a host name do not collide
	}
	switch c.DatabaseTypeName() {
	case "BIGINT", "INT8":
		return "1"
	case "BOOLEAN", "BOOL":
		return "TRUE"
	}
	return "'x'"
}

func mustExec(t *testing.T, s *store.Store, text string, args ...any) {
	t.Helper()
	if _, err := s.Writer().Exec(text, args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func texts(t *testing.T, s *store.Store, text string, args ...any) (out []string) {
	t.Helper()
	rows, err := s.Reader().Query(text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
