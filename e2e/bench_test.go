package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkStartUp starts the server on the data of a demo with 10,000 people
// and reports the time from the start of the process to the first 200, and the
// resident memory two seconds later.
func BenchmarkStartUp(b *testing.B) {
	path, err := binary()
	if err != nil {
		b.Fatalf("build the program: %v", err)
	}
	data := filepath.Join(b.TempDir(), "data")
	makeDemoData(b, path, data)
	var started time.Duration
	var resident float64
	for b.Loop() {
		took, rss := startOnce(b, path, data)
		started, resident = started+took, resident+rss
	}
	b.ReportMetric(float64(started.Milliseconds())/float64(b.N), "ms-to-first-200")
	b.ReportMetric(resident/float64(b.N), "MB-resident")
	b.ReportMetric(0, "ns/op")
}

// makeDemoData runs the demo until it has printed its table, and stops it.
func makeDemoData(b *testing.B, path, data string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "demo", "--json", "--listen", "127.0.0.1:0", "--data", data, "--people", "10000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	one := make([]byte, 1)
	if _, err := out.Read(one); err != nil {
		b.Fatalf("wait for the demo: %v", err)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		b.Fatalf("the demo ended with: %v", err)
	}
}

func startOnce(b *testing.B, path, data string) (time.Duration, float64) {
	b.Helper()
	address := freeAddress(b)
	cmd := exec.CommandContext(b.Context(), path, "serve", "--data", data, "--listen", address, "--metrics-listen", "")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for !answers(address) {
		if time.Since(began) > time.Minute {
			b.Fatalf("the server does not answer: %s", complaints.String())
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	time.Sleep(2 * time.Second)
	rss := residentMB(b, cmd.Process.Pid)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		b.Fatalf("the server ended with: %v: %s", err, complaints.String())
	}
	return took, rss
}

func answers(address string) bool {
	answer, err := http.Get("http://" + address + "/healthz")
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

var rssLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	found := rssLine.FindSubmatch(text)
	if found == nil {
		b.Fatal("no VmRSS in /proc")
	}
	kB, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kB / 1024
}
