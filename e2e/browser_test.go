package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chrome is where Chromium is. Without it a laptop skips aloud; CI fails.
func chrome(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium: CI must run the browser tests (make setup installs it)")
	}
	t.Skip("SKIPPED, NOT PASSED: there is no Chromium on this machine; install it (Debian: apt-get install chromium)")
	return ""
}

// A tab is one browser tab that collects what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context
	d   demo
}

// openBrowser starts a browser with a fresh profile and returns its tab.
func openBrowser(t *testing.T, d demo) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chrome(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := tab{t, ctx, d}
	// The browser lives as long as the context of its first step: not one with
	// a deadline.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	complaints := chromedp.Console(ctx)
	go func() {
		for m, err := range complaints {
			if err != nil {
				return
			}
			refusal := m.Source == "network" && (strings.Contains(m.Text, "status of 404") || strings.Contains(m.Text, "status of 410"))
			if (m.Type == "error" || m.IsException()) && !refusal {
				t.Errorf("the browser complains: %s (%s)", m.Text, m.URL)
			}
		}
	}()
	return b
}

// patience is how long one step in the browser may take.
const patience = 30 * time.Second

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("in the browser: %v\n%s", err, b.text())
	}
}

func (b tab) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.d.URL + path)) }

func (b tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (b tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// text is what the page says.
func (b tab) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
	return text
}

// see waits until the page says a sentence.
func (b tab) see(sentence string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(b.text(), sentence) {
			return
		}
	}
	b.t.Fatalf("the page never said %q; it says:\n%s", sentence, b.text())
}

// withoutScript switches JavaScript off in the tab.
func (b tab) withoutScript() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// artefacts is where pictures are kept, outside of the repository's history.
func artefacts(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BAILIWICK_ARTEFACTS")
	if dir == "" {
		dir = "artefacts"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// settle is how long the page's transitions may take.
const settle = 400 * time.Millisecond

// picture takes the page in light and dark, wide and narrow, and fails when
// anything of it lies beside the screen.
func (b tab) picture(name string) {
	b.t.Helper()
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1440, 390} {
			b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
				return err
			}), chromedp.EmulateViewport(width, 900), chromedp.Sleep(settle))
			b.shoot(fmt.Sprintf("%s-%d-%s.png", name, width, theme), width)
		}
	}
	b.do(chromedp.EmulateViewport(1440, 900))
}

func (b tab) shoot(name string, width int64) {
	b.t.Helper()
	size := b.measure()
	if size.Width > width {
		b.t.Errorf("%s is %d wide on a screen of %d", name, size.Width, width)
	}
	b.do(chromedp.EmulateViewport(width, max(900, size.Height)), chromedp.Sleep(settle))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatalf("picture %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(artefacts(b.t), name), image, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

type size struct{ Width, Height int64 }

// measure is how large the whole page is.
func (b tab) measure() size {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[size](
		"({Width: document.scrollingElement.scrollWidth, Height: document.scrollingElement.scrollHeight})"))
	if err != nil {
		b.t.Fatalf("measure the page: %v", err)
	}
	return found
}
