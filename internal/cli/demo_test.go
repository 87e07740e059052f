package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runDemo starts the demo and returns its table; the demo stops with the test.
func runDemo(t *testing.T, c demoCommand) demoTable {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := c.Run(ctx, terminal{out: in, err: io.Discard})
		_ = in.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the demo ended with: %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Error("the demo did not stop")
		}
	})
	var table demoTable
	if err := json.NewDecoder(out).Decode(&table); err != nil {
		t.Fatalf("read the table: %v", err)
	}
	return table
}

func TestTheDemoPrintsWhatLetsOneIn(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	table := runDemo(t, demoCommand{Listen: "127.0.0.1:0", Data: folder, People: 60, Seed: 1, JSON: true})
	if table.People != 60 || !strings.HasPrefix(table.URL, "http://localhost:") || len(table.SignIn) < 15 {
		t.Errorf("got %d people at %s and %d accounts", table.People, table.URL, len(table.SignIn))
	}
	seen := map[string]int{}
	for _, token := range []string{table.Tokens.SuperAdmin, table.Tokens.HelpDeskAdmin} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", table.URL+"/api/v1/users?limit=200", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "SSWS "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var people []struct{ ID string }
		if err := json.NewDecoder(answer.Body).Decode(&people); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("got status %d: %v", answer.StatusCode, err)
		}
		seen[token] = len(people)
	}
	if all, few := seen[table.Tokens.SuperAdmin], seen[table.Tokens.HelpDeskAdmin]; few == 0 || few >= all {
		t.Errorf("the super administrator sees %d people, the help desk %d", all, few)
	}
	answer, err := http.Get(table.Mailbox)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("No mail yet")) {
		t.Errorf("the mailbox: got status %d: %s", answer.StatusCode, body)
	}
}

func TestTheDemoFillsOnlyAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	c := demoCommand{Listen: "127.0.0.1:0", Data: folder, People: 20, JSON: true}
	t.Run("first", func(t *testing.T) { runDemo(t, c) })
	if _, err := os.Stat(filepath.Join(folder, databaseName)); err != nil {
		t.Errorf("the data did not stay: %v", err)
	}
	err := c.Run(t.Context(), terminal{out: io.Discard, err: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "in use already") || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("a second demo in the folder: got %v", err)
	}
}

func TestTheDemoTakesItsDataAlong(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Run("demo", func(t *testing.T) {
		runDemo(t, demoCommand{Listen: "127.0.0.1:0", People: 20, JSON: true})
		if left, _ := filepath.Glob(filepath.Join(folder, "bailiwick-demo-*")); len(left) != 1 {
			t.Errorf("while it runs: got folders %v, want one", left)
		}
	})
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 0 {
		t.Errorf("after it stopped: got %v, want nothing", left)
	}
}

func TestTheDemoRefusesBeforeItLoads(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // after the parallel rows
	for name, c := range map[string]struct {
		demo demoCommand
		want string
	}{
		"an address that others reach": {demoCommand{Listen: "0.0.0.0:8080"}, "loopback"},
		"all addresses":                {demoCommand{Listen: ":8080"}, "loopback"},
		"a port that is taken":         {demoCommand{Listen: taken.Addr().String()}, "hint: choose another port"},
		"no port":                      {demoCommand{Listen: "127.0.0.1"}, "address:port"},
		"too many people":              {demoCommand{Listen: "127.0.0.1:0", People: maxDemoPeople + 1}, "people"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.demo.Run(t.Context(), terminal{out: io.Discard, err: io.Discard})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestTheTableIsForReading(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	table := demoTable{URL: "http://localhost:8080", Mailbox: "http://localhost:8080/demo/mailbox", People: 10_000,
		SignIn: []demoAccount{{Role: "End user", UserName: "bo.li@halvard.example", Password: "rotal-fizud"}}}
	if err := table.write(&out, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"http://localhost:8080/console\n", "10,000 in Halvard Group", "bo.li@halvard.example   rotal-fizud", "the data go with it"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}
