package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commands is a program like bailiwick: two commands share the settings, a third
// has a flag of the same name and must not be touched.
type commands struct {
	Serve struct {
		Config `embed:""`
	} `cmd:""`
	Doctor struct {
		JSON   bool `name:"json"`
		Config `embed:""`
	} `cmd:""`
	Demo struct {
		Data string `name:"data" default:"fresh"`
	} `cmd:""`
}

// parse reads args as the program would, with these environment variables.
func parse(t *testing.T, environment map[string]string, args ...string) (*commands, error) {
	t.Helper()
	lookup := func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}
	var c commands
	c.Serve.environment, c.Doctor.environment = lookup, lookup
	parser, err := kong.New(&c, kong.Exit(func(int) { t.Error("kong exits") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return &c, err
}

func mustParse(t *testing.T, environment map[string]string, args ...string) *Config {
	t.Helper()
	c, err := parse(t, environment, append([]string{"serve"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return &c.Serve.Config
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bailiwick.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagsWinOverEnvironmentOverFileOverDefaults(t *testing.T) {
	t.Parallel()
	path := settingsFile(t, `{"data": "from-file", "listen": ":1", "smtp-port": 2500, "trusted-proxies": ["10.0.0.0/8", "::1"], "smtp-host": "file.example"}`)
	c := mustParse(t, map[string]string{
		"BAILIWICK_CONFIG": path, "BAILIWICK_LISTEN": ":2", "BAILIWICK_SMTP_HOST": "env.example", "BAILIWICK_SMTP_FROM": "a@example.com",
	}, "--smtp-host=flag.example", "--public-url", "https://id.example.com")
	want := []Setting{
		{"config", path, FromEnvironment},
		{"data", "from-file", FromFile},
		{"key-file", filepath.Join("from-file", "master.key"), FromDefault},
		{"dsn", "", FromDefault},
		{"listen", ":2", FromEnvironment},
		{"public-url", "https://id.example.com", FromFlag},
		{"metrics-listen", "127.0.0.1:8081", FromDefault},
		{"trusted-proxies", "10.0.0.0/8,::1", FromFile},
		{"smtp-host", "flag.example", FromFlag},
		{"smtp-port", "2500", FromFile},
		{"smtp-username", "", FromDefault},
		{"smtp-password", "", FromDefault},
		{"smtp-from", "a@example.com", FromEnvironment},
		{"smtp-tls", "starttls", FromDefault},
	}
	if got := c.Settings(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := len(c.Proxies()); got != 2 {
		t.Errorf("got %d proxies, want 2", got)
	}
	if found := c.Validate(); found != nil {
		t.Errorf("got %v, want no problem", found)
	}
}

func TestSettingsFileIsNamedByFlagBeforeEnvironment(t *testing.T) {
	t.Parallel()
	env, flag := settingsFile(t, `{"data": "env"}`), settingsFile(t, `{"data": "flag"}`)
	c := mustParse(t, map[string]string{"BAILIWICK_CONFIG": env}, "--config", flag)
	if c.Data != "flag" || c.File != flag {
		t.Errorf("got data %q of %s, want flag of %s", c.Data, c.File, flag)
	}
}

func TestEveryCommandThatEmbedsTheSettingsReadsThem(t *testing.T) {
	t.Parallel()
	path := settingsFile(t, `{"data": "from-file"}`)
	c, err := parse(t, nil, "doctor", "--json", "--config", path)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Doctor.JSON || c.Doctor.Data != "from-file" {
		t.Errorf("got %v, want json and data from-file", c.Doctor)
	}
}

func TestOtherCommandsAreLeftAlone(t *testing.T) {
	t.Parallel()
	c, err := parse(t, map[string]string{"BAILIWICK_DATA": "production"}, "demo")
	if err != nil {
		t.Fatal(err)
	}
	if c.Demo.Data != "fresh" {
		t.Errorf("got demo data %q, want fresh", c.Demo.Data)
	}
}

func TestEverySettingIsListedAndNamedAlikeEverywhere(t *testing.T) {
	t.Parallel()
	var c Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	var flags []string
	for _, flag := range parser.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		flags = append(flags, flag.Name)
		if want := []string{variable(flag.Name)}; !slices.Equal(flag.Envs, want) {
			t.Errorf("--%s: got variables %v, want %v", flag.Name, flag.Envs, want)
		}
		if flag.Help == "" || !strings.HasSuffix(strings.TrimSuffix(flag.Help, ")."), ".") && !strings.HasSuffix(flag.Help, ").") {
			t.Errorf("--%s: got help %q, want a sentence", flag.Name, flag.Help)
		}
	}
	if got := c.names(); !slices.Equal(got, flags) {
		t.Errorf("got rows %v, want a row for each flag %v", got, flags)
	}
}

func TestSettingsFileMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"unknown setting", `{"smtp-hots": "x"}`, `unknown setting "smtp-hots"`},
		{"other spelling", `{"publicUrl": "x"}`, `unknown setting "publicUrl"`},
		{"file in a file", `{"config": "x"}`, `unknown setting "config"`},
		{"given twice", `{"data": "a", "data": "b"}`, `"data" is given twice`},
		{"number for a text", `{"smtp-password": 12345}`, `"smtp-password" must be a text`},
		{"text for a number", `{"smtp-port": "25"}`, `"smtp-port" must be a number`},
		{"text for a list", `{"trusted-proxies": "10.0.0.0/8"}`, `"trusted-proxies" must be a list`},
		{"list for a text", `{"data": ["a"]}`, `"data" must be a text`},
		{"numbers in a list", `{"trusted-proxies": [1]}`, `"trusted-proxies" must be a list of texts`},
		{"null", `{"data": null}`, `"data" must be`},
		{"object", `{"data": {}}`, `"data" must be`},
		{"fraction for a port", `{"smtp-port": 2.5}`, `smtp-port`},
		{"array", `[]`, "one JSON object"},
		{"empty", ``, "one JSON object"},
		{"open object", `{"data": "a"`, "ends before"},
		{"open value", `{"data": "secretvalue`, `value of "data"`},
		{"text after the object", `{} {}`, "nothing after"},
		{"comment", "{// x\n}", "not JSON"},
		{"too long", `{"data": "` + strings.Repeat("x", fileLimit) + `"}`, "longer than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, nil, "serve", "--config", settingsFile(t, tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "12345") || strings.Contains(err.Error(), "secretvalue") {
				t.Errorf("got %v, which repeats a value", err)
			}
		})
	}
	if _, err := parse(t, nil, "serve", "--config", "/does/not/exist"); err == nil || !strings.Contains(err.Error(), "/does/not/exist") {
		t.Errorf("got error %v, want the missing file named", err)
	}
	if _, err := parse(t, nil, "serve", "--lisen=:1"); err == nil || !strings.Contains(err.Error(), "--lisen") {
		t.Errorf("got error %v, want the unknown flag named", err)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://bw:canary@db.example/bw?sslmode=verify-full", "postgres://bw@db.example/bw?password=canary&sslmode=verify-full",
		"postgres://db.example/bw?sslpassword=canary", "postgres://db.example/bw?PASS%77ord=canary", "postgres://:canary@db.example/bw",
		"postgres://bw:canary/x@db.example/bw", "postgres://bw:x?canary@db.example/bw", "postgres://bw:x@canary@db.example/bw",
		"postgres://bw:x#canary@db.example/bw", "postgres://bw:canary", "host=db user=bw password=canary", "mysql://bw:canary@db/bw",
		"postgres://bw:can%zzary:canary@db/bw", "postgres://db/bw?password=x@canary", "postgres://db/bw?password=x#canary", "canary",
	} {
		c := mustParse(t, map[string]string{"BAILIWICK_SMTP_PASSWORD": "canary", "BAILIWICK_PUBLIC_URL": "https://a:canary@id.example.com"}, "--dsn", dsn)
		var out bytes.Buffer
		fmt.Fprintf(&out, "%v %+v %#v %s %v", c, c, c, c, c.Settings())
		fmt.Fprintf(&out, "%v %+v %#v %v %+v %#v", *c, *c, *c, c.SMTP, c.SMTP, c.SMTP)
		slog.New(slog.NewTextHandler(&out, nil)).Info("settings", "config", c, "smtp", c.SMTP)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("settings", "config", *c, "smtp", c.SMTP)
		fmt.Fprint(&out, c.Validate())
		if strings.Contains(out.String(), "canary") {
			t.Errorf("%s: got %s, want no password in it", dsn, out.String())
		}
	}
}

func TestHiddenDSNStillSaysWhichDatabase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"postgres://bw:pw@db.example:5432/bw?sslmode=verify-full", "postgres://bw:[hidden]@db.example:5432/bw?sslmode=verify-full"},
		{"postgres://bw:pw@h1:5432,h2:5433/bw", "postgres://bw:[hidden]@h1:5432,h2:5433/bw"},
		{"postgresql://bw@[::1]:5432/bw?password=pw&host=/tmp", "postgresql://bw@[::1]:5432/bw?password=[hidden]&host=/tmp"},
		{"postgres:///bw?host=/tmp/sock", "postgres:///bw?host=/tmp/sock"},
		{"postgres://bw:pw@db example/bw", "[hidden]"},
	} {
		if got := hideDSN(tt.in); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestOriginIsOneSpellingOfThePublicURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ url, listen, want string }{
		{"https://ID.Example.com/", ":1", "https://id.example.com"},
		{"HTTPS://id.example.com:443", ":1", "https://id.example.com"},
		{"https://id.example.com:8443", ":1", "https://id.example.com:8443"},
		{"http://localhost:80", ":1", "http://localhost"},
		{"http://[::1]:8080", ":1", "http://[::1]:8080"},
		{"", "127.0.0.1:8080", "http://localhost:8080"},
		{"", "[::1]:9", "http://localhost:9"},
		{"", "nonsense", ""},
		{"://", ":1", ""},
	} {
		c := &Config{PublicURL: tt.url, Listen: tt.listen}
		if got := c.Origin(); got != tt.want {
			t.Errorf("%q on %s: got %q, want %q", tt.url, tt.listen, got, tt.want)
		}
	}
}

func TestMailServerAddressHasThePortOfItsMode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		smtp SMTP
		want string
	}{
		{SMTP{}, ""},
		{SMTP{Host: "mail.example"}, "mail.example:587"},
		{SMTP{Host: "mail.example", TLS: StartTLS}, "mail.example:587"},
		{SMTP{Host: "mail.example", TLS: ImplicitTLS}, "mail.example:465"},
		{SMTP{Host: "localhost", TLS: NoTLS}, "localhost:25"},
		{SMTP{Host: "[::1]", Port: 2525}, "[::1]:2525"},
	} {
		if got := tt.smtp.Address(); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.smtp.Mode(), got, tt.want)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	for _, seed := range []string{`{}`, `{"data": "a", "smtp-port": 25, "trusted-proxies": ["::1"]}`, `{"data": 1e999}`, `{"x`, `{"data": [[]]}`} {
		f.Add([]byte(seed))
	}
	names := (&Config{}).names()
	f.Fuzz(func(t *testing.T, text []byte) {
		values, err := parseFile(text, names)
		if (err == nil) == (values == nil) {
			t.Fatalf("got %v and error %v, want one of them", values, err)
		}
		for name, value := range values {
			if !slices.Contains(names, name) || value == nil {
				t.Fatalf("got %q = %v", name, value)
			}
		}
	})
}

func FuzzHideDSN(f *testing.F) {
	f.Add("bw", "pw", "db.example:5432", "/bw?sslmode=verify-full")
	f.Add("", "p@w/?#", "h1,h2", "?password=x&a=b")
	f.Fuzz(func(t *testing.T, user, password, host, rest string) {
		const canary = "3canary7"
		shown := hideDSN("postgres://" + user + ":" + canary + password + "@" + host + rest)
		if strings.Contains(shown, canary) {
			t.Fatalf("got %s, want no password in it", shown)
		}
	})
}
