package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func TestAnAppIsCompletedAndWhatWasSaidStays(t *testing.T) {
	t.Parallel()
	said := bailiwick.App{Name: "bookmark", Label: "Wiki", SignOnMode: bailiwick.SignOnBookmark, Settings: map[string]any{"app": map[string]any{"url": "https://w.example"},
		"notes": map[string]any{"admin": "mine"}}, Visibility: map[string]any{"hide": map[string]any{"web": true}}}
	got, err := said.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if got.Launch() != "https://w.example" || !got.Hidden() || got.NeedsSecret() {
		t.Errorf("got launch %q, hidden %v, needs a secret %v", got.Launch(), got.Hidden(), got.NeedsSecret())
	}
	notes := got.Settings["notes"].(map[string]any)
	if enduser, there := notes["enduser"]; notes["admin"] != "mine" || enduser != nil || !there {
		t.Errorf("got notes %v, want the one that was said and null for the other", notes)
	}
	if _, changed := said.Settings["manualProvisioning"]; changed {
		t.Error("completing an app changed the one that was given")
	}
}

func TestAClientNeedsASecretByHowItProvesItself(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{"web": true, "service": true, "native": false, "browser": false} {
		app, err := bailiwick.App{Name: "oidc_client", Label: "C", SignOnMode: bailiwick.SignOnOIDC,
			Settings:    map[string]any{"oauthClient": map[string]any{"application_type": kind, "redirect_uris": []any{"https://c.example/cb"}}},
			Credentials: map[string]any{"oauthClient": map[string]any{"client_id": "c", "client_secret": "s"}}}.Complete()
		if err != nil || app.NeedsSecret() != want {
			t.Errorf("%s: got %v, %v, want %v", kind, app.NeedsSecret(), err, want)
		}
		if id, secret := app.WithoutSecrets().Client(); id != "" || secret != "" {
			t.Errorf("%s: got client %q with secret %q kept in the open", kind, id, secret)
		}
	}
}

func TestAnAppIsRefusedForWhatItIsSetUpWith(t *testing.T) {
	t.Parallel()
	client := func(set map[string]any) bailiwick.App {
		return bailiwick.App{Name: "oidc_client", SignOnMode: bailiwick.SignOnOIDC, Settings: map[string]any{"oauthClient": set}}
	}
	redirect := func(kind string, to ...any) bailiwick.App {
		return client(map[string]any{"application_type": kind, "redirect_uris": to})
	}
	many := make([]any, bailiwick.MaxRedirects+1)
	for i := range many {
		many[i] = "https://c.example/cb"
	}
	bookmark := func(url string) bailiwick.App {
		return bailiwick.App{Name: "bookmark", SignOnMode: bailiwick.SignOnBookmark, Settings: map[string]any{"app": map[string]any{"url": url}}}
	}
	big := bookmark("https://b.example")
	big.Profile = map[string]any{"text": strings.Repeat("a", bailiwick.MaxAppSettings)}
	shapeless := bookmark("https://b.example")
	shapeless.Visibility = map[string]any{"hide": map[string]any{"web": "yes"}}
	const redirects = "settings.oauthClient.redirect_uris"
	for _, c := range []struct {
		name  string
		app   bailiwick.App
		field string
	}{
		{"a bookmark", bookmark("http://b.example/x?y"), ""},
		{"a bookmark without a host", bookmark("https:///x"), "settings.app.url"},
		{"a bookmark with a password in it", bookmark("https://a:b@c.example"), "settings.app.url"},
		{"a bookmark by another scheme", bookmark("ftp://b.example"), "settings.app.url"},
		{"a form without its fields", bailiwick.App{Name: "template_swa", SignOnMode: bailiwick.SignOnSWA, Settings: map[string]any{"app": map[string]any{"url": "https://b.example"}}}, "settings.app.buttonField"},
		{"a mode that the app has not", bailiwick.App{Name: "slack", SignOnMode: bailiwick.SignOnOIDC}, "signOnMode"},
		{"too much", big, "settings"},
		{"a word where a truth stands", shapeless, "visibility.hide.web"},
		{"a web client", redirect("web", "https://c.example/cb"), ""},
		{"a web client without an address", redirect("web"), redirects},
		{"a service without an address", redirect("service"), ""},
		{"a web client with a scheme of its own", redirect("web", "com.example.app:/cb"), redirects},
		{"a native client with a scheme of its own", redirect("native", "com.example.app:/cb"), ""},
		{"a native client with a scheme of the browser's", redirect("native", "javascript:alert(1)"), redirects},
		{"a fragment", redirect("web", "https://c.example/cb#"), redirects},
		{"no text", redirect("web", 7.0), redirects},
		{"too many addresses", redirect("web", many...), redirects},
		{"settings of another shape", bailiwick.App{Name: "oidc_client", SignOnMode: bailiwick.SignOnOIDC, Settings: map[string]any{"oauthClient": "x"}}, "settings.oauthClient"},
	} {
		_, err := c.app.Complete()
		refused(t, c.name, err, c.field)
	}
}
