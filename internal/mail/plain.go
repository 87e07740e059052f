package mail

import (
	"regexp"
	"strings"
	"unicode"
)

// MaxText is how many code points of a name or another text that people choose
// get into a mail.
const MaxText = 80

// Plain makes a text that people choose harmless in a mail (NTF-6): one line of
// at most [MaxText] code points, without controls and invisible characters that
// turn or hide what stands next to them, and without anything that a mail
// program would turn into a link. Joiners stay: names in Persian and in the
// scripts of India need them. A harmless text comes back as it was.
func Plain(text string) string {
	return defang(shorten(oneLine(text), MaxText))
}

// oneLine drops what cannot be seen and turns all space into single spaces.
func oneLine(text string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r == '\u200c', r == '\u200d':
			return r
		case unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(visible), " ")
}

func shorten(text string, limit int) string {
	points := []rune(text)
	if len(points) <= limit {
		return text
	}
	return strings.TrimSpace(string(points[:limit-1])) + "…"
}

// dotted is an IPv4 address, the one kind of host whose labels may be single
// characters.
var dotted = regexp.MustCompile(`\d+(\.\d+){3}`)

// defang breaks up addresses the way security teams write them: example[.]com,
// https[:]//. A dot is broken where something follows it that can be the end of
// a host name, so that "J.R.R. Tolkien" and "Acme 2.0" stay as they are.
func defang(text string) string {
	text = dotted.ReplaceAllStringFunc(text, func(host string) string { return strings.ReplaceAll(host, ".", "[.]") })
	points := []rune(text)
	var out strings.Builder
	for i, r := range points {
		switch {
		case isDot(r) && i > 0 && isHost(points[i-1]) && hostRun(points[i+1:]) >= 2:
			out.WriteString("[.]")
		case r == ':' && i+1 < len(points) && points[i+1] != ' ':
			out.WriteString("[:]")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// isDot knows the signs that browsers take for the dot of a host name (UTS 46).
func isDot(r rune) bool { return strings.ContainsRune(".\u2024\u3002\uff0e\uff61", r) }

func isHost(r rune) bool {
	return r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// hostRun counts the characters from the start that a host name may have.
func hostRun(points []rune) int {
	for i, r := range points {
		if !isHost(r) {
			return i
		}
	}
	return len(points)
}
