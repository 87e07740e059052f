package bailiwick_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func TestTheCatalogIsSortedAndEveryAppIsFound(t *testing.T) {
	t.Parallel()
	all := bailiwick.CatalogApps()
	for i, app := range all {
		if i > 0 && all[i-1].Name >= app.Name {
			t.Errorf("%s stands after %s", app.Name, all[i-1].Name)
		}
		if got, ok := bailiwick.Catalog(app.Name); !ok || got.DisplayName != app.DisplayName {
			t.Errorf("look up %s: got %+v, %v", app.Name, got, ok)
		}
	}
	for _, absent := range []string{"", "aaa", "zzz", "Salesforce", "salesforce "} {
		if got, ok := bailiwick.Catalog(absent); ok || got.Name != "" {
			t.Errorf("look up %q: got %+v, %v", absent, got, ok)
		}
	}
}

func TestEveryCatalogAppIsWhole(t *testing.T) {
	t.Parallel()
	modes := []string{bailiwick.SignOnBookmark, bailiwick.SignOnOIDC, bailiwick.SignOnSAML, bailiwick.SignOnSWA, bailiwick.SignOnAuto, "WS_FEDERATION"}
	features := []string{"IMPORT_NEW_USERS", "IMPORT_PROFILE_UPDATES", "IMPORT_USER_SCHEMA", "PROFILE_MASTERING", "PUSH_NEW_USERS",
		"PUSH_PASSWORD_UPDATES", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION", "REACTIVATE_USERS", "GROUP_PUSH"}
	displayed := map[string]bool{}
	for _, app := range bailiwick.CatalogApps() {
		if app.DisplayName == "" || app.Description == "" || app.Category == "" || len(app.SignOnModes) == 0 || app.LastUpdated.IsZero() {
			t.Errorf("%s is not whole: %+v", app.Name, app)
		}
		if displayed[app.DisplayName] {
			t.Errorf("two apps are called %s", app.DisplayName)
		}
		displayed[app.DisplayName] = true
		if app.Category != "TEMPLATE" && !strings.HasPrefix(app.Website, "https://") {
			t.Errorf("%s: website %q, want one on https", app.Name, app.Website)
		}
		for _, m := range app.SignOnModes {
			if !slices.Contains(modes, m) {
				t.Errorf("%s signs in by %s, which is no mode", app.Name, m)
			}
		}
		for i, f := range app.Features {
			if !slices.Contains(features, f) || slices.Contains(app.Features[:i], f) {
				t.Errorf("%s: feature %s is unknown or comes twice", app.Name, f)
			}
		}
	}
}

func TestTheCatalogHasTheCommonAppsByTheirCatalogNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"salesforce", "boxnet", "amazon_aws", "google", "office365", "slack", "github", "facebook", "zoomus",
		"bookmark", "oidc_client", "template_swa", "template_saml_2_0"} {
		if _, ok := bailiwick.Catalog(name); !ok {
			t.Errorf("the catalog has no %s", name)
		}
	}
}

// Apps share lists of features: adding to one must not show in another.
func TestWhoReceivesTheCatalogCannotChangeIt(t *testing.T) {
	t.Parallel()
	mine := bailiwick.CatalogApps()
	mine[0].Name = "changed"
	if bailiwick.CatalogApps()[0].Name == "changed" {
		t.Error("the list that was handed out is the catalog itself")
	}
	for _, app := range mine {
		if slices.Contains(app.Features, "PUSH_PASSWORD_UPDATES") && app.Name != "salesforce" {
			t.Errorf("%s has a feature of Salesforce alone", app.Name)
		}
	}
}

func TestAnAppIsCheckedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		app   bailiwick.App
		field string
	}{
		{"a good one", bailiwick.App{Name: "salesforce", Label: "Sales"}, ""},
		{"the longest label", bailiwick.App{Name: "salesforce", Label: strings.Repeat("é", bailiwick.MaxAppLabel)}, ""},
		{"no label", bailiwick.App{Name: "salesforce"}, "label"},
		{"a blank label", bailiwick.App{Name: "salesforce", Label: " \u00a0"}, "label"},
		{"a label with a NUL", bailiwick.App{Name: "salesforce", Label: "a\x00b"}, "label"},
		{"a label that is too long", bailiwick.App{Name: "salesforce", Label: strings.Repeat("é", bailiwick.MaxAppLabel+1)}, "label"},
	} {
		refused(t, c.name, c.app.Check(), c.field)
	}
}

func TestGroupsAndRealmsAreCheckedBeforeTheyAreMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		group bailiwick.Group
		field string
	}{
		{"a good group", bailiwick.Group{Name: "Nurses", Description: "North\nwing"}, ""},
		{"the longest", bailiwick.Group{Name: strings.Repeat("é", 255), Description: strings.Repeat("é", 1024)}, ""},
		{"no name", bailiwick.Group{}, "name"},
		{"a blank name", bailiwick.Group{Name: "\t "}, "name"},
		{"a name of two lines", bailiwick.Group{Name: "a\nb"}, "name"},
		{"a name that is not UTF-8", bailiwick.Group{Name: "a\xff"}, "name"},
		{"a name that is too long", bailiwick.Group{Name: strings.Repeat("a", 256)}, "name"},
		{"a description with a NUL", bailiwick.Group{Name: "a", Description: "\x00"}, "description"},
		{"a description that is too long", bailiwick.Group{Name: "a", Description: strings.Repeat("a", 1025)}, "description"},
	} {
		refused(t, c.name, c.group.Check(), c.field)
	}
	for _, c := range []struct {
		name  string
		realm bailiwick.Realm
		field string
	}{
		{"a good realm", bailiwick.Realm{Name: "Car Co", Type: bailiwick.PartnerRealm}, ""},
		{"no name", bailiwick.Realm{Type: bailiwick.PartnerRealm}, "name"},
		{"a name with a NUL", bailiwick.Realm{Name: "a\x00", Type: bailiwick.PartnerRealm}, "name"},
		{"a name that is too long", bailiwick.Realm{Name: strings.Repeat("a", 256), Type: bailiwick.PartnerRealm}, "name"},
		{"no type", bailiwick.Realm{Name: "Car Co"}, "realmType"},
	} {
		refused(t, c.name, c.realm.Check(), c.field)
	}
}

// refused fails the test unless the error names the field, or is nil for "".
func refused(t *testing.T, name string, err error, field string) {
	t.Helper()
	e, _ := err.(*bailiwick.Error)
	if field == "" && err != nil || field != "" && (e == nil || e.Code != bailiwick.Invalid || e.Field != field) {
		t.Errorf("%s: got %v, want the field %q refused", name, err, field)
	}
}
