package bailiwick

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// What an app is set up with is a tree of JSON in the wire's words. Here it is
// checked as far as the product relies on it, and completed with what the wire
// always shows; anything else is kept as it came.

// MaxAppSettings is the most JSON in bytes that is kept of one app.
const MaxAppSettings = 64 << 10

// MaxRedirects is the most redirect addresses of a client.
const MaxRedirects = 100

// at is the object behind the names, or nil.
func at(m map[string]any, names ...string) map[string]any {
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

// text is the text behind the names, or "".
func text(m map[string]any, names ...string) string {
	s, _ := at(m, names[:len(names)-1]...)[names[len(names)-1]].(string)
	return s
}

// Launch is where the app is started; empty when nobody has said.
func (a App) Launch() string {
	for _, names := range [][]string{{"app", "url"}, {"app", "loginUrl"}, {"signOn", "loginUrl"}, {"oauthClient", "initiate_login_uri"}, {"oauthClient", "client_uri"}} {
		if link := text(a.Settings, names...); link != "" {
			return link
		}
	}
	c, _ := Catalog(a.Name)
	return c.Website
}

// Hidden reports whether the app is not to be shown among a person's apps in a
// browser.
func (a App) Hidden() bool {
	hidden, _ := at(a.Visibility, "hide")["web"].(bool)
	return hidden
}

// webAddress refuses what is no absolute address of a web page.
func webAddress(field, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(address) > 1024 || !plainText(address) {
		return InvalidField(field, "must be an address that begins with https:// or http://")
	}
	return nil
}

// Complete checks an app and fills in what the wire always shows. Its name is
// of the catalog, or custom.
func (a App) Complete() (App, error) {
	c, known := Catalog(a.Name)
	if known && !slices.Contains(c.SignOnModes, a.SignOnMode) {
		return a, InvalidField("signOnMode", "%s does not sign in by %s", c.DisplayName, a.SignOnMode)
	}
	for _, part := range []*map[string]any{&a.Settings, &a.Credentials, &a.Visibility, &a.Accessibility, &a.Profile} {
		*part = copied(*part)
	}
	if err := a.checkSettings(); err != nil {
		return a, err
	}
	if slices.Contains([]string{SignOnBookmark, SignOnOIDC, SignOnSAML}, a.SignOnMode) {
		fill(a.Settings, map[string]any{"app": map[string]any{}}) // for the others clients take it to be whole
	}
	fill(a.Settings, map[string]any{"manualProvisioning": false, "implicitAssignment": false, "emOptInStatus": "NONE",
		"notifications": map[string]any{"vpn": map[string]any{"network": map[string]any{"connection": "DISABLED"}, "message": nil, "helpUrl": nil}},
		"notes":         map[string]any{"admin": nil, "enduser": nil}})
	fill(a.Credentials, map[string]any{"userNameTemplate": map[string]any{"template": "${source.login}", "type": "BUILT_IN"}, "signing": map[string]any{}})
	fill(a.Visibility, map[string]any{"autoLaunch": false, "autoSubmitToolbar": false,
		"hide": map[string]any{"iOS": false, "web": false}, "appLinks": map[string]any{"login": true}})
	fill(a.Accessibility, map[string]any{"selfService": false, "errorRedirectUrl": nil, "loginRedirectUrl": nil})
	if a.Features == nil {
		a.Features = []string{}
	}
	whole, err := json.Marshal([]any{a.Settings, a.Credentials, a.Visibility, a.Accessibility, a.Profile, a.Features})
	if err != nil || len(whole) > MaxAppSettings {
		return a, InvalidField("settings", "must be JSON of at most %d bytes in all", MaxAppSettings)
	}
	return a, a.checkShapes()
}

// copied is a deep copy as far as objects go; nil becomes empty.
func copied(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		if inner, ok := v.(map[string]any); ok {
			v = copied(inner)
		}
		out[k] = v
	}
	return out
}

// fill adds what is absent, deep.
func fill(m, standard map[string]any) {
	for k, v := range standard {
		have, ok := m[k]
		inner, isObject := v.(map[string]any)
		switch {
		case !ok:
			if isObject {
				v = copied(inner)
			}
			m[k] = v
		case isObject:
			if of, ok := have.(map[string]any); ok {
				fill(of, inner)
			}
		}
	}
}

// checkShapes refuses another type of value where the wire has a truth or an
// object and the product reads it.
func (a App) checkShapes() error {
	for field, v := range map[string]any{"visibility.autoLaunch": a.Visibility["autoLaunch"], "visibility.autoSubmitToolbar": a.Visibility["autoSubmitToolbar"],
		"visibility.hide.web": at(a.Visibility, "hide")["web"], "visibility.hide.iOS": at(a.Visibility, "hide")["iOS"],
		"accessibility.selfService": a.Accessibility["selfService"]} {
		if _, ok := v.(bool); !ok {
			return InvalidField(field, "must be true or false")
		}
	}
	for field, v := range map[string]any{"settings.app": a.Settings["app"], "credentials.userNameTemplate": a.Credentials["userNameTemplate"]} {
		if _, ok := v.(map[string]any); !ok && v != nil {
			return InvalidField(field, "must be an object")
		}
	}
	return nil
}

// checkSettings asks of each kind of app for what it is nothing without.
func (a App) checkSettings() error {
	custom := strings.HasPrefix(a.Name, "template_") || !inCatalog(a.Name)
	switch {
	case a.Name == "bookmark":
		return webAddress("settings.app.url", text(a.Settings, "app", "url"))
	case a.Name == "template_swa":
		for _, name := range []string{"buttonField", "usernameField", "passwordField"} {
			if text(a.Settings, "app", name) == "" {
				return InvalidField("settings.app."+name, "The field cannot be left blank")
			}
		}
		return webAddress("settings.app.url", text(a.Settings, "app", "url"))
	case a.SignOnMode == SignOnOIDC:
		return a.completeClient()
	case a.SignOnMode == SignOnSAML && custom:
		return a.checkSAML()
	case a.SignOnMode == SignOnAuto && custom:
		return webAddress("settings.signOn.loginUrl", text(a.Settings, "signOn", "loginUrl"))
	}
	return nil
}

func inCatalog(name string) bool {
	_, ok := Catalog(name)
	return ok
}

func (a App) checkSAML() error {
	on := at(a.Settings, "signOn")
	for _, name := range []string{"ssoAcsUrl", "recipient", "destination"} {
		address := text(on, name)
		if address == "" && name != "ssoAcsUrl" {
			continue
		}
		if err := webAddress("settings.signOn."+name, address); err != nil {
			return err
		}
	}
	if audience := text(on, "audience"); audience == "" || !plainText(audience) || len(audience) > 1024 {
		return InvalidField("settings.signOn.audience", "The field cannot be left blank")
	}
	fill(on, map[string]any{"recipient": on["ssoAcsUrl"], "destination": on["ssoAcsUrl"], "subjectNameIdTemplate": "${user.userName}",
		"subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "responseSigned": true, "assertionSigned": true,
		"signatureAlgorithm": "RSA_SHA256", "digestAlgorithm": "SHA256", "honorForceAuthn": true, "requestCompressed": false,
		"allowMultipleAcsEndpoints": false, "idpIssuer": "urn:bailiwick:${org.externalKey}",
		"authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "attributeStatements": []any{}})
	for name, allowed := range map[string][]string{"signatureAlgorithm": {"RSA_SHA256", "RSA_SHA1"}, "digestAlgorithm": {"SHA256", "SHA1"}} {
		if !slices.Contains(allowed, text(on, name)) {
			return InvalidField("settings.signOn."+name, "must be one of %s", strings.Join(allowed, ", "))
		}
	}
	return nil
}

// The words of an OpenID Connect client.
var (
	clientTypes   = []string{"web", "native", "browser", "service"}
	grantTypes    = []string{"authorization_code", "implicit", "password", "refresh_token", "client_credentials", "interaction_code", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:token-exchange"}
	responseTypes = []string{"code", "token", "id_token"}
	clientAuth    = []string{"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"}
)

// completeClient checks an OpenID Connect client and gives it its standard
// settings.
func (a App) completeClient() error {
	fill(a.Settings, map[string]any{"oauthClient": map[string]any{}})
	fill(a.Credentials, map[string]any{"oauthClient": map[string]any{}})
	set, keys := at(a.Settings, "oauthClient"), at(a.Credentials, "oauthClient")
	if set == nil || keys == nil {
		return InvalidField("settings.oauthClient", "must be an object")
	}
	fill(set, map[string]any{"application_type": "web"})
	kind := text(set, "application_type")
	standard := map[string]any{"client_uri": nil, "logo_uri": nil, "redirect_uris": []any{}, "response_types": []any{"code"},
		"grant_types": []any{"authorization_code"}, "consent_method": "TRUSTED", "issuer_mode": "ORG_URL",
		"idp_initiated_login": map[string]any{"mode": "DISABLED", "default_scope": []any{}}, "wildcard_redirect": "DISABLED",
		"dpop_bound_access_tokens": false, "participate_slo": false}
	auth := "client_secret_basic"
	switch kind {
	case "service":
		standard["grant_types"], standard["response_types"] = []any{"client_credentials"}, []any{"token"}
	case "native", "browser":
		auth = "none"
	}
	fill(set, standard)
	fill(keys, map[string]any{"autoKeyRotation": true, "token_endpoint_auth_method": auth})
	fill(keys, map[string]any{"pkce_required": text(keys, "token_endpoint_auth_method") == "none"})
	if !slices.Contains(clientTypes, kind) {
		return InvalidField("settings.oauthClient.application_type", "must be one of %s", strings.Join(clientTypes, ", "))
	}
	if !slices.Contains(clientAuth, text(keys, "token_endpoint_auth_method")) {
		return InvalidField("credentials.oauthClient.token_endpoint_auth_method", "must be one of %s", strings.Join(clientAuth, ", "))
	}
	for name, allowed := range map[string][]string{"grant_types": grantTypes, "response_types": responseTypes} {
		if _, err := words("settings.oauthClient."+name, set[name], allowed); err != nil {
			return err
		}
	}
	return checkRedirects(set)
}

func checkRedirects(set map[string]any) error {
	const field = "settings.oauthClient.redirect_uris"
	redirects, err := words(field, set["redirect_uris"], nil)
	if err != nil {
		return err
	}
	grants, _ := words("", set["grant_types"], nil)
	if len(redirects) == 0 && (slices.Contains(grants, "authorization_code") || slices.Contains(grants, "implicit")) {
		return InvalidField(field, "must not be empty for a client that people sign in to")
	}
	if len(redirects) > MaxRedirects {
		return InvalidField(field, "can be at most %d", MaxRedirects)
	}
	for _, r := range redirects {
		if !redirectable(r, text(set, "application_type") == "native") {
			return InvalidField(field, "must be absolute addresses without a fragment")
		}
	}
	for _, name := range []string{"client_uri", "logo_uri", "initiate_login_uri"} {
		if link := text(set, name); link != "" {
			if err := webAddress("settings.oauthClient."+name, link); err != nil {
				return err
			}
		}
	}
	return nil
}

// redirectable reports whether a browser may be sent there. A native client has
// schemes of its own, which hold a full stop (RFC 8252).
func redirectable(address string, native bool) bool {
	u, err := url.Parse(address)
	if err != nil || !u.IsAbs() || strings.Contains(address, "#") || len(address) > 1024 || !plainText(address) {
		return false
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		return u.Hostname() != "" && u.User == nil
	}
	return native && strings.Contains(u.Scheme, ".")
}

// words reads a list of texts, of those that are allowed unless that is nil.
func words(field string, v any, allowed []string) ([]string, error) {
	if texts, ok := v.([]string); ok {
		v = boxed(texts)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, InvalidField(field, "must be a list of texts")
	}
	out := make([]string, len(list))
	for i, one := range list {
		s, ok := one.(string)
		if !ok || allowed != nil && !slices.Contains(allowed, s) {
			if allowed == nil {
				return nil, InvalidField(field, "must be a list of texts")
			}
			return nil, InvalidField(field, "must be some of %s", strings.Join(allowed, ", "))
		}
		out[i] = s
	}
	return out, nil
}

func boxed(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// NeedsSecret reports whether the app is a client that proves itself by a
// secret it shares with the server.
func (a App) NeedsSecret() bool {
	return a.SignOnMode == SignOnOIDC && strings.HasPrefix(text(a.Credentials, "oauthClient", "token_endpoint_auth_method"), "client_secret_")
}

// WithoutSecrets is the app less what is not kept in the open: the client's
// name, which is the app's ID, and its secret.
func (a App) WithoutSecrets() App {
	keys := at(a.Credentials, "oauthClient")
	if keys == nil {
		return a
	}
	a.Credentials = copied(a.Credentials)
	keys = at(a.Credentials, "oauthClient")
	maps.DeleteFunc(keys, func(name string, _ any) bool { return name == "client_id" || name == "client_secret" })
	return a
}

// Client is what a client says of its own name and secret.
func (a App) Client() (id, secret string) {
	return text(a.Credentials, "oauthClient", "client_id"), text(a.Credentials, "oauthClient", "client_secret")
}
