package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// awayPaths are return addresses that lead a browser somewhere else, or would
// on some browser. Each is also tried with a host, a port, credentials and a
// path behind it.
var awayPaths = []string{
	"//evil.example", "///evil.example", "////evil.example", "https://evil.example", "HTTPS://evil.example", "http:evil.example", "https:/evil.example",
	"https:///evil.example", "ftp://evil.example", "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b",
	`\\evil.example`, `\/evil.example`, `/\evil.example`, `/\/evil.example`, `/\\evil.example`, `\evil.example`, `/path\evil`, `//\evil.example`,
	"/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example", "\n//evil.example", "\x00//evil.example", "/\x00/evil.example",
	"/\x0b/evil.example", "/\x7f/evil.example", "\ufeff//evil.example", "\u00a0//evil.example", "\u2028//evil.example",
	"evil.example", "evil.example/", "./evil", "../evil", "?from=//evil.example", "#x", "@evil.example", ":80", "user@evil.example", "a:b", ".", "..", "~",
	"//evil.example:80", "//user@evil.example", "//user:password@evil.example", "//[::1]", "//1.2.3.4", "//2130706433", "//evil%2Eexample", "//%65vil.example",
	"http://id.example.com@evil.example", "https://id.example.com.evil.example", "//id.example.com", "//id.example.com:443\\@evil.example",
	"%2F%2Fevil.example", "%2f/evil.example", "https%3A//evil.example", "\\%2fevil.example", "", "/%zz", "/%", "/\r\nSet-Cookie: a=b", "/a\r\nb", "/\u0085/\tx",
}

func TestAReturnAddressLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, path := range awayPaths {
		for _, behind := range []string{"", "/", "/console", "?a=b", "#c", ":443/", "@id.example.com/", "%2F..", "/../..", "\t"} {
			tried++
			got := web.LocalPath(path+behind, "/otherwise")
			if got == "/otherwise" {
				continue
			}
			if lead := leadsTo(got); lead != "id.example.com" {
				t.Errorf("%q: got %q, which leads to %q, want /otherwise", path+behind, got, lead)
			}
		}
		if got := web.LocalPath(path, "/otherwise"); got != "/otherwise" {
			t.Errorf("%q: got %q, want /otherwise", path, got)
		}
	}
	if tried < 500 {
		t.Errorf("got %d payloads, want 500 at least", tried)
	}
	for _, path := range []string{"/", "/console", "/t/acme/console/users?q=a&x=%2F%2Fevil.example", "/account#top", "/a%2Fb", "/a:b", "/?from=https://evil.example", "/ä"} {
		if got := web.LocalPath(path, "/otherwise"); got != path {
			t.Errorf("%q: got %q, want it as it is", path, got)
		}
	}
}

// leadsTo is the host at which a browser ends that follows the address from a
// page of id.example.com: it drops tabs and line breaks, takes backslashes for
// slashes, and any number of slashes before a host for two (WHATWG URL).
func leadsTo(address string) string {
	text := strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(text)
	if strings.HasPrefix(text, "//") {
		text = "https://" + strings.TrimLeft(text, "/")
	}
	u, err := url.Parse(text)
	if err != nil {
		return "an error"
	}
	base := &url.URL{Scheme: "https", Host: "id.example.com", Path: "/signin"}
	return base.ResolveReference(u).Host
}

func FuzzReturnAddress(f *testing.F) {
	for _, path := range awayPaths {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := web.LocalPath(path, "/otherwise")
		if got != "/otherwise" && got != path {
			t.Errorf("%q: got %q, want it as it is or the other", path, got)
		}
		if lead := leadsTo(got); lead != "id.example.com" {
			t.Errorf("%q leads to %q", got, lead)
		}
	})
}
