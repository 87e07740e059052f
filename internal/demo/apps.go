package demo

import "strings"

// An App is one instance of an app of the catalog. Everyone says that it is
// assigned to all people through the built-in group; else Groups, indexes into
// [Organization.Groups], say who has it.
type App struct {
	Name     string // the catalog's name
	Label    string
	Everyone bool
	Groups   []int
}

// appPlan names the groups; "*" is everyone.
var appPlan = []struct {
	name, label string
	groups      []string
}{
	{"salesforce", "Salesforce", []string{"Field sales", "Sales operations", "Customer care"}},
	{"salesforce", "Salesforce sandbox", []string{"Sales operations", "CRM power users"}},
	{"boxnet", "Box", []string{"Legal and compliance", "Finance", "Procurement", "Marketing"}},
	{"amazon_aws", "AWS production", []string{"Software"}},
	{"amazon_aws", "AWS data lake", []string{"Data and analytics"}},
	{"google", "Google Workspace", []string{"Marketing", "Software", "Early testers"}},
	{"office365", "Microsoft 365", []string{"*"}},
	{"slack", "Slack", []string{"*"}},
	{"github", "GitHub", []string{"Software", "Data and analytics"}},
	{"zoomus", "Zoom", []string{"*"}},
	{"facebook", "Facebook brand pages", []string{"Marketing"}},
	{"servicenow_ud", "Service desk tickets", []string{"IT service", "Northquay, all staff"}},
	{"workday", "Workday", []string{"Human resources"}},
	{"zendesk", "Zendesk", []string{"Customer care", "Tallgrass, all staff"}},
	{"sap_concur", "Tidewater Expenses", []string{"Company car drivers", "Field sales"}},
	{"docusign", "DocuSign", []string{"Legal and compliance", "Procurement"}},
	{"pagerduty", "PagerDuty", []string{"IT service"}},
	{"bookmark", "Canteen menu", []string{"*"}},
	{"bookmark", "Tide tables", []string{"Ferries and crew", "Terminal operations"}},
	{"bookmark", "Safety handbook", []string{"Health and safety", "First aiders", "Fire wardens"}},
	{"oidc_client", "Lantern Wiki", []string{"*"}},
	{"oidc_client", "Berth booking", []string{"Terminal operations"}},
	{"template_saml_2_0", "Larkspur Payroll", []string{"Finance", "Human resources"}},
	{"template_saml_2_0", "Almanac Customs desk", []string{"Customs and trade"}},
	{"template_swa", "Harbour radio log", []string{"Port security"}},
	{"template_swa", "Lumen shop portal", []string{"Lumen, all staff"}},
}

func planApps(group map[string]int) []App {
	apps := make([]App, 0, len(appPlan))
	for _, p := range appPlan {
		a := App{Name: p.name, Label: p.label}
		for _, name := range p.groups {
			if name == "*" {
				a.Everyone = true
				continue
			}
			// A small organization may be without the group.
			if g, ok := group[name]; ok {
				a.Groups = append(a.Groups, g)
			}
		}
		apps = append(apps, a)
	}
	return apps
}

// settings are what a template of the catalog is nothing without: a site of the
// organization, named by the app's label.
func (a App) settings() map[string]any {
	site := "https://" + strings.ReplaceAll(strings.ToLower(a.Label), " ", "-") + "." + Domain + "/"
	switch a.Name {
	case "bookmark":
		return map[string]any{"app": map[string]any{"url": site, "requestIntegration": false}}
	case "template_swa":
		return map[string]any{"app": map[string]any{"url": site + "login", "usernameField": "#user", "passwordField": "#password", "buttonField": "#enter"}}
	case "oidc_client":
		return map[string]any{"oauthClient": map[string]any{"redirect_uris": []any{site + "callback"}, "client_uri": site}}
	case "template_saml_2_0":
		return map[string]any{"signOn": map[string]any{"ssoAcsUrl": site + "saml/acs", "audience": site}}
	}
	return nil
}
