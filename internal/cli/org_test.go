package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestAnOperatorKeepsTheOrganizations(t *testing.T) {
	t.Parallel()
	data := t.TempDir() + "/data" // made with the mode that the server asks for
	run := func(want int, args ...string) string {
		t.Helper()
		var out, complaints bytes.Buffer
		if got := Main(append(args, "--data", data), &out, &complaints); got != want {
			t.Fatalf("%q: got %d, %s, want %d", args, got, complaints.String(), want)
		}
		return out.String()
	}
	run(exitOK, "org", "create", "acme", "Acme")
	run(exitOK, "org", "create", "beta", "Beta")
	run(exitFailed, "org", "create", "beta", "Beta again")
	run(exitOK, "org", "set", "beta", "--host", "beta.example", "--name", "Beta Inc")
	run(exitFailed, "org", "set", "acme", "--host", "beta.example")
	run(exitFailed, "org", "disable", "nobody")
	run(exitOK, "org", "disable", "beta")
	if list := run(exitOK, "org", "list"); !strings.Contains(list, "Acme") || !strings.Contains(list, "beta.example") || !strings.Contains(list, "disabled 20") {
		t.Errorf("the list: got %s", list)
	}
	run(exitOK, "org", "set", "beta", "--enable")
	if list := run(exitOK, "org", "list"); strings.Contains(list, "disabled") {
		t.Errorf("the list after all are in use: got %s", list)
	}
}
