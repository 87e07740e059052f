package api

import "github.com/bailiwick-iam/bailiwick"

// A document says what a route is for, to readers and to programs that write
// clients. The types are what the handler reads and replies with.
type document struct {
	summary string
	ask     string // names of the query's parameters, described in questions
	takes   any    // a value of the body's type; nil for none
	gives   any    // a value of the answer's type; nil for an empty answer
	status  int    // of success; 0 is 200, or 204 for an empty answer
}

// Parts of documents that come often.
const (
	askPage   = "limit after"
	askFind   = "q filter search sortBy sortOrder " + askPage
	askExpand = "expand"
)

// Bodies and answers that have no type of their own.
type (
	linkAnswer struct {
		ActivationURL   string `json:"activationUrl,omitempty"`
		ActivationToken string `json:"activationToken,omitempty"`
		ResetURL        string `json:"resetPasswordUrl,omitempty"`
		Password        string `json:"tempPassword,omitempty"`
	}
	principalBody struct {
		ID   bailiwick.ID            `json:"id"`
		Type bailiwick.PrincipalKind `json:"type"`
	}
	roleBody struct {
		Type bailiwick.RoleType `json:"type"`
	}
)

// questions describe the parameters of queries, everywhere the same.
var questions = map[string]document{
	"limit":          {summary: "The most rows of a page", gives: 0},
	"after":          {summary: "The cursor of the page that follows, from the Link header", gives: ""},
	"q":              {summary: "What a name, login or address begins with", gives: ""},
	"filter":         {summary: "An expression over a few attributes", gives: ""},
	"search":         {summary: "An expression over any attribute", gives: ""},
	"sortBy":         {summary: "The attribute that a search is sorted by", gives: ""},
	"sortOrder":      {summary: "asc or desc; of the log ASCENDING or DESCENDING", gives: ""},
	"expand":         {summary: "What is embedded in the answer", gives: ""},
	"fields":         {summary: "The attributes that are wanted", gives: ""},
	"activate":       {summary: "Whether to activate at once", gives: false},
	"provider":       {summary: "Whether another system holds the credential", gives: ""},
	"nextLogin":      {summary: "changePassword makes the person choose a new password", gives: ""},
	"strict":         {summary: "Refuse the password that the person has now", gives: false},
	"sendEmail":      {summary: "Whether the person gets a mail", gives: false},
	"revokeSessions": {summary: "Whether to sign the person out everywhere", gives: false},
	"tempPassword":   {summary: "Whether to answer with a temporary password", gives: false},
	"oauthTokens":    {summary: "Whether to revoke tokens too", gives: false},
	"removeUsers":    {summary: "Whether those whom the rule brought leave the groups", gives: false},
	"subject":        {summary: "The thing that the jobs are about", gives: ""},
	"since":          {summary: "The earliest time", gives: ""},
	"until":          {summary: "The time that is not reached", gives: ""},
}

// segments describe the parts of paths.
var segments = map[string]string{
	"user": "An ID, a login, a login's part before the @, or me", "group": "A group's ID", "app": "An app's ID", "role": "The ID of a role assignment",
	"target": "The ID of a target", "name": "A name in the catalog", "token": "A token's ID", "type": "A user type's ID, or default",
	"schema": "A schema's ID, or default", "owner": "The ID of an owner", "rule": "A rule's ID", "job": "A job's ID", "realm": "A realm's ID",
	"assignment": "The ID of a realm assignment", "brand": "A brand's ID", "contact": "BILLING or TECHNICAL",
}

const (
	oneUser  = "/api/v1/users/{user}"
	oneGroup = "/api/v1/groups/{group}"
	oneApp   = "/api/v1/apps/{app}"
	oneMove  = "/api/v1/realm-assignments/{assignment}"
	oneRule  = "/api/v1/groups/rules/{rule}"
)

// documents has a row for each route; a route without one fails a test. A row
// that is wrong about types fails another, which compares real answers.
var documents = func() map[string]document {
	all := map[string]document{}
	for _, rows := range []map[string]document{peopleDocuments, groupDocuments, appDocuments, otherDocuments,
		roleDocuments(oneUser), roleDocuments(oneGroup)} {
		for route, d := range rows {
			all[route] = d
		}
	}
	return all
}()

var peopleDocuments = map[string]document{
	"GET /api/v1/users":                                {summary: "List or find users", ask: askFind + " fields", gives: []wireUser{}},
	"POST /api/v1/users":                               {summary: "Create a user", ask: "activate provider nextLogin", takes: userBody{}, gives: wireUser{}},
	"GET " + oneUser:                                   {summary: "Read a user", ask: "expand fields", gives: wireUser{}},
	"POST " + oneUser:                                  {summary: "Change attributes of a user", ask: "strict", takes: userBody{}, gives: wireUser{}},
	"PUT " + oneUser:                                   {summary: "Replace a user", ask: "strict", takes: userBody{}, gives: wireUser{}},
	"DELETE " + oneUser:                                {summary: "Deactivate a user, or delete one who is deactivated", ask: "sendEmail"},
	"GET " + oneUser + "/groups":                       {summary: "List the groups of a user", ask: askPage, gives: []wireGroup{}},
	"GET " + oneUser + "/blocks":                       {summary: "List what keeps a user from signing in", gives: []any{}},
	"GET " + oneUser + "/appLinks":                     {summary: "List where the apps of a user start", gives: []wireAppLink{}},
	"DELETE " + oneUser + "/sessions":                  {summary: "Sign a user out everywhere", ask: "oauthTokens"},
	"POST " + oneUser + "/lifecycle/activate":          {summary: "Activate a user", ask: "sendEmail", gives: linkAnswer{}},
	"POST " + oneUser + "/lifecycle/reactivate":        {summary: "Send the activation mail again", ask: "sendEmail", gives: linkAnswer{}},
	"POST " + oneUser + "/lifecycle/deactivate":        {summary: "Deactivate a user", ask: "sendEmail", gives: empty{}},
	"POST " + oneUser + "/lifecycle/suspend":           {summary: "Suspend a user", gives: empty{}},
	"POST " + oneUser + "/lifecycle/unsuspend":         {summary: "End a suspension", gives: empty{}},
	"POST " + oneUser + "/lifecycle/unlock":            {summary: "Unlock a user", gives: empty{}},
	"POST " + oneUser + "/lifecycle/reset_password":    {summary: "Start a password reset", ask: "sendEmail provider revokeSessions", gives: linkAnswer{}},
	"POST " + oneUser + "/lifecycle/expire_password":   {summary: "Expire a password", ask: "tempPassword", gives: object{}},
	"POST " + oneUser + expireWithTemporary:            {summary: "Replace a password by a temporary one", ask: "revokeSessions", gives: linkAnswer{}},
	"POST " + oneUser + "/credentials/change_password": {summary: "Change a password that is known", ask: "strict", takes: object{}, gives: wireCredentials{}},
	"POST " + oneUser + "/credentials/forgot_password": {summary: "Start a password reset as the person would", ask: "sendEmail", takes: object{}, gives: linkAnswer{}},
	"POST " + oneUser + changeQuestionPath:             {summary: "Change the recovery question", takes: object{}, gives: wireCredentials{}},
	"POST " + oneUser + forgotByQuestionPath:           {summary: "Recovery by an answer, which is always refused", takes: object{}, gives: object{}},
}

const (
	expireWithTemporary  = "/lifecycle/expire_password_with_temp_password"
	changeQuestionPath   = "/credentials/change_recovery_question"
	forgotByQuestionPath = "/credentials/forgot_password_recovery_question"
)

var groupDocuments = map[string]document{
	"GET /api/v1/groups":                        {summary: "List or find groups", ask: askFind + " expand", gives: []wireGroup{}},
	"POST /api/v1/groups":                       {summary: "Create a group", takes: groupBody{}, gives: wireGroup{}},
	"GET " + oneGroup:                           {summary: "Read a group", ask: askExpand, gives: wireGroup{}},
	"PUT " + oneGroup:                           {summary: "Replace the profile of a group", takes: groupBody{}, gives: wireGroup{}},
	"DELETE " + oneGroup:                        {summary: "Delete a group"},
	"GET " + oneGroup + "/users":                {summary: "List the members of a group", ask: askPage, gives: []wireUser{}},
	"PUT " + oneGroup + "/users/{user}":         {summary: "Add a user to a group"},
	"DELETE " + oneGroup + "/users/{user}":      {summary: "Remove a user from a group"},
	"GET " + oneGroup + "/apps":                 {summary: "List the apps of a group", ask: askPage, gives: []wireApp{}},
	"GET " + oneGroup + "/owners":               {summary: "List the owners of a group", ask: askPage, gives: []wireOwner{}},
	"POST " + oneGroup + "/owners":              {summary: "Add an owner to a group", takes: principalBody{}, gives: wireOwner{}, status: 201},
	"DELETE " + oneGroup + "/owners/{owner}":    {summary: "Remove an owner from a group"},
	"GET /api/v1/groups/rules":                  {summary: "List group rules", ask: "search expand " + askPage, gives: []wireRule{}},
	"POST /api/v1/groups/rules":                 {summary: "Create a group rule", takes: ruleTerms{}, gives: wireRule{}},
	"GET " + oneRule:                            {summary: "Read a group rule", ask: askExpand, gives: wireRule{}},
	"PUT " + oneRule:                            {summary: "Replace a group rule that is inactive", takes: ruleTerms{}, gives: wireRule{}},
	"DELETE " + oneRule:                         {summary: "Delete a group rule", ask: "removeUsers", status: 202},
	"POST " + oneRule + "/lifecycle/activate":   {summary: "Activate a group rule"},
	"POST " + oneRule + "/lifecycle/deactivate": {summary: "Deactivate a group rule", ask: "removeUsers"},
	"GET /api/v1/jobs":                          {summary: "List long work", ask: "subject " + askPage, gives: []wireJob{}},
	"GET /api/v1/jobs/{job}":                    {summary: "Read how far long work has come", gives: wireJob{}},
	"POST /api/v1/jobs/{job}/lifecycle/pause":   {summary: "Pause long work"},
	"POST /api/v1/jobs/{job}/lifecycle/resume":  {summary: "Go on with long work"},
}

var appDocuments = map[string]document{
	"GET /api/v1/apps":                         {summary: "List apps", ask: "q filter expand " + askPage, gives: []wireApp{}},
	"POST /api/v1/apps":                        {summary: "Create an app", ask: "activate", takes: appBody{}, gives: wireApp{}},
	"GET " + oneApp:                            {summary: "Read an app", ask: askExpand, gives: wireApp{}},
	"PUT " + oneApp:                            {summary: "Replace an app", takes: appBody{}, gives: wireApp{}},
	"DELETE " + oneApp:                         {summary: "Delete an app that is inactive"},
	"POST " + oneApp + "/lifecycle/activate":   {summary: "Activate an app", gives: empty{}},
	"POST " + oneApp + "/lifecycle/deactivate": {summary: "Deactivate an app", gives: empty{}},
	"GET " + oneApp + "/users":                 {summary: "List the users of an app", ask: "q expand " + askPage, gives: []wireAppUser{}},
	"POST " + oneApp + "/users":                {summary: "Assign a user to an app", takes: appUserBody{}, gives: wireAppUser{}},
	"GET " + oneApp + "/users/{user}":          {summary: "Read a user of an app", ask: askExpand, gives: wireAppUser{}},
	"POST " + oneApp + "/users/{user}":         {summary: "Change a user of an app", takes: appUserBody{}, gives: wireAppUser{}},
	"DELETE " + oneApp + "/users/{user}":       {summary: "Unassign a user from an app", ask: "sendEmail"},
	"GET " + oneApp + "/groups":                {summary: "List the groups of an app", ask: "q expand " + askPage, gives: []wireAppGroup{}},
	"GET " + oneApp + "/groups/{group}":        {summary: "Read a group of an app", ask: askExpand, gives: wireAppGroup{}},
	"PUT " + oneApp + "/groups/{group}":        {summary: "Assign a group to an app", takes: object{}, gives: wireAppGroup{}},
	"PATCH " + oneApp + "/groups/{group}":      {summary: "Change a group of an app", takes: []object{}, gives: wireAppGroup{}},
	"DELETE " + oneApp + "/groups/{group}":     {summary: "Unassign a group from an app"},
}

var otherDocuments = map[string]document{
	"GET /api/v1/meta/types/user":               {summary: "List user types", gives: []wireUserType{}},
	"POST /api/v1/meta/types/user":              {summary: "Create a user type", takes: typeBody{}, gives: wireUserType{}},
	"GET /api/v1/meta/types/user/{type}":        {summary: "Read a user type", gives: wireUserType{}},
	"POST /api/v1/meta/types/user/{type}":       {summary: "Change a user type", takes: typeBody{}, gives: wireUserType{}},
	"PUT /api/v1/meta/types/user/{type}":        {summary: "Replace a user type", takes: typeBody{}, gives: wireUserType{}},
	"DELETE /api/v1/meta/types/user/{type}":     {summary: "Delete a user type"},
	"GET /api/v1/meta/schemas/user/{schema}":    {summary: "Read a user schema", gives: wireSchema{}},
	"POST /api/v1/meta/schemas/user/{schema}":   {summary: "Change a user schema", takes: schemaBody{}, gives: wireSchema{}},
	"GET /api/v1/meta/schemas/group/default":    {summary: "Read the schema of groups", gives: wireSchema{}},
	"POST /api/v1/meta/schemas/group/default":   {summary: "Change the schema of groups", takes: schemaBody{}, gives: wireSchema{}},
	"GET /api/v1/iam/assignees/users":           {summary: "List the administrators", ask: askPage, gives: object{}},
	"GET /api/v1/api-tokens":                    {summary: "List API tokens", gives: []wireToken{}},
	"POST /api/v1/api-tokens":                   {summary: "Create an API token, from a session alone", takes: object{}, gives: wireToken{}},
	"GET /api/v1/api-tokens/{token}":            {summary: "Read an API token", gives: wireToken{}},
	"PUT /api/v1/api-tokens/{token}":            {summary: "Change an API token", takes: object{}, gives: wireToken{}},
	"DELETE /api/v1/api-tokens/{token}":         {summary: "Revoke an API token"},
	"DELETE /api/v1/api-tokens/current":         {summary: "Revoke the token of the request"},
	"GET /api/v1/org/settings":                  {summary: "Read the switches of the organization", gives: wireSettings{}},
	"POST /api/v1/org/settings":                 {summary: "Change the switches of the organization", takes: wireSettings{}, gives: wireSettings{}},
	"GET /api/v1/realms":                        {summary: "List realms", ask: "search sortBy sortOrder " + askPage, gives: []wireRealm{}},
	"POST /api/v1/realms":                       {summary: "Create a realm", takes: realmBody{}, gives: wireRealm{}},
	"GET /api/v1/realms/{realm}":                {summary: "Read a realm", gives: wireRealm{}},
	"PUT /api/v1/realms/{realm}":                {summary: "Replace a realm", takes: realmBody{}, gives: wireRealm{}},
	"DELETE /api/v1/realms/{realm}":             {summary: "Delete a realm that nobody is in"},
	"GET /api/v1/realm-assignments":             {summary: "List realm assignments", ask: askPage, gives: []wireRealmAssignment{}},
	"POST /api/v1/realm-assignments":            {summary: "Create a realm assignment", takes: realmAssignmentBody{}, gives: wireRealmAssignment{}},
	"GET " + oneMove:                            {summary: "Read a realm assignment", gives: wireRealmAssignment{}},
	"PUT " + oneMove:                            {summary: "Replace a realm assignment", takes: realmAssignmentBody{}, gives: wireRealmAssignment{}},
	"DELETE " + oneMove:                         {summary: "Delete a realm assignment"},
	"POST " + oneMove + "/lifecycle/activate":   {summary: "Activate a realm assignment"},
	"POST " + oneMove + "/lifecycle/deactivate": {summary: "Deactivate a realm assignment"},
	"GET /api/v1/logs":                          {summary: "Read the system log", ask: "q filter since until sortOrder " + askPage, gives: []wireEvent{}},
}

// roleDocuments are the Admin Roles routes of people or groups.
func roleDocuments(holder string) map[string]document {
	role := holder + "/roles/{role}"
	apps := role + "/targets/catalog/apps"
	return map[string]document{
		"GET " + holder + "/roles":                    {summary: "List the roles", ask: askExpand, gives: []wireRole{}},
		"POST " + holder + "/roles":                   {summary: "Assign a role", takes: roleBody{}, gives: wireRole{}, status: 201},
		"GET " + role:                                 {summary: "Read a role", ask: askExpand, gives: wireRole{}},
		"DELETE " + role:                              {summary: "Unassign a role"},
		"GET " + role + "/targets/groups":             {summary: "List the target groups of a role", ask: askPage, gives: []wireGroup{}},
		"PUT " + role + "/targets/groups/{target}":    {summary: "Add a target group to a role"},
		"DELETE " + role + "/targets/groups/{target}": {summary: "Remove a target group from a role"},
		"GET " + role + "/targets/realms":             {summary: "List the target realms of a role", ask: askPage, gives: []wireRealm{}},
		"PUT " + role + "/targets/realms/{target}":    {summary: "Add a target realm to a role"},
		"DELETE " + role + "/targets/realms/{target}": {summary: "Remove a target realm from a role"},
		"GET " + apps:                                 {summary: "List the target apps of a role", ask: askPage, gives: []wireCatalogApp{}},
		"PUT " + apps:                                 {summary: "Target all apps", status: 200},
		"PUT " + apps + "/{name}":                     {summary: "Add a target app to a role"},
		"DELETE " + apps + "/{name}":                  {summary: "Remove a target app from a role"},
		"PUT " + apps + "/{name}/{app}":               {summary: "Add an app instance as a target to a role"},
		"DELETE " + apps + "/{name}/{app}":            {summary: "Remove an app instance from the targets of a role"},
	}
}
