package web

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestAddressOfAClientBehindTrustedProxies(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	for _, row := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"nobody between", "203.0.113.9:4711", nil, "203.0.113.9"},
		{"an untrusted peer that claims to be a proxy", "203.0.113.9:4711", []string{"198.51.100.1"}, "203.0.113.9"},
		{"an untrusted peer that claims to be a trusted one", "203.0.113.9:4711", []string{"192.0.2.1"}, "203.0.113.9"},
		{"a trusted proxy", "192.0.2.1:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a trusted proxy that says nothing", "192.0.2.1:4711", nil, "192.0.2.1"},
		{"a chain of trusted ones", "192.0.2.1:4711", []string{"198.51.100.1, 192.0.2.7"}, "198.51.100.1"},
		{"a chain in several lines", "192.0.2.1:4711", []string{"198.51.100.1", "192.0.2.7", "192.0.2.8"}, "198.51.100.1"},
		{"what the client forged before the first proxy", "192.0.2.1:4711", []string{"10.0.0.1, 127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		{"a forged trusted one before the client's", "192.0.2.1:4711", []string{"192.0.2.99, 198.51.100.1"}, "198.51.100.1"},
		{"all trusted", "192.0.2.1:4711", []string{"192.0.2.3, 192.0.2.2"}, "192.0.2.3"},
		{"garbage", "192.0.2.1:4711", []string{"<script>"}, "192.0.2.1"},
		{"garbage before an address", "192.0.2.1:4711", []string{"unknown, 198.51.100.1"}, "198.51.100.1"},
		{"garbage behind an address", "192.0.2.1:4711", []string{"198.51.100.1, unknown"}, "192.0.2.1"},
		{"an address with a port is none", "192.0.2.1:4711", []string{"198.51.100.1:80"}, "192.0.2.1"},
		{"empty", "192.0.2.1:4711", []string{""}, "192.0.2.1"},
		{"blanks", "192.0.2.1:4711", []string{"  198.51.100.1  ,192.0.2.2"}, "198.51.100.1"},
		{"IPv6", "[2001:db8::1]:4711", []string{"2001:db9::7"}, "2001:db9::7"},
		{"IPv6 of an untrusted peer", "[2001:db9::1]:4711", []string{"2001:db9::7"}, "2001:db9::1"},
		{"IPv4 in IPv6 is the same proxy", "[::ffff:192.0.2.1]:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		{"IPv4 in IPv6 is the same client", "192.0.2.1:4711", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a peer without a port", "203.0.113.9", nil, "203.0.113.9"},
		{"a peer without an address", "@", []string{"198.51.100.1"}, ""},
	} {
		r := &http.Request{RemoteAddr: row.peer, Header: http.Header{"X-Forwarded-For": row.forwarded, "Forwarded": {"for=10.9.9.9"}, "X-Real-Ip": {"10.9.9.9"}}}
		if got := clientAddress(r, trusted); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
		if got := clientAddress(r, nil); row.peer == "192.0.2.1:4711" && got != "192.0.2.1" {
			t.Errorf("%s, with no proxy trusted: got %q, want 192.0.2.1", row.name, got)
		}
	}
}
