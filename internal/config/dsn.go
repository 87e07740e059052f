package config

import (
	"net/url"
	"regexp"
	"strings"
)

// The shape of a PostgreSQL URL. Exactly one "@" at most, and no character that
// ends a part may stand unescaped in another: where user, password and host begin and
// end must not be a matter of opinion, or the password would be shown as a host.
var dsnShape = regexp.MustCompile(`^(postgres(?:ql)?://)(?:([^:@/?#\s]*)(?::([^:@/?#\s]*))?@)?([^@/?#\s]*)(/[^@?#\s]*)?(?:\?([^@#\s]*))?$`)

// One host with an optional port; PostgreSQL URLs may list several.
var dsnHost = regexp.MustCompile(`^(\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._~%-]*)(?::[0-9]+)?$`)

// A dsn is a PostgreSQL URL cut into its parts, still escaped.
type dsn struct {
	scheme, user, password, hosts, path string
	options                             []option
}

type option struct{ name, value string }

func parseDSN(text string) (dsn, bool) {
	m := dsnShape.FindStringSubmatch(text)
	if m == nil {
		return dsn{}, false
	}
	d := dsn{scheme: m[1], user: m[2], password: m[3], hosts: m[4], path: m[5]}
	for host := range strings.SplitSeq(d.hosts, ",") {
		if !dsnHost.MatchString(host) {
			return dsn{}, false
		}
	}
	if m[6] == "" {
		return d, true
	}
	for pair := range strings.SplitSeq(m[6], "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			return dsn{}, false
		}
		d.options = append(d.options, option{strings.ToLower(plain), value})
	}
	return d, true
}

// secret reports options that hold a password (password, sslpassword).
func (o option) secret() bool { return strings.Contains(o.name, "password") }

// option returns the last value of an option, unescaped.
func (d dsn) option(name string) string {
	value := ""
	for _, o := range d.options {
		if o.name == name {
			value, _ = url.QueryUnescape(o.value)
		}
	}
	return value
}

// hasPassword reports whether the URL holds a secret.
func (d dsn) hasPassword() bool {
	for _, o := range d.options {
		if o.secret() && o.value != "" {
			return true
		}
	}
	return d.password != ""
}

// local reports whether every host is this machine: a Unix socket or loopback.
func (d dsn) local() bool {
	hosts := d.option("host")
	if hosts == "" {
		hosts, _ = url.PathUnescape(d.hosts)
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if host == "" || strings.HasPrefix(host, "/") {
			continue
		}
		if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") && strings.Count(host, ":") == 1 || strings.Contains(host, "]:") {
			host = host[:i]
		}
		if !loopback(strings.Trim(host, "[]")) {
			return false
		}
	}
	return true
}

// hideDSN shows a PostgreSQL URL without its passwords, and nothing at all of a
// text that is not clearly one.
func hideDSN(text string) string {
	if text == "" {
		return ""
	}
	d, ok := parseDSN(text)
	if !ok {
		return hidden
	}
	out := d.scheme
	if d.user != "" || d.password != "" {
		out += d.user
		if d.password != "" {
			out += ":" + hidden
		}
		out += "@"
	}
	out += d.hosts + d.path
	for i, o := range d.options {
		value := o.value
		if o.secret() {
			value = hidden
		}
		out += string("?&"[min(i, 1)]) + o.name + "=" + value
	}
	return out
}
