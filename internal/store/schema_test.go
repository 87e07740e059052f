package store_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

const schemaGolden = "testdata/schema.golden"

// The migrations make one schema on both engines: what their catalogs say of
// it, in one spelling, is one golden file.
func TestBothEnginesHaveTheSchemaOfTheGoldenFile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		got := schemaOf(t, s)
		if *update && s.Engine() == "sqlite" {
			if err := os.WriteFile(schemaGolden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(schemaGolden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the schema on %s is not that of %s (go test -update rewrites it):\n%s", s.Engine(), schemaGolden, difference(got, string(want)))
		}
	})
}

func TestEveryKeyOfATenantsTableBeginsWithItsOrg(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(schemaGolden)
	if err != nil {
		t.Fatal(err)
	}
	table := ""
	for line := range strings.Lines(string(want)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "table "); ok {
			table = name
			continue
		}
		kind, columns, isKey := strings.Cut(line, "(")
		if isKey && table != "orgs" && !strings.HasPrefix(columns, "org_id") {
			t.Errorf("table %s: %s(%s does not begin with org_id", table, kind, columns)
		}
	}
}

func TestEveryIndexedTextSortsByBytesOnPostgres(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != "postgres" {
			return // SQLite's default order is that of bytes
		}
		loose := texts(t, s, `SELECT c.relname || '.' || a.attname FROM pg_index i
			JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
			JOIN pg_collation l ON l.oid = a.attcollation
			WHERE n.nspname = 'public' AND l.collname <> 'C'
			AND c.relname || '.' || a.attname NOT IN ('role_assignments.role', 'links.purpose', 'outbox.state')
			AND c.relname NOT LIKE 'goose%' ORDER BY 1`)
		if len(loose) > 0 {
			t.Errorf("indexed text columns that are not {key}: %q", loose)
		}
	})
}

// schemaOf writes the schema as lines: table, columns, keys, indexes. The
// statements below ask each engine's catalog for the same lines.
func schemaOf(t *testing.T, s *store.Store) string {
	t.Helper()
	lines := sqliteSchema
	if s.Engine() == "postgres" {
		lines = postgresSchema
	}
	var out []string
	for _, statement := range lines {
		out = append(out, texts(t, s, statement)...)
	}
	slices.Sort(out)
	var b strings.Builder
	last := ""
	for _, line := range out {
		table, rest, _ := strings.Cut(line, "|")
		if table != last {
			fmt.Fprintf(&b, "table %s\n", table)
			last = table
		}
		fmt.Fprintf(&b, "\t%s\n", rest[strings.Index(rest, "|")+1:])
	}
	return b.String()
}

// Each line is table|order|text.
var sqliteSchema = []string{
	`SELECT t.name || '|1' || printf('%02d', c.cid) || '|' || c.name || ' ' || lower(c.type) || CASE WHEN c."notnull" = 1 THEN ' not null' ELSE '' END
		FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`,
	`SELECT t.name || '|2|primary key (' || (SELECT group_concat(name, ', ') FROM (SELECT c.name FROM pragma_table_info(t.name) c WHERE c.pk > 0 ORDER BY c.pk)) || ')'
		FROM sqlite_master t WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`,
	`SELECT t.name || '|3|unique (' || (SELECT group_concat(name, ', ') FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno)) || ')'
		FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'u' AND t.name NOT LIKE 'goose%'`,
	`SELECT t.name || '|4|foreign key (' || group_concat(f."from", ', ') || ') references ' || f."table" || ' (' || group_concat(f."to", ', ') || ')' ||
		CASE f.on_delete WHEN 'CASCADE' THEN ' on delete cascade' ELSE '' END
		FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' GROUP BY t.name, f.id, f."table", f.on_delete`,
	`SELECT t.name || '|5|index ' || i.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno)) || ')'
		FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c' AND t.name NOT LIKE 'goose%'`,
	`SELECT t.name || '|6|checks: ' || ((length(t.sql) - length(replace(t.sql, 'CHECK (', ''))) / 7)
		FROM sqlite_master t WHERE t.type = 'table' AND t.sql LIKE '%CHECK (%' AND t.name NOT LIKE 'goose%'`,
}

const (
	postgresTables = ` FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public' `
	notOurs        = ` t.relkind = 'r' AND t.relname NOT LIKE 'goose%' `
	// columnsOf lists the columns of an array of attribute numbers in order.
	columnsOf = `(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(%s) WITH ORDINALITY k(num, n)
		JOIN pg_attribute a ON a.attrelid = %s AND a.attnum = k.num)`
)

var postgresSchema = []string{
	`SELECT t.relname || '|1' || lpad((a.attnum - 1)::text, 2, '0') || '|' || a.attname || ' ' ||
		CASE format_type(a.atttypid, a.atttypmod) WHEN 'jsonb' THEN 'text' WHEN 'bytea' THEN 'blob' ELSE format_type(a.atttypid, a.atttypmod) END ||
		CASE WHEN a.attnotnull THEN ' not null' ELSE '' END` + postgresTables +
		`JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE` + notOurs,
	`SELECT t.relname || CASE c.contype WHEN 'p' THEN '|2|primary key (' ELSE '|3|unique (' END || ` + fmt.Sprintf(columnsOf, "c.conkey", "t.oid") + ` || ')'` +
		postgresTables + `JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('p', 'u') WHERE` + notOurs,
	`SELECT t.relname || '|4|foreign key (' || ` + fmt.Sprintf(columnsOf, "c.conkey", "t.oid") + ` || ') references ' || r.relname || ' (' || ` +
		fmt.Sprintf(columnsOf, "c.confkey", "r.oid") + ` || ')' || CASE c.confdeltype WHEN 'c' THEN ' on delete cascade' ELSE '' END` +
		postgresTables + `JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f' JOIN pg_class r ON r.oid = c.confrelid WHERE` + notOurs,
	`SELECT t.relname || '|5|index ' || x.relname || ' (' || ` + fmt.Sprintf(columnsOf, "i.indkey::int2[]", "t.oid") + ` || ')'` +
		postgresTables + `JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
		LEFT JOIN pg_constraint c ON c.conindid = x.oid AND c.contype IN ('p', 'u') WHERE c.oid IS NULL AND` + notOurs,
	`SELECT t.relname || '|6|checks: ' || COUNT(*)` + postgresTables +
		`JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'c' WHERE` + notOurs + `GROUP BY t.relname`,
}

// difference shows the lines that only one of two texts has.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for _, line := range g {
		if !slices.Contains(w, line) {
			fmt.Fprintf(&b, "got  %s\n", line)
		}
	}
	for _, line := range w {
		if !slices.Contains(g, line) {
			fmt.Fprintf(&b, "want %s\n", line)
		}
	}
	return b.String()
}
