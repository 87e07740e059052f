package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// good is a configuration without a problem, to be spoiled in one place.
func good() Config {
	return Config{
		Data: "does-not-exist-yet", Listen: "0.0.0.0:8080", MetricsListen: "127.0.0.1:8081", PublicURL: "https://id.example.com",
		DSN:  "postgres://bw:pw@db.example/bw?sslmode=verify-full",
		SMTP: SMTP{Host: "mail.example", Username: "bw", Password: "pw", From: "Help <help@example.com>", TLS: StartTLS},
	}
}

func TestValidateAcceptsAndRefusesOneSetting(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	plainFile := filepath.Join(folder, "file")
	open := filepath.Join(folder, "open.key")
	closed := filepath.Join(folder, "closed.key")
	for path, mode := range map[string]os.FileMode{plainFile: 0o600, open: 0o644, closed: 0o600} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	public := func(s string) func(*Config) { return func(c *Config) { c.PublicURL = s } }
	dsn := func(s string) func(*Config) { return func(c *Config) { c.DSN = s } }
	listen := func(s string) func(*Config) { return func(c *Config) { c.Listen = s } }
	metrics := func(s string) func(*Config) { return func(c *Config) { c.MetricsListen = s } }
	proxies := func(s ...string) func(*Config) { return func(c *Config) { c.TrustedProxies = s } }
	for _, tt := range []struct {
		name    string
		spoil   func(*Config)
		setting string // of the one problem; empty when there is none
		reason  string
	}{
		{"nothing", func(*Config) {}, "", ""},
		{"embedded database", dsn(""), "", ""},
		{"no data folder", func(c *Config) { c.Data = "" }, "data", "folder"},
		{"data folder is a file", func(c *Config) { c.Data = plainFile; c.KeyFile = closed }, "data", "not a folder"},
		{"key file readable by others", func(c *Config) { c.KeyFile = open }, "key-file", "0644"},
		{"key file of mode 0600", func(c *Config) { c.KeyFile = closed }, "", ""},
		{"key file is a folder", func(c *Config) { c.KeyFile = folder }, "key-file", "regular"},

		{"database on a socket", dsn("postgres:///bw?host=/run/postgresql"), "", ""},
		{"database on loopback", dsn("postgres://bw:pw@127.0.0.1:5432/bw"), "", ""},
		{"database on localhost without TLS", dsn("postgres://localhost,[::1]:5433/bw?sslmode=disable"), "", ""},
		{"remote database with its own authority", dsn("postgres://db.example/bw?sslmode=verify-ca&sslrootcert=/ca.pem"), "", ""},
		{"remote database without sslmode", dsn("postgres://db.example/bw"), "dsn", "verify-full"},
		{"remote database in the clear", dsn("postgres://db.example/bw?sslmode=disable"), "dsn", "certificate"},
		{"remote database unchecked", dsn("postgres://db.example/bw?sslmode=require"), "dsn", "certificate"},
		{"one of two databases remote", dsn("postgres://localhost,db.example/bw"), "dsn", "verify-full"},
		{"remote host behind an option", dsn("postgres://localhost/bw?host=db.example"), "dsn", "verify-full"},
		{"name that begins like localhost", dsn("postgres://localhost.example/bw"), "dsn", "verify-full"},
		{"key-value form", dsn("host=db user=bw"), "dsn", "URL"},
		{"another database", dsn("mysql://db/bw"), "dsn", "URL"},
		{"at sign in the password", dsn("postgres://bw:p@w@db.example/bw?sslmode=verify-full"), "dsn", "%40"},

		{"loopback listener", listen("127.0.0.1:0"), "", ""},
		{"all addresses", listen(":8080"), "", ""},
		{"no port", listen("127.0.0.1"), "listen", "address:port"},
		{"named port", listen("127.0.0.1:http"), "listen", "number"},
		{"port too high", listen("127.0.0.1:65536"), "listen", "number"},
		{"signed port", listen("127.0.0.1:+80"), "listen", "number"},
		{"host name", listen("id.example.com:80"), "listen", "IP address"},

		{"no metrics", metrics(""), "", ""},
		{"metrics on IPv6 loopback", metrics("[::1]:9"), "", ""},
		{"metrics on localhost", metrics("localhost:9"), "", ""},
		{"metrics on all addresses", metrics(":9"), "metrics-listen", "loopback"},
		{"metrics on a network address", metrics("10.0.0.1:9"), "metrics-listen", "loopback"},
		{"metrics without port", metrics("127.0.0.1"), "metrics-listen", "address:port"},
		{"metrics on the port of the server", metrics("127.0.0.1:8080"), "metrics-listen", "another port"},

		{"no public URL on loopback", func(c *Config) { c.PublicURL, c.Listen = "", "localhost:80" }, "", ""},
		{"no public URL for others", public(""), "public-url", "must be set"},
		{"http on loopback", public("http://localhost:8080"), "", ""},
		{"http on a loopback address", public("http://127.0.0.9"), "", ""},
		{"trailing slash", public("https://id.example.com/"), "", ""},
		{"public address with port", public("https://[2001:db8::1]:8443"), "", ""},
		{"http", public("http://id.example.com"), "public-url", "https://"},
		{"http on a name that begins like localhost", public("http://localhost.example.com"), "public-url", "https://"},
		{"other scheme", public("ftp://id.example.com"), "public-url", "https://"},
		{"no scheme", public("id.example.com"), "public-url", "URL such as"},
		{"no host", public("https://"), "public-url", "URL such as"},
		{"path", public("https://id.example.com/sso"), "public-url", "path"},
		{"query", public("https://id.example.com?x=1"), "public-url", "query"},
		{"empty query", public("https://id.example.com?"), "public-url", "query"},
		{"fragment", public("https://id.example.com#x"), "public-url", "fragment"},
		{"empty fragment", public("https://id.example.com#"), "public-url", "fragment"},
		{"user", public("https://a:pw@id.example.com"), "public-url", "user name"},
		{"wrong port", public("https://id.example.com:99999"), "public-url", "port"},
		{"empty port", public("https://id.example.com:"), "public-url", "URL such as"},
		{"backslash", public(`https://evil.example\.id.example.com`), "public-url", "URL such as"},
		{"blank in the host", public("https://id example.com"), "public-url", "URL such as"},
		{"line break", public("https://id.example.com\n"), "public-url", "URL such as"},

		{"proxies", proxies("10.0.0.0/8", "192.0.2.1", "2001:db8::/32", " ::1 "), "", ""},
		{"proxy by name", proxies("proxy.example"), "trusted-proxies", "proxy.example"},
		{"proxy with a wrong mask", proxies("10.0.0.0/33"), "trusted-proxies", "10.0.0.0/33"},
		{"everybody", proxies("0.0.0.0/0"), "trusted-proxies", "everybody"},
		{"everybody on IPv6", proxies("::/0"), "trusted-proxies", "everybody"},

		{"no mail", func(c *Config) { c.SMTP = SMTP{TLS: StartTLS} }, "", ""},
		{"mail without account", func(c *Config) { c.SMTP.Username, c.SMTP.Password = "", "" }, "", ""},
		{"mail in the clear on this machine", func(c *Config) { c.SMTP.Host, c.SMTP.TLS = "127.0.0.1", NoTLS }, "", ""},
		{"mail in the clear without account", func(c *Config) { c.SMTP.Username, c.SMTP.Password, c.SMTP.TLS = "", "", NoTLS }, "", ""},
		{"mail password in the clear", func(c *Config) { c.SMTP.TLS = NoTLS }, "smtp-tls", "unencrypted"},
		{"unknown mode", func(c *Config) { c.SMTP.TLS = "ssl" }, "smtp-tls", "starttls"},
		{"settings without host", func(c *Config) { c.SMTP.Host = "" }, "smtp-host", "must be set"},
		{"host with port", func(c *Config) { c.SMTP.Host = "mail.example:25" }, "smtp-host", "without a port"},
		{"port too high", func(c *Config) { c.SMTP.Port = 70000 }, "smtp-port", "65535"},
		{"negative port", func(c *Config) { c.SMTP.Port = -1 }, "smtp-port", "65535"},
		{"name without password", func(c *Config) { c.SMTP.Password = "" }, "smtp-password", "must be set"},
		{"password without name", func(c *Config) { c.SMTP.Username = "" }, "smtp-username", "must be set"},
		{"no sender", func(c *Config) { c.SMTP.From = "" }, "smtp-from", "mail address"},
		{"sender with a line break", func(c *Config) { c.SMTP.From = "a@example.com\r\nBcc: b@example.com" }, "smtp-from", "mail address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := good()
			tt.spoil(&c)
			found := c.Validate()
			if tt.setting == "" {
				if len(found) != 0 {
					t.Errorf("got %v, want no problem", found)
				}
				return
			}
			if len(found) != 1 || found[0].Setting != tt.setting || !strings.Contains(found[0].Reason, tt.reason) {
				t.Fatalf("got %v, want one of %s about %q", found, tt.setting, tt.reason)
			}
			if line := found[0].String(); strings.Contains(line, "\n") || strings.Contains(line, ":pw@") {
				t.Errorf("got %q, want one line without secrets", line)
			}
		})
	}
}

func TestValidateReturnsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	c := Config{Listen: ":x", MetricsListen: ":9", PublicURL: "http://id.example.com/x", DSN: "x", TrustedProxies: []string{"x", "::/0"}, SMTP: SMTP{Host: "mail.example", Username: "bw", TLS: NoTLS}}
	var got []string
	for _, p := range c.Validate() {
		got = append(got, p.Setting)
	}
	want := "data dsn listen metrics-listen public-url public-url trusted-proxies trusted-proxies smtp-password smtp-from smtp-tls"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSettingsFileWithPasswordMustBePrivate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		refused    bool
	}{
		{"mail password readable by others", `{"smtp-password": "pw"}`, 0o644, true},
		{"mail password readable by the group", `{"smtp-password": "pw"}`, 0o640, true},
		{"mail password for the owner", `{"smtp-password": "pw"}`, 0o600, false},
		{"database password readable by others", `{"dsn": "postgres://bw:pw@localhost/bw"}`, 0o644, true},
		{"database password as an option", `{"dsn": "postgres://localhost/bw?password=pw"}`, 0o644, true},
		{"database text that is not a URL", `{"dsn": "password=pw"}`, 0o644, true},
		{"database without password", `{"dsn": "postgres://bw@localhost/bw"}`, 0o644, false},
		{"no secrets", `{"listen": ":1"}`, 0o644, false},
		{"empty secrets", `{"smtp-password": "", "dsn": ""}`, 0o644, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := settingsFile(t, tt.text)
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			refused := false
			for _, p := range mustParse(t, nil, "--config", path).Validate() {
				refused = refused || p.Setting == "config"
			}
			if refused != tt.refused {
				t.Errorf("got refused %v, want %v", refused, tt.refused)
			}
		})
	}
}

// Whatever is set, Validate answers, each problem is one line about a known setting,
// and an accepted public URL has an origin that is https or loopback.
func TestValidateAnswersForAnySettings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, samples ...string) string {
			return rapid.OneOf(rapid.SampledFrom(samples), rapid.String()).Draw(t, name)
		}
		c := Config{
			Data: draw("data", "d"), Listen: draw("listen", ":1", "127.0.0.1:1"), MetricsListen: draw("metrics", "", "[::1]:2"),
			PublicURL: draw("public", "https://a.b", "http://localhost", "http://a.b", "https://a.b/?#"),
			DSN:       draw("dsn", "", "postgres://a:b@c/d"), TrustedProxies: []string{draw("proxy", "::1")},
			SMTP: SMTP{Host: draw("host", "", "a.b"), Port: rapid.Int().Draw(t, "port"), From: draw("from", "a@b.c"), TLS: draw("tls", "", "none")},
		}
		names := strings.Join(c.names(), " ")
		publicOK := true
		for _, p := range c.Validate() {
			if !strings.Contains(names, p.Setting) || strings.ContainsAny(p.String(), "\r\n") {
				t.Fatalf("got %q, want one line about one of %s", p, names)
			}
			publicOK = publicOK && p.Setting != "public-url" && p.Setting != "listen"
		}
		if origin := c.Origin(); publicOK && !strings.HasPrefix(origin, "https://") && !strings.HasPrefix(origin, "http://localhost") && !strings.HasPrefix(origin, "http://127.") {
			t.Fatalf("%q is accepted with origin %q", c.PublicURL, origin)
		}
	})
}
