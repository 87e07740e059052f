package api_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// benchPeople is how many people the benchmark's org has, in groups of 100.
const benchPeople = 10_000

// BenchmarkReadOfOneUser compares GET /api/v1/users/{id} by a help desk
// administrator who is limited to ten groups with a bare handler that reads the
// same row with one prepared statement and writes the same JSON. The two take
// turns in slices of one run, so that what disturbs one disturbs both. It
// reports the medians and their ratio.
func BenchmarkReadOfOneUser(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchRead(b, storetest.SQLitePath(b), "sqlite", "file:%s?_pragma=cache_size(-65536)&_pragma=mmap_size(268435456)")
	})
	b.Run("postgres", func(b *testing.B) { benchRead(b, storetest.MigratedPostgres(b), "pgx", "%s") })
}

func benchRead(b *testing.B, dsn, driver, form string) {
	w := newWorld(b, dsn, unlimited)
	token, ids := w.benchCrowd(b)
	db, err := sql.Open(driver, fmt.Sprintf(form, dsn))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	bare := bareServer(b, db, w.org.ID)
	var times [2][]time.Duration
	const slice = 200
	b.ResetTimer()
	for range b.N {
		for range 20 {
			for i, at := range []string{w.server.URL + "/api/v1/users/", bare + "/api/v1/users/"} {
				for n := range slice {
					began := time.Now()
					fetch(b, at+string(ids[(n*7919)%len(ids)]), token)
					times[i] = append(times[i], time.Since(began))
				}
			}
		}
	}
	b.StopTimer()
	median := func(t []time.Duration) float64 {
		t = slices.Sorted(slices.Values(t[slice:])) // the first slice warms up
		return float64(t[len(t)/2].Nanoseconds()) / 1000
	}
	full, least := median(times[0]), median(times[1])
	b.ReportMetric(full, "µs/api")
	b.ReportMetric(least, "µs/bare")
	b.ReportMetric(full/least, "×bare")
	b.ReportMetric(0, "ns/op")
}

// benchCrowd loads the people and returns a scoped help desk's token and the
// people whom it sees.
func (w *world) benchCrowd(b *testing.B) (token string, seen []bailiwick.ID) {
	b.Helper()
	desk := w.person("Desk", "Limited", bailiwick.Active, "")
	holder := directory.Person(string(desk.ID))
	role := w.give(holder, bailiwick.HelpDeskAdmin, nil)
	for g := range benchPeople / 100 {
		group := must(w.dir.CreateGroup(b.Context(), w.system, bailiwick.Group{Name: fmt.Sprintf("Bench %d", g)})).ID
		batch := make([]directory.NewUser, 100)
		for i := range batch {
			batch[i] = directory.NewUser{Profile: w.profile("Bench", fmt.Sprintf("Person%d", i)), GroupIDs: []bailiwick.ID{group},
				Past: &directory.Past{Status: bailiwick.Active, Created: w.now(), Activated: w.now(), StatusChanged: w.now()}}
		}
		people, err := w.dir.LoadUsers(b.Context(), w.system, batch)
		if err != nil {
			b.Fatal(err)
		}
		if g%10 != 0 {
			continue
		}
		w.check(w.dir.AddGroupTarget(b.Context(), w.system, holder, role, group))
		for _, u := range people {
			seen = append(seen, u.ID)
		}
	}
	return w.mint(desk.ID), seen
}

// bareServer answers with the row and nothing else: no token, no scope.
func bareServer(b *testing.B, db *sql.DB, org bailiwick.ID) string {
	b.Helper()
	read, err := db.Prepare(`SELECT id, status, type_id, realm_id, profile, provider, password <> '', recovery_question,
		created, activated, status_changed, last_login, last_updated, password_changed, version FROM users WHERE org_id = $1 AND id = $2`)
	if err != nil {
		b.Fatal(err)
	}
	handler := http.NewServeMux()
	handler.HandleFunc("GET /api/v1/users/{id}", func(rw http.ResponseWriter, r *http.Request) {
		var u bailiwick.User
		var profile []byte
		var at [6]int64
		err := read.QueryRowContext(r.Context(), string(org), r.PathValue("id")).Scan(&u.ID, &u.Status, &u.TypeID, &u.RealmID, &profile, &u.Provider,
			&u.HasPassword, &u.RecoveryQuestion, &at[0], &at[1], &at[2], &at[3], &at[4], &at[5], &u.Version)
		if err == nil {
			err = json.Unmarshal(profile, &u.Profile)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(bareUser(r.Host, u, at))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

// bareUser is a user on the wire, as plainly as it can be put together.
func bareUser(host string, u bailiwick.User, at [6]int64) map[string]any {
	self := "http://" + host + "/api/v1/users/" + string(u.ID)
	stamp := func(ms int64) any {
		if ms == 0 {
			return nil
		}
		return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	post := func(path string) map[string]string { return map[string]string{"href": self + path, "method": "POST"} }
	return map[string]any{"id": u.ID, "status": u.Status, "created": stamp(at[0]), "activated": stamp(at[1]), "statusChanged": stamp(at[2]),
		"lastLogin": stamp(at[3]), "lastUpdated": stamp(at[4]), "passwordChanged": stamp(at[5]), "realmId": u.RealmID,
		"type": map[string]any{"id": u.TypeID}, "profile": u.Profile,
		"credentials": map[string]any{"provider": map[string]any{"type": u.Provider, "name": u.Provider}},
		"_links": map[string]any{"self": map[string]string{"href": self}, "schema": map[string]string{"href": self},
			"type": map[string]string{"href": self}, "suspend": post("/lifecycle/suspend"),
			"resetPassword": post("/lifecycle/reset_password"), "deactivate": post("/lifecycle/deactivate")}}
}

func fetch(b *testing.B, address, token string) {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "SSWS "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(string(text), "{") {
		b.Fatalf("got %d %s %v, want a user", response.StatusCode, text, err)
	}
}
