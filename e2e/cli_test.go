package e2e

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bailiwick-iam/bailiwick/internal/cli"
)

// The test binary is the program too, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"bailiwick": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// Scripts have two free addresses, $LISTEN and $OTHER, and the commands
//
//	answers URL STATUS
//	terminate
//
// The first waits until the URL answers with the status; the second sends
// SIGTERM, which kill does not know, to all programs in the background.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{"LISTEN", "OTHER"} {
				address, err := unusedAddress()
				if err != nil {
					return err
				}
				e.Setenv(name, address)
			}
			return os.Chmod(e.WorkDir, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"answers": awaitAnswer, "terminate": terminate},
	})
}

// unusedAddress is free when it returns; nothing keeps it so.
func unusedAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func awaitAnswer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answers URL STATUS")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	direct := &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var last string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		answer, err := direct.Get(args[0])
		if err != nil {
			last = err.Error()
			continue
		}
		ts.Check(answer.Body.Close())
		if answer.StatusCode == want {
			return
		}
		last = answer.Status
	}
	ts.Fatalf("%s: got %s, want status %d", args[0], last, want)
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: terminate")
	}
	for _, program := range ts.BackgroundCmds() {
		ts.Check(program.Process.Signal(syscall.SIGTERM))
	}
}
