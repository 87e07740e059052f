package sdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// demoPeople is how many people the demo organization has. It is small, so
// that a test can walk all of them, and above one page of 200.
const demoPeople = 300

// A demo is one running "bailiwick demo" and what it printed.
type demo struct {
	URL    string `json:"url"`
	People int    `json:"people"`
	Tokens struct {
		SuperAdmin    string `json:"superAdmin"`
		HelpDeskAdmin string `json:"helpDeskAdmin"`
	} `json:"tokens"`
	SignIn []struct {
		Type     string `json:"type"` // the role type; empty for an end user
		UserName string `json:"userName"`
		Password string `json:"password"`
	} `json:"signIn"`

	engine string // names the subtests
	cmd    *exec.Cmd
	log    *os.File // what the process wrote to stderr
	drop   func() error
}

// engines starts a demo on each database engine this run has.
var engines = map[string]func() (*demo, error){}

// build compiles the program under test into dir.
func build(dir string) (string, error) {
	binary := filepath.Join(dir, "bailiwick")
	cmd := exec.Command("go", "build", "-o", binary, "./cmd/bailiwick")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build bailiwick: %w\n%s", err, out)
	}
	return binary, nil
}

// start runs the demo and waits until it has printed its table. The process is
// ready for requests then.
func start(binary, dir, engine string, args ...string) (*demo, error) {
	log, err := os.CreateTemp(dir, engine+"-*.log")
	if err != nil {
		return nil, err
	}
	args = append([]string{
		"demo", "--json", "--listen", "127.0.0.1:0", "--people", fmt.Sprint(demoPeople), "--seed", "1",
	}, args...)
	d := &demo{engine: engine, cmd: exec.Command(binary, args...), log: log}
	d.cmd.Stderr = log
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	read := make(chan error, 1)
	go func() {
		read <- json.NewDecoder(out).Decode(d)
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case err = <-read:
	case <-time.After(3 * time.Minute):
		err = errors.New("nothing printed in three minutes")
	}
	if err == nil && (d.URL == "" || d.Tokens.SuperAdmin == "" || d.Tokens.HelpDeskAdmin == "") {
		err = errors.New("the table lacks the address or a token")
	}
	if err != nil {
		_ = d.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("read the demo's table: %w\n%s", err, said)
	}
	return d, nil
}

// stop ends the process, gently first, and drops its database.
func (d *demo) stop() error {
	gone := make(chan error, 1)
	go func() { gone <- d.cmd.Wait() }()
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	var err error
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		_ = d.cmd.Process.Kill()
		<-gone
		err = errors.New("the demo did not stop within 20 seconds of SIGTERM")
	}
	_ = d.log.Close()
	if d.drop != nil {
		err = errors.Join(err, d.drop())
	}
	return err
}

var databases atomic.Int32

// startPostgres runs the demo on a database of its own in the given server.
func startPostgres(binary, dir, server string) (*demo, error) {
	name := fmt.Sprintf("bailiwick_sdk_%d_%d", os.Getpid(), databases.Add(1))
	address, err := url.Parse(server)
	if err != nil || !strings.HasPrefix(address.Scheme, "postgres") {
		return nil, errors.New("BAILIWICK_TEST_DSN must be a postgres:// address")
	}
	if err := psql(server, "CREATE DATABASE "+name); err != nil {
		return nil, err
	}
	drop := func() error { return psql(server, "DROP DATABASE "+name+" WITH (FORCE)") }
	address.Path = "/" + name
	d, err := start(binary, dir, "postgres", "--dsn", address.String())
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	d.drop = drop
	return d, nil
}

func psql(server, statement string) error {
	out, err := exec.Command("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", server, "--command", statement).CombinedOutput()
	if err != nil {
		return fmt.Errorf("psql: %s: %w\n%s", statement, err, bytes.TrimSpace(out))
	}
	return nil
}
