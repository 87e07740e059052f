// Package config is the settings of `bailiwick serve`: one struct, read from the
// command line, the environment and a JSON file, judged whole by [Config.Validate]
// before anything starts, and shown without its secrets by [Config.Settings].
//
// A command that needs the settings embeds [Config] in its kong struct; nothing else
// is to be wired:
//
//	type serve struct {
//		config.Config `embed:""`
//	}
//
// Every setting has one name in three spellings: --public-url, BAILIWICK_PUBLIC_URL
// and "public-url" in the file. A flag wins over the environment, the environment
// over the file, the file over the default. A new setting is a field with its tags
// and a line in rows; a test compares the two.
package config

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Config holds the settings. One made in Go instead of by kong works as well: it
// needs Data and Listen, and every other zero value means "off" or the safe default.
type Config struct {
	File           string   `name:"config" env:"BAILIWICK_CONFIG" placeholder:"FILE" help:"Settings file (one JSON object)."`
	Data           string   `name:"data" env:"BAILIWICK_DATA" default:"bailiwick-data" placeholder:"FOLDER" help:"Folder of the embedded database and the key file (default: ${default})."`
	KeyFile        string   `name:"key-file" env:"BAILIWICK_KEY_FILE" placeholder:"FILE" help:"Master key, mode 0600 (default: master.key in the data folder)."`
	DSN            string   `json:"-" name:"dsn" env:"BAILIWICK_DSN" placeholder:"URL" help:"PostgreSQL instead of the embedded database: postgres://user:password@host/name?sslmode=verify-full."`
	Listen         string   `name:"listen" env:"BAILIWICK_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address and port to serve on (default: ${default})."`
	PublicURL      string   `name:"public-url" env:"BAILIWICK_PUBLIC_URL" placeholder:"URL" help:"Address that people type and links in mails begin with, such as https://id.example.com."`
	MetricsListen  string   `name:"metrics-listen" env:"BAILIWICK_METRICS_LISTEN" default:"127.0.0.1:8081" placeholder:"ADDRESS" help:"Loopback address of the Prometheus metrics, empty for none (default: ${default})."`
	TrustedProxies []string `name:"trusted-proxies" env:"BAILIWICK_TRUSTED_PROXIES" placeholder:"NETWORK,..." help:"Networks (CIDR) or addresses of the reverse proxies whose X-Forwarded-For is believed."`
	SMTP           SMTP     `embed:"" prefix:"smtp-"`

	origin      map[string]Source           // how each setting was given, absent for defaults
	file        *file                       // the settings file as it was read, nil without one
	environment func(string) (string, bool) // nil means the process's own
}

// SMTP says how mail leaves. Without a host mails wait in the outbox.
type SMTP struct {
	Host     string `name:"host" env:"BAILIWICK_SMTP_HOST" placeholder:"HOST" help:"Mail server; without one, mails wait."`
	Port     int    `name:"port" env:"BAILIWICK_SMTP_PORT" placeholder:"PORT" help:"Port of the mail server (default: 587 with starttls, 465 with tls, 25 with none)."`
	Username string `name:"username" env:"BAILIWICK_SMTP_USERNAME" placeholder:"NAME" help:"Account at the mail server."`
	Password string `json:"-" name:"password" env:"BAILIWICK_SMTP_PASSWORD" placeholder:"SECRET" help:"Its password; better in the environment or the file, since everybody on the machine can read a command line."`
	From     string `name:"from" env:"BAILIWICK_SMTP_FROM" placeholder:"ADDRESS" help:"Sender of all mails, such as Example Help <help@example.com>."`
	TLS      string `name:"tls" env:"BAILIWICK_SMTP_TLS" default:"starttls" placeholder:"MODE" help:"starttls, tls, or none (default: ${default})."`
}

// The values of SMTP.TLS; empty means StartTLS.
const (
	StartTLS    = "starttls" // begin in the clear, then insist on TLS
	ImplicitTLS = "tls"
	NoTLS       = "none"
)

// String shows the address alone, so that no print shows the password.
func (s SMTP) String() string { return s.Address() }

// GoString keeps %#v from showing the password.
func (s SMTP) GoString() string { return s.String() }

// Mode returns the TLS mode with its default filled in.
func (s SMTP) Mode() string {
	if s.TLS == "" {
		return StartTLS
	}
	return s.TLS
}

// Address returns host and port to dial, empty without a host.
func (s SMTP) Address() string {
	if s.Host == "" {
		return ""
	}
	return net.JoinHostPort(strings.Trim(s.Host, "[]"), strconv.Itoa(s.port()))
}

func (s SMTP) port() int {
	switch {
	case s.Port != 0:
		return s.Port
	case s.Mode() == ImplicitTLS:
		return 465
	case s.Mode() == NoTLS:
		return 25
	}
	return 587
}

// KeyPath returns where the master key lies.
func (c *Config) KeyPath() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	return filepath.Join(c.Data, "master.key")
}

// Origin returns the public URL as links begin with it: lower-case scheme and host,
// no trailing slash, no default port. Without a public URL it is http://localhost and
// the port of the listen address, which Validate allows for loopback listeners only.
// It is empty when the setting it comes from is unusable.
func (c *Config) Origin() string {
	if c.PublicURL == "" {
		_, port, err := net.SplitHostPort(c.Listen)
		if err != nil {
			return ""
		}
		return "http://localhost:" + port
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && !(scheme == "https" && port == "443") && !(scheme == "http" && port == "80") {
		host += ":" + port
	}
	return scheme + "://" + host
}

// Proxies returns the trusted networks. Entries that Validate refuses are left out.
func (c *Config) Proxies() []netip.Prefix {
	var networks []netip.Prefix
	for _, text := range c.TrustedProxies {
		if network, ok := parseNetwork(text); ok {
			networks = append(networks, network)
		}
	}
	return networks
}

// parseNetwork reads a CIDR or a single address.
func parseNetwork(text string) (netip.Prefix, bool) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	return network.Masked(), err == nil
}

// A Source says where a setting's value came from.
type Source string

// The sources, strongest first.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromFile        Source = "file"
	FromDefault     Source = "default"
)

// A Setting is one line of what `doctor` prints. Value is the effective value with
// passwords hidden; it is empty when the setting is off.
type Setting struct {
	Name   string
	Value  string
	Source Source
}

// Settings lists every setting in the order of the struct.
func (c *Config) Settings() []Setting {
	rows := c.rows()
	settings := make([]Setting, len(rows))
	for i, row := range rows {
		source := FromDefault
		if given, ok := c.origin[row.name]; ok {
			source = given
		}
		settings[i] = Setting{Name: row.name, Value: row.shown, Source: source}
	}
	return settings
}

type row struct{ name, shown string }

// rows names every setting and how it is shown.
func (c *Config) rows() []row {
	port := ""
	if c.SMTP.Host != "" {
		port = strconv.Itoa(c.SMTP.port())
	}
	return []row{
		{"config", c.File},
		{"data", c.Data},
		{"key-file", c.KeyPath()},
		{"dsn", hideDSN(c.DSN)},
		{"listen", c.Listen},
		{"public-url", hideURL(c.PublicURL, c.Origin())},
		{"metrics-listen", c.MetricsListen},
		{"trusted-proxies", strings.Join(c.TrustedProxies, ",")},
		{"smtp-host", c.SMTP.Host},
		{"smtp-port", port},
		{"smtp-username", c.SMTP.Username},
		{"smtp-password", hide(c.SMTP.Password)},
		{"smtp-from", c.SMTP.From},
		{"smtp-tls", c.SMTP.Mode()},
	}
}

const hidden = "[hidden]"

func hide(secret string) string {
	if secret == "" {
		return ""
	}
	return hidden
}

// hideURL shows what links will begin with; a URL that cannot be one is not
// repeated, since it may carry a password.
func hideURL(given, origin string) string {
	if given != "" && origin == "" {
		return hidden
	}
	return origin
}

// String lists the settings on one line each, without secrets. It and the next two
// have value receivers, so that a copy is as discreet as the original.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range c.Settings() {
		b.WriteString(s.Name + "=" + s.Value + " (" + string(s.Source) + ")\n")
	}
	return b.String()
}

// GoString keeps %#v from showing secrets.
func (c Config) GoString() string { return c.String() }

// LogValue keeps slog from showing secrets.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range c.Settings() {
		attrs = append(attrs, slog.String(s.Name, s.Value))
	}
	return slog.GroupValue(attrs...)
}
