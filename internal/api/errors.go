package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
)

// An answer to a refusal: the vendor's code, its HTTP status and its summary.
// {0} in the summary is the field at fault.
type refusal struct {
	status  int
	code    string
	summary string
}

const (
	validation   = "Api validation failed: {0}"
	noPermission = "You do not have permission to perform the requested action"
)

// byReason and byCode are the whole of the way from our errors to the wire's
// (Okta management API, error codes). A reason stands before its code.
var byReason = map[bailiwick.Reason]refusal{
	bailiwick.ReasonDuplicate:         {400, "E0000001", validation},
	bailiwick.ReasonTooMany:           {400, "E0000093", "Target count limit exceeded"},
	bailiwick.ReasonBadCursor:         {400, "E0000029", "Invalid paging request."},
	bailiwick.ReasonBadSearch:         {400, "E0000031", "Invalid search criteria."},
	bailiwick.ReasonSearchAndFilter:   {400, "E0000033", "Bad request. Can't specify a search query and filter in the same request."},
	bailiwick.ReasonBadDate:           {400, "E0000030", "Bad request. Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. 2013-01-01T12:00:00.000-07:00."},
	bailiwick.ReasonMalformedBody:     {400, "E0000003", "The request body was not well-formed."},
	bailiwick.ReasonBadToken:          {401, "E0000011", "Invalid token provided"},
	bailiwick.ReasonOutsideNetwork:    {401, "E0000011", "Invalid token provided"},
	bailiwick.ReasonRoleAssigned:      {409, "E0000090", "The role specified is already assigned to the user."},
	bailiwick.ReasonWrongRoleType:     {400, "E0000091", "The provided role type was not the same as required role type."},
	bailiwick.ReasonLastTarget:        {400, "E0000001", validation},
	bailiwick.ReasonMixedTargets:      {400, "E0000001", validation},
	bailiwick.ReasonRuleTarget:        {400, "E0000192", "Roles cannot be granted to groups with group membership rules. {0}"},
	bailiwick.ReasonGroupTooLarge:     {400, "E0000193", "Roles can only be granted to groups with 5000 or less users. {0}"},
	bailiwick.ReasonLastSuperAdmin:    {403, "E0000006", noPermission},
	bailiwick.ReasonLastOwner:         {403, "E0000006", noPermission},
	bailiwick.ReasonTier:              {403, "E0000006", noPermission},
	bailiwick.ReasonSelf:              {403, "E0000006", noPermission},
	bailiwick.ReasonMissingGroup:      {403, "E0000006", noPermission},
	bailiwick.ReasonStatus:            {403, "E0000038", "This operation is not allowed in the user's current status."},
	bailiwick.ReasonAlreadyActive:     {403, "E0000016", "Activation failed because the user is already active"},
	bailiwick.ReasonUnlock:            {403, "E0000032", "Unlock is not allowed for this user."},
	bailiwick.ReasonWrongPassword:     {403, "E0000014", "Update of credentials failed"},
	bailiwick.ReasonStale:             {412, "E0000002", "The request was not valid: {0}"},
	bailiwick.ReasonForgotPassword:    {403, "E0000034", "Forgot password not allowed on specified user."},
	bailiwick.ReasonChangePassword:    {403, "E0000035", "Change password not allowed on specified user."},
	bailiwick.ReasonChangeQuestion:    {403, "E0000036", "Change recovery question not allowed on specified user."},
	bailiwick.ReasonPasswordCannotBe:  {403, "E0000017", "Password reset failed"},
	bailiwick.ReasonCredentialScheme:  {400, "E0000041", "Credentials should not be set on this resource based on the scheme."},
	bailiwick.ReasonExpireNeedsSecret: {400, "E0000124", "Could not create user. To create a user and expire their password immediately, a password must be specified"},
	bailiwick.ReasonExpireNeedsActive: {400, "E0000125", `Could not create user. To create a user and expire their password immediately, "activate" must be true`},
	bailiwick.ReasonTypeStays:         {403, "E0000142", "This User Type cannot be deleted."},
	bailiwick.ReasonReadOnlyField:     {403, "E0000077", "Cannot modify the {0} attribute because it is read-only."},
	bailiwick.ReasonImmutableField:    {403, "E0000078", "Cannot modify the {0} attribute because it is immutable."},
	bailiwick.ReasonDuplicateLabel:    {400, "E0000040", "Application label must not be the same as an existing application label."},
	bailiwick.ReasonAppAssigned:       {409, "E0000062", "The specified user is already assigned to the application."},
	bailiwick.ReasonAppThroughGroup:   {403, "E0000046", "Deactivate application for user forbidden."},
	bailiwick.ReasonInactiveUser:      {403, "E0000117", "Cannot assign apps or update app profiles for an inactive user."},
	bailiwick.ReasonInactiveApp:       {403, "E0000143", "App instance operation not allowed."},
	bailiwick.ReasonActiveApp:         {403, "E0000056", "Delete application forbidden."},
	bailiwick.ReasonRealmInUse:        {400, "E0000178", "This realm cannot be deleted. {0}"},
	bailiwick.ReasonTooManyRealms:     {403, "E0000221", "You have reached the maximum number of realms. An org cannot have more than {0} realms."},
	bailiwick.ReasonUnsupported:       {501, "E0000060", "Unsupported operation."},
	bailiwick.ReasonNotAssigned:       {404, "E0000007", "Not found: {0}"},
}

var byCode = map[bailiwick.Code]refusal{
	bailiwick.Invalid:         {400, "E0000001", validation},
	bailiwick.Unauthenticated: {401, "E0000004", "Authentication failed"},
	bailiwick.Forbidden:       {403, "E0000006", noPermission},
	bailiwick.Missing:         {404, "E0000007", "Not found: {0}"},
	bailiwick.Conflict:        {409, "E0000195", "Api validation failed due to conflict: {0}"},
	bailiwick.Throttled:       {429, "E0000047", "API call exceeded rate limit due to too many requests."},
	bailiwick.Internal:        {500, "E0000009", "Internal Server Error"},
}

// What only the router knows.
var (
	errNoPath = refusal{404, "E0000008", "The requested path was not found"}
	errMethod = refusal{405, "E0000022", "The endpoint does not support the provided HTTP method"}
)

// lookup finds the wire's answer. A few reasons mean another thing under
// another code: suspending somebody who is not active is a fault of the
// request, and a built-in group refuses roles and members differently.
func lookup(e *bailiwick.Error) refusal {
	switch {
	case e.Code == bailiwick.Invalid && e.Reason == bailiwick.ReasonStatus:
		return byCode[bailiwick.Invalid]
	case e.Reason == bailiwick.ReasonBuiltInGroup && e.Code == bailiwick.Invalid:
		return refusal{400, "E0000211", "Roles cannot be granted to built-in groups: {0}"}
	}
	if r, ok := byReason[e.Reason]; ok {
		return r
	}
	return byCode[e.Code]
}

type wireError struct {
	Code    string      `json:"errorCode"`
	Summary string      `json:"errorSummary"`
	Link    string      `json:"errorLink"`
	ID      string      `json:"errorId"`
	Causes  []wireCause `json:"errorCauses"`
}

type wireCause struct {
	Summary string `json:"errorSummary"`
}

// fail answers with an error; what is not a [*bailiwick.Error] is internal and
// told to nobody.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	var e *bailiwick.Error
	if !errors.As(err, &e) {
		e = &bailiwick.Error{Code: bailiwick.Internal}
	}
	answer := lookup(e)
	if e.Code == bailiwick.Missing {
		answer.summary = strings.ReplaceAll(answer.summary, "{0}", "Resource not found: "+string(e.ID)+" ("+e.Kind+")")
	}
	answer.summary = strings.TrimSpace(strings.ReplaceAll(answer.summary, "{0}", e.Field))
	write(w, answer, causes(e, answer))
}

// causes are the sentences that say what to mend. A refusal for lack of
// permission says nothing more, so that it is the same for every target.
func causes(e *bailiwick.Error, answer refusal) []wireCause {
	switch {
	case e.Reason == bailiwick.ReasonWrongPassword: // about the input, though its status is that of a refusal
	case answer.status != http.StatusBadRequest && answer.status != http.StatusConflict, e.Message == "":
		return []wireCause{}
	case e.Reason == bailiwick.ReasonUnknownField, e.Field == "":
		return []wireCause{{e.Message}}
	}
	return []wireCause{{e.Field + ": " + e.Message}}
}

func writeError(w http.ResponseWriter, _ *http.Request, answer refusal) {
	write(w, answer, []wireCause{})
}

func write(w http.ResponseWriter, answer refusal, why []wireCause) {
	w.Header().Set("Content-Type", "application/json")
	if answer.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "SSWS")
	}
	w.WriteHeader(answer.status)
	_ = json.NewEncoder(w).Encode(wireError{Code: answer.code, Summary: answer.summary, Link: answer.code, ID: "oae" + rand.Text()[:22], Causes: why})
}
