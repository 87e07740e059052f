// Package e2e tests the whole program from outside: its commands, its pages in
// a real browser, and (in the module below sdk) the vendor's SDKs against it.
package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "bailiwick-e2e")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bailiwick")
	cmd := exec.Command("go", "build", "-o", path, "../cmd/bailiwick")
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
})

// A demo is a running demo server and what it printed.
type demo struct {
	URL    string
	People int
	Tokens struct{ SuperAdmin, HelpDeskAdmin string }
	SignIn []struct{ Role, UserName, Password string }
}

// startDemo runs the demo with a few hundred people until the test ends.
func startDemo(t *testing.T, flags ...string) demo {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	cmd := exec.Command(path, append([]string{"demo", "--json", "--listen", "127.0.0.1:0", "--people", "400", "--seed", "7"}, flags...)...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the demo: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	})
	var d demo
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&d); err != nil {
		t.Fatalf("read what the demo prints: %v", err)
	}
	return d
}

// account finds the printed account whose role begins so.
func (d demo) account(t *testing.T, role string) (login, password string) {
	t.Helper()
	for _, row := range d.SignIn {
		if strings.HasPrefix(strings.ToLower(row.Role), strings.ToLower(role)) {
			return row.UserName, row.Password
		}
	}
	t.Fatalf("the demo printed no account for %q: %+v", role, d.SignIn)
	return "", ""
}

// awaitMail waits for the newest mail to somebody and returns its text page.
func (d demo) awaitMail(t *testing.T, to string) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		list := d.get(t, "/demo/mailbox?to="+to)
		_, after, found := strings.Cut(list, `<th scope="row"><a href="`)
		if !found {
			continue
		}
		path, _, _ := strings.Cut(after, `"`)
		return d.get(t, path)
	}
	t.Fatalf("no mail to %s came within 20 seconds", to)
	return ""
}

func (d demo) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(d.URL + path)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	defer answer.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(answer.Body).WriteTo(&b); err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("get %s: got status %d, want 200: %s", path, answer.StatusCode, b.String())
	}
	return b.String()
}
