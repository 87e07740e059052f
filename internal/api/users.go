package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// wireUser is a person on the wire. Times that were never are null.
type wireUser struct {
	ID              bailiwick.ID      `json:"id"`
	Status          bailiwick.Status  `json:"status"`
	Created         stamp             `json:"created"`
	Activated       stamp             `json:"activated"`
	StatusChanged   stamp             `json:"statusChanged"`
	LastLogin       stamp             `json:"lastLogin"`
	LastUpdated     stamp             `json:"lastUpdated"`
	PasswordChanged stamp             `json:"passwordChanged"`
	RealmID         bailiwick.ID      `json:"realmId"`
	Type            wireRef           `json:"type"`
	Profile         bailiwick.Profile `json:"profile"`
	Credentials     *wireCredentials  `json:"credentials,omitempty"`
	Embedded        *wireEmbedded     `json:"_embedded,omitempty"`
	Links           map[string]href   `json:"_links"`
}

type wireRef struct {
	ID bailiwick.ID `json:"id"`
}

type wireCredentials struct {
	Password *empty        `json:"password,omitempty"`
	Question *wireQuestion `json:"recovery_question,omitempty"`
	Provider wireProvider  `json:"provider"`
}

type wireQuestion struct {
	Question string `json:"question"`
}

type wireProvider struct {
	Type bailiwick.Provider `json:"type"`
	Name bailiwick.Provider `json:"name"`
}

// user writes a person; in lists only the link to itself is given.
func (a *API) user(r *http.Request, u bailiwick.User, links map[string]href) wireUser {
	profile := u.Profile.Clone()
	for _, always := range []string{"mobilePhone", "secondEmail"} {
		if _, ok := profile[always]; !ok {
			profile[always] = nil
		}
	}
	credentials := credentialsOf(u)
	return wireUser{ID: u.ID, Status: u.Status, Created: stamp(u.Created), Activated: stamp(u.Activated),
		StatusChanged: stamp(u.StatusChanged), LastLogin: stamp(u.LastLogin), LastUpdated: stamp(u.LastUpdated),
		PasswordChanged: stamp(u.PasswordChanged), RealmID: u.RealmID, Type: wireRef{u.TypeID}, Profile: profile,
		Credentials: &credentials, Links: links}
}

func credentialsOf(u bailiwick.User) wireCredentials {
	out := wireCredentials{Provider: wireProvider{u.Provider, u.Provider}}
	if u.HasPassword {
		out.Password = &empty{}
	}
	if u.RecoveryQuestion != "" {
		out.Question = &wireQuestion{u.RecoveryQuestion}
	}
	return out
}

func (a *API) userURL(r *http.Request, id bailiwick.ID) string {
	return a.web.URL(r, "/api/v1/users/"+string(id))
}

func (a *API) listedUser(r *http.Request) func(bailiwick.User) wireUser {
	return func(u bailiwick.User) wireUser {
		return a.user(r, u, map[string]href{"self": {Href: a.userURL(r, u.ID)}})
	}
}

// userLinks are the links of a single person, by status.
func (a *API) userLinks(r *http.Request, u bailiwick.User) map[string]href {
	self := a.userURL(r, u.ID)
	out := map[string]href{
		"self":   {Href: self},
		"schema": {Href: a.web.URL(r, "/api/v1/meta/schemas/user/"+string(u.SchemaID))},
		"type":   {Href: a.web.URL(r, "/api/v1/meta/types/user/"+string(u.TypeID))},
	}
	for _, name := range offered[u.Status] {
		if op := userOperations[name]; op.needs == nil || op.needs(u) {
			out[name] = href{Href: self + op.path, Method: op.method}
		}
	}
	return out
}

// offered are the operations that the wire links to from each status. What the
// lifecycle table allows beyond them is not advertised.
var offered = map[bailiwick.Status][]string{
	bailiwick.Staged:          {"activate"},
	bailiwick.Provisioned:     {"reactivate", "suspend", "resetPassword", "deactivate"},
	bailiwick.Active:          {"suspend", "resetPassword", "expirePassword", "forgotPassword", "changePassword", "changeRecoveryQuestion", "deactivate"},
	bailiwick.Recovery:        {"reactivate", "resetPassword", "changePassword", "deactivate"},
	bailiwick.PasswordExpired: {"resetPassword", "changePassword", "deactivate"},
	bailiwick.LockedOut:       {"unlock", "resetPassword", "deactivate"},
	bailiwick.Suspended:       {"unsuspend", "deactivate"},
	bailiwick.Deprovisioned:   {"activate", "delete"},
}

// A userOperation is what a link on a person leads to; needs says for whom.
type userOperation struct {
	method, path string
	needs        func(bailiwick.User) bool
}

var userOperations = map[string]userOperation{
	"activate":               {http.MethodPost, "/lifecycle/activate", nil},
	"reactivate":             {http.MethodPost, "/lifecycle/reactivate", nil},
	"suspend":                {http.MethodPost, "/lifecycle/suspend", nil},
	"unsuspend":              {http.MethodPost, "/lifecycle/unsuspend", nil},
	"unlock":                 {http.MethodPost, "/lifecycle/unlock", nil},
	"deactivate":             {http.MethodPost, "/lifecycle/deactivate", nil},
	"resetPassword":          {http.MethodPost, "/lifecycle/reset_password", nil},
	"expirePassword":         {http.MethodPost, "/lifecycle/expire_password", hasPassword},
	"forgotPassword":         {http.MethodPost, "/credentials/forgot_password", func(u bailiwick.User) bool { return u.RecoveryQuestion != "" }},
	"changePassword":         {http.MethodPost, "/credentials/change_password", hasPassword},
	"changeRecoveryQuestion": {http.MethodPost, "/credentials/change_recovery_question", hasPassword},
	"delete":                 {http.MethodDelete, "", nil},
}

func hasPassword(u bailiwick.User) bool { return u.HasPassword }

// ownRef names the token's owner in a path.
const ownRef = "me"

// reference is the person that the path names; "me" is the token's owner.
func (a *API) reference(r *http.Request, by authz.Actor) (string, error) {
	ref := param(r, "user")
	if ref != ownRef {
		return ref, nil
	}
	me, err := a.dir.Me(r.Context(), by)
	return string(me.User.ID), err
}

func (a *API) getUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	u, err := a.readUser(r, by)
	if err != nil {
		return err
	}
	return a.replyUser(w, r, u)
}

// readUser reads the person that the path names; everybody may read oneself.
func (a *API) readUser(r *http.Request, by authz.Actor) (bailiwick.User, error) {
	if ref := param(r, "user"); ref != ownRef {
		return a.dir.User(r.Context(), by, ref)
	}
	me, err := a.dir.Me(r.Context(), by)
	return me.User, err
}

// Limits of lists of people.
const (
	usersPage   = 200
	usersFound  = 10 // a page of ?q= when no limit is given
	membersPage = 1000
)

func (a *API) listUsers(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	q := r.URL.Query()
	ask, err := userQuery(q.Get)
	if err != nil {
		return err
	}
	named, standard := q.Get("q") != "" && ask.Where == nil, usersPage
	if named {
		standard = usersFound
	}
	p, err := page(r, standard, usersPage)
	if err != nil {
		return err
	}
	found, err := a.dir.Users(r.Context(), by, ask, p)
	if err != nil {
		return err
	}
	if named {
		found.Next = "" // the wire does not page what q finds
	}
	return a.listUsersAs(w, r, found)
}

// listUsersAs answers with people in the form that the request asks for.
func (a *API) listUsersAs(w http.ResponseWriter, r *http.Request, found directory.List[bailiwick.User]) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	wire := a.listedUser(r)
	out := directory.List[any]{Next: found.Next, Rows: make([]any, len(found.Rows))}
	for i, u := range found.Rows {
		if out.Rows[i], err = form.shape(wire(u)); err != nil {
			return err
		}
	}
	return list(a, w, r, out, func(row any) any { return row })
}

// userBody is a person in a request. Fields that we do not know are ignored at
// the top level and refused in the profile.
type userBody struct {
	Profile     bailiwick.Profile `json:"profile"`
	Credentials credentialsBody   `json:"credentials"`
	GroupIDs    []bailiwick.ID    `json:"groupIds"`
	RealmID     bailiwick.ID      `json:"realmId"`
	Type        wireRef           `json:"type"`
}

// newUser is what the body and the query ask for.
func (b userBody) newUser(r *http.Request) (directory.NewUser, error) {
	n := directory.NewUser{Profile: b.Profile, Question: b.Credentials.question(), GroupIDs: b.GroupIDs, RealmID: b.RealmID, TypeID: b.Type.ID,
		ExpirePassword: r.URL.Query().Get("nextLogin") == "changePassword"}
	var err error
	if n.Activate, err = flag(r, "activate", true); err != nil {
		return n, err
	}
	federated, err := flag(r, "provider", false)
	if err != nil {
		return n, err
	}
	if n.Provider, err = b.Credentials.provider(federated); err != nil {
		return n, err
	}
	password, err := b.Credentials.password()
	n.Password, n.Hash = password.Clear, password.Hash
	return n, err
}

func (a *API) createUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body userBody
	if err := read(r, &body); err != nil {
		return err
	}
	n, err := body.newUser(r)
	if err != nil {
		return err
	}
	u, err := a.dir.CreateUser(r.Context(), by, n)
	if err != nil {
		return err
	}
	return a.replyUser(w, r, u)
}

func (a *API) updateUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.saveUser(w, r, by, a.dir.UpdateUser, a.dir.UpdateSelf)
}

func (a *API) replaceUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.saveUser(w, r, by, a.dir.ReplaceUser, a.dir.ReplaceSelf)
}

// saveUser changes the person that the path names; one's own account has an
// operation of its own.
func (a *API) saveUser(w http.ResponseWriter, r *http.Request, by authz.Actor, save saveUser, saveOwn saveSelf) error {
	var body userBody
	if err := read(r, &body); err != nil {
		return err
	}
	change := directory.UserChange{Profile: body.Profile, TypeID: body.Type.ID, RealmID: body.RealmID, Question: body.Credentials.question(), If: a.ifMatch(r)}
	var err error
	if change.Strict, err = flag(r, "strict", false); err != nil {
		return err
	}
	if change.Password, err = body.Credentials.password(); err != nil {
		return err
	}
	var u bailiwick.User
	if ref := param(r, "user"); ref == ownRef {
		u, err = saveOwn(r.Context(), by, change)
	} else {
		u, err = save(r.Context(), by, ref, change)
	}
	if err != nil {
		return err
	}
	return a.replyUser(w, r, u)
}

func (a *API) deleteUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	if err := a.dir.DeleteUser(r.Context(), by, ref); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) userGroups(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, usersPage, usersPage)
	if err != nil {
		return err
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	found, err := a.dir.GroupsOf(r.Context(), by, ref, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.group(r))
}
