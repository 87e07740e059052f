package mail_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"pgregory.net/rapid"
)

func TestPlainLeavesNamesAloneAndBreaksAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Tuğba Yıldırım":                  "Tuğba Yıldırım",
		"J.R.R. Tolkien":                  "J.R.R. Tolkien",
		"Acme 2.0":                        "Acme 2.0",
		"عبد الرحمن الفاسي":               "عبد الرحمن الفاسي",
		"می\u200cخواهم":                   "می\u200cخواهم",
		"O’Neil, Jr.":                     "O’Neil, Jr.",
		"Bailiwick: demo":                 "Bailiwick: demo",
		"evil.example":                    "evil[.]example",
		"www.evil.example/x":              "www[.]evil[.]example/x",
		"https://evil.example":            "https[:]//evil[.]example",
		"mailto:a@evil.io":                "mailto[:]a@evil[.]io",
		"evil。example":                    "evil[.]example",
		"10.0.0.1":                        "10[.]0[.]0[.]1",
		"ev\u00adil\u200b.exam\u2060ple":  "evil[.]example",
		"a\r\nBcc: x":                     "a Bcc: x",
		"\u202egnp.exe":                   "gnp[.]exe",
		" two \t spaces \u2028 and lines": "two spaces and lines",
		"cut\xff":                         "cut",
		strings.Repeat("ß", 81):           strings.Repeat("ß", 79) + "…",
		strings.Repeat("ß", 80):           strings.Repeat("ß", 80),
	} {
		if got := mail.Plain(text); got != want {
			t.Errorf("Plain(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestPlainIsSafeForAnyText(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{"a", "ex", ".", "．", ":", "/", "@", " ", "\u202e", "\u200b", "\u2028", "\r\n", "\x00", "com", "1", "[", "Ω", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(pieces).Draw(t, "pieces"), "")
		got := mail.Plain(text)
		if strings.ContainsAny(got, "\r\n\x00\u202e\u200b\u2028") || !utf8.ValidString(got) {
			t.Fatalf("Plain(%q) = %q", text, got)
		}
		if strings.Contains(got, "ex.com") || strings.Contains(got, "ex．com") || strings.Contains(got, "://") {
			t.Fatalf("Plain(%q) = %q holds an address", text, got)
		}
	})
}
