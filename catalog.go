package bailiwick

import (
	"slices"
	"strings"
	"time"
)

// catalogDate is when the catalog was last looked over.
var catalogDate = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// Provisioning features, in the wire's words.
var (
	provisioning = []string{"IMPORT_NEW_USERS", "IMPORT_PROFILE_UPDATES", "PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION", "REACTIVATE_USERS"}
	groupPush    = append(slices.Clip(provisioning), "GROUP_PUSH")
	federated    = []string{SignOnSAML}
	webOrSAML    = []string{SignOnSAML, SignOnSWA}
	webOnly      = []string{SignOnSWA, SignOnAuto}
)

func entry(name, display, category, site string, modes, features []string) CatalogApp {
	return CatalogApp{Name: name, DisplayName: display, Description: display, Category: category,
		Website: site, SignOnModes: modes, Features: features, LastUpdated: catalogDate}
}

// catalog is sorted by name; a test keeps it so.
var catalog = []CatalogApp{
	entry("amazon_aws", "AWS Account Federation", "DEVELOPER", "https://aws.amazon.com", webOrSAML, []string{"IMPORT_USER_SCHEMA"}),
	entry("asana", "Asana", "COLLABORATION", "https://asana.com", webOrSAML, groupPush),
	entry("atlassian", "Atlassian Cloud", "DEVELOPER", "https://www.atlassian.com", federated, groupPush),
	entry("bamboohr", "BambooHR", "HR", "https://www.bamboohr.com", webOrSAML, []string{"IMPORT_NEW_USERS", "PROFILE_MASTERING"}),
	entry("bookmark", "Bookmark App", "TEMPLATE", "", []string{SignOnBookmark}, nil),
	entry("boxnet", "Box", "CONTENT", "https://www.box.com", webOrSAML, groupPush),
	entry("cisco_webex", "Cisco Webex", "COLLABORATION", "https://www.webex.com", webOrSAML, provisioning),
	entry("confluence", "Confluence Server", "COLLABORATION", "https://www.atlassian.com/software/confluence", webOrSAML, nil),
	entry("datadog", "Datadog", "DEVELOPER", "https://www.datadoghq.com", webOrSAML, provisioning),
	entry("docusign", "DocuSign", "CONTENT", "https://www.docusign.com", webOrSAML, groupPush),
	entry("dropbox_for_business", "Dropbox Business", "CONTENT", "https://www.dropbox.com/business", webOrSAML, groupPush),
	entry("evernote", "Evernote Business", "CONTENT", "https://evernote.com", webOnly, nil),
	entry("facebook", "Facebook", "SOCIAL", "https://www.facebook.com", webOnly, nil),
	entry("figma", "Figma", "COLLABORATION", "https://www.figma.com", federated, groupPush),
	entry("freshdesk", "Freshdesk", "CRM", "https://freshdesk.com", webOrSAML, nil),
	entry("github", "GitHub", "DEVELOPER", "https://github.com", webOnly, nil),
	entry("githubcloud", "GitHub Enterprise Cloud", "DEVELOPER", "https://github.com/enterprise", federated, provisioning),
	entry("gitlab", "GitLab", "DEVELOPER", "https://gitlab.com", webOrSAML, provisioning),
	entry("google", "Google Workspace", "COLLABORATION", "https://workspace.google.com", webOrSAML, groupPush),
	entry("gotomeeting", "GoTo Meeting", "COLLABORATION", "https://www.goto.com", webOrSAML, provisioning),
	entry("hubspot", "HubSpot", "CRM", "https://www.hubspot.com", webOrSAML, nil),
	entry("jira_onprem", "Jira Server", "DEVELOPER", "https://www.atlassian.com/software/jira", webOrSAML, nil),
	entry("linkedin", "LinkedIn", "SOCIAL", "https://www.linkedin.com", webOnly, nil),
	entry("mailchimp", "Mailchimp", "MARKETING", "https://mailchimp.com", webOnly, nil),
	entry("miro", "Miro", "COLLABORATION", "https://miro.com", federated, groupPush),
	entry("netsuite", "Oracle NetSuite", "ERP", "https://www.netsuite.com", webOrSAML, provisioning),
	entry("newrelic", "New Relic", "DEVELOPER", "https://newrelic.com", webOrSAML, nil),
	entry("notion", "Notion", "COLLABORATION", "https://www.notion.so", federated, groupPush),
	entry("office365", "Microsoft Office 365", "COLLABORATION", "https://www.office.com", []string{"WS_FEDERATION", SignOnSWA}, groupPush),
	entry("oidc_client", "OpenID Connect Client", "TEMPLATE", "", []string{SignOnOIDC}, nil),
	entry("pagerduty", "PagerDuty", "DEVELOPER", "https://www.pagerduty.com", webOrSAML, provisioning),
	entry("salesforce", "Salesforce.com", "CRM", "https://www.salesforce.com", webOrSAML, append(slices.Clip(groupPush), "IMPORT_USER_SCHEMA", "PROFILE_MASTERING", "PUSH_PASSWORD_UPDATES")),
	entry("sap_concur", "SAP Concur", "EXPENSE", "https://www.concur.com", webOrSAML, provisioning),
	entry("servicenow_ud", "ServiceNow UD", "IT", "https://www.servicenow.com", webOrSAML, groupPush),
	entry("shopify_plus", "Shopify Plus", "COMMERCE", "https://www.shopify.com/plus", federated, provisioning),
	entry("slack", "Slack", "COLLABORATION", "https://slack.com", webOrSAML, groupPush),
	entry("smartsheet", "Smartsheet", "COLLABORATION", "https://www.smartsheet.com", webOrSAML, provisioning),
	entry("snowflake", "Snowflake", "DEVELOPER", "https://www.snowflake.com", federated, groupPush),
	entry("splunk", "Splunk Cloud", "IT", "https://www.splunk.com", federated, nil),
	entry("tableau_online", "Tableau Cloud", "ANALYTICS", "https://www.tableau.com", webOrSAML, provisioning),
	entry("template_saml_2_0", "Template SAML 2.0 App", "TEMPLATE", "", federated, nil),
	entry("template_swa", "Template App", "TEMPLATE", "", []string{SignOnSWA}, nil),
	entry("trello", "Trello", "COLLABORATION", "https://trello.com", webOnly, nil),
	entry("twitter", "X (Twitter)", "SOCIAL", "https://x.com", webOnly, nil),
	entry("workday", "Workday", "HR", "https://www.workday.com", webOrSAML, []string{"IMPORT_NEW_USERS", "IMPORT_PROFILE_UPDATES", "PROFILE_MASTERING"}),
	entry("zendesk", "Zendesk", "CRM", "https://www.zendesk.com", webOrSAML, groupPush),
	entry("zoomus", "Zoom", "COLLABORATION", "https://zoom.us", webOrSAML, provisioning),
}

// Catalog returns the catalog app of that name.
func Catalog(name string) (CatalogApp, bool) {
	i, ok := slices.BinarySearchFunc(catalog, name, func(a CatalogApp, n string) int { return strings.Compare(a.Name, n) })
	if !ok {
		return CatalogApp{}, false
	}
	return catalog[i], true
}

// CatalogApps lists the catalog by name.
func CatalogApps() []CatalogApp { return slices.Clone(catalog) }
