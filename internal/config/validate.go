package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// A Problem is one reason not to start. Reason is one line and holds no secret.
type Problem struct {
	Setting string
	Reason  string
}

func (p Problem) String() string { return p.Setting + ": " + p.Reason }

// Validate judges the settings as a whole and returns every problem, in the order
// of the struct; none means that the server may start. It refuses what is malformed
// and what is unsafe (OPS-10). It looks at the modes of the key file and the settings
// file and changes nothing.
func (c *Config) Validate() []Problem {
	var found problems
	c.checkFiles(&found)
	c.checkDSN(&found)
	c.checkAddresses(&found)
	c.checkPublicURL(&found)
	c.checkProxies(&found)
	c.SMTP.check(&found)
	return found
}

type problems []Problem

func (p *problems) add(setting, format string, args ...any) {
	*p = append(*p, Problem{setting, fmt.Sprintf(format, args...)})
}

func (c *Config) checkFiles(found *problems) {
	if c.file != nil && c.file.mode&0o077 != 0 && c.file.secret() {
		found.add("config", "%q holds a password and has mode %04o; set it to 0600", c.file.path, c.file.mode)
	}
	if c.Data == "" {
		found.add("data", "must name a folder")
	} else if info, err := os.Stat(c.Data); err == nil && !info.IsDir() {
		found.add("data", "%q is not a folder", c.Data)
	}
	info, err := os.Stat(c.KeyPath())
	switch {
	case errors.Is(err, fs.ErrNotExist): // made at the first start
	case err != nil:
		found.add("key-file", "%q cannot be inspected", c.KeyPath())
	case !info.Mode().IsRegular():
		found.add("key-file", "%q is not a regular file", c.KeyPath())
	case info.Mode().Perm()&0o077 != 0:
		found.add("key-file", "%q has mode %04o, others may read it; set it to 0600", c.KeyPath(), info.Mode().Perm())
	}
}

// secret reports whether the file holds a password.
func (f *file) secret() bool {
	if text, _ := f.values["smtp-password"].(string); text != "" {
		return true
	}
	text, _ := f.values["dsn"].(string)
	d, ok := parseDSN(text)
	return text != "" && (!ok || d.hasPassword())
}

func (c *Config) checkDSN(found *problems) {
	if c.DSN == "" {
		return
	}
	d, ok := parseDSN(c.DSN)
	if !ok {
		found.add("dsn", "must be a URL like postgres://user:password@host:5432/name with @ : / ? # in user and password written as %%40 %%3A %%2F %%3F %%23")
		return
	}
	switch mode := d.option("sslmode"); {
	case d.local(), mode == "verify-full", mode == "verify-ca":
	case mode == "":
		found.add("dsn", "must say sslmode=verify-full, since the database is on another machine")
	default:
		found.add("dsn", "sslmode=%q does not check the server's certificate; use verify-full, or verify-ca", mode)
	}
}

func (c *Config) checkAddresses(found *problems) {
	if err := checkAddress(c.Listen); err != nil {
		found.add("listen", "%v", err)
	}
	if c.MetricsListen == "" {
		return
	}
	if err := checkAddress(c.MetricsListen); err != nil {
		found.add("metrics-listen", "%v", err)
		return
	}
	host, port, _ := net.SplitHostPort(c.MetricsListen)
	if !loopback(host) {
		found.add("metrics-listen", "must be a loopback address such as 127.0.0.1:8081: metrics are served without sign-in")
	}
	if _, other, _ := net.SplitHostPort(c.Listen); port == other && port != "0" {
		found.add("metrics-listen", "must use another port than listen")
	}
}

// checkAddress judges host:port, where the host may be empty or an address.
func checkAddress(text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("must be address:port, such as 127.0.0.1:8080 or :8080")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return errors.New("the port must be a number from 0 to 65535")
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		return errors.New("must begin with an IP address, localhost, or nothing for all addresses")
	}
	return nil
}

func (c *Config) checkPublicURL(found *problems) {
	if c.PublicURL == "" {
		if host, _, err := net.SplitHostPort(c.Listen); err == nil && !loopback(host) {
			found.add("public-url", "must be set when other machines are served: links in mails begin with it")
		}
		return
	}
	u, err := url.Parse(c.PublicURL)
	// url.Parse lets through hosts that a browser would read otherwise.
	if err != nil || u.Opaque != "" || !hostName(u.Hostname()) || strings.HasSuffix(u.Host, ":") {
		found.add("public-url", "must be a URL such as https://id.example.com")
		return
	}
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme == "https":
	case scheme == "http" && loopback(u.Hostname()):
	case scheme == "http":
		found.add("public-url", "must begin with https:// except for localhost: sign-in over http can be read and changed on the way")
	default:
		found.add("public-url", "must begin with https://")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			found.add("public-url", "the port must be a number from 1 to 65535")
		}
	}
	if u.User != nil {
		found.add("public-url", "must not hold a user name or password")
	}
	if u.Path != "" && u.Path != "/" {
		found.add("public-url", "must not have a path")
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(c.PublicURL, "#") {
		found.add("public-url", "must not have a query or fragment")
	}
}

// hostName accepts DNS names and IP addresses.
func hostName(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Zone() == ""
	}
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label {
			return false
		}
		for _, c := range []byte(label) {
			if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-') {
				return false
			}
		}
	}
	return true
}

// loopback reports whether a host can only be this machine.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func (c *Config) checkProxies(found *problems) {
	for _, text := range c.TrustedProxies {
		network, ok := parseNetwork(text)
		switch {
		case !ok:
			found.add("trusted-proxies", "%q is not a network such as 10.0.0.0/8", text)
		case network.Bits() == 0:
			found.add("trusted-proxies", "%q trusts everybody: anyone could then claim any address", text)
		}
	}
}

func (s SMTP) check(found *problems) {
	switch s.Mode() {
	case StartTLS, ImplicitTLS, NoTLS:
	default:
		found.add("smtp-tls", "must be %s, %s or %s", StartTLS, ImplicitTLS, NoTLS)
	}
	if s.Host == "" {
		if s.Username != "" || s.Password != "" || s.From != "" || s.Port != 0 {
			found.add("smtp-host", "must be set when other smtp settings are")
		}
		return
	}
	host := strings.Trim(s.Host, "[]")
	if !hostName(host) {
		found.add("smtp-host", "must be a host name or an address, without a port")
	}
	if s.Port < 0 || s.Port > 65535 {
		found.add("smtp-port", "must be a number from 1 to 65535")
	}
	if s.Username != "" && s.Password == "" {
		found.add("smtp-password", "must be set when smtp-username is")
	}
	if s.Username == "" && s.Password != "" {
		found.add("smtp-username", "must be set when smtp-password is")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		found.add("smtp-from", "must be a mail address such as Example Help <help@example.com>")
	}
	if s.Mode() == NoTLS && (s.Username != "" || s.Password != "") && !loopback(host) {
		found.add("smtp-tls", "must not be none: the mail account's password would cross the network unencrypted")
	}
}
