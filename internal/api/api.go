// Package api speaks the Okta management API v1: routes, wire types, errors,
// paging. Nothing else in the product knows these words. A handler parses,
// calls one operation of package directory and writes the answer; authority is
// not its business.
//
// To add an endpoint: an operation in directory, a handler and its wire type
// here, one row in routes. The access golden shows who may call it.
package api

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// An API serves /api/v1.
type API struct {
	dir    *directory.Directory
	signIn *signin.SignIn
	web    *web.Web
}

// New returns the API over the operations.
func New(dir *directory.Directory, s *signin.SignIn, w *web.Web) *API {
	return &API{dir: dir, signIn: s, web: w}
}

// A Route is one row of the route table.
type Route struct {
	Method  string
	Pattern string
	handler web.Handler
}

// Routes is the route table; every row needs an API token.
func (a *API) Routes() []Route {
	return []Route{
		{"GET", "/api/v1/users", a.listUsers},
		{"POST", "/api/v1/users", a.createUser},
		{"GET", "/api/v1/users/{user}", a.getUser},
		{"POST", "/api/v1/users/{user}", a.updateUser},
		{"PUT", "/api/v1/users/{user}", a.replaceUser},
		{"DELETE", "/api/v1/users/{user}", a.deleteUser},
		{"GET", "/api/v1/users/{user}/blocks", a.userBlocks},
		{"GET", "/api/v1/users/{user}/groups", a.userGroups},
		{"DELETE", "/api/v1/users/{user}/sessions", a.clearSessions},
		{"POST", "/api/v1/users/{user}/lifecycle/activate", a.activateUser},
		{"POST", "/api/v1/users/{user}/lifecycle/reactivate", a.reactivateUser},
		{"POST", "/api/v1/users/{user}/lifecycle/deactivate", a.deactivateUser},
		{"POST", "/api/v1/users/{user}/lifecycle/suspend", a.suspendUser},
		{"POST", "/api/v1/users/{user}/lifecycle/unsuspend", a.unsuspendUser},
		{"POST", "/api/v1/users/{user}/lifecycle/unlock", a.unlockUser},
		{"POST", "/api/v1/users/{user}/lifecycle/reset_password", a.resetPassword},
		{"POST", "/api/v1/users/{user}/lifecycle/expire_password", a.expirePassword},
		{"POST", "/api/v1/users/{user}/lifecycle/expire_password_with_temp_password", a.temporaryPassword},
		{"POST", "/api/v1/users/{user}/credentials/change_password", a.changePassword},
		{"POST", "/api/v1/users/{user}/credentials/change_recovery_question", a.changeQuestion},
		{"POST", "/api/v1/users/{user}/credentials/forgot_password", a.forgotPassword},
		{"POST", "/api/v1/users/{user}/credentials/forgot_password_recovery_question", a.forgotByAnswer},

		{"GET", "/api/v1/groups", a.listGroups},
		{"POST", "/api/v1/groups", a.createGroup},
		{"GET", "/api/v1/groups/{group}", a.getGroup},
		{"PUT", "/api/v1/groups/{group}", a.replaceGroup},
		{"DELETE", "/api/v1/groups/{group}", a.deleteGroup},
		{"GET", "/api/v1/groups/{group}/users", a.groupUsers},
		{"PUT", "/api/v1/groups/{group}/users/{user}", a.addMember},
		{"DELETE", "/api/v1/groups/{group}/users/{user}", a.removeMember},
		{"GET", "/api/v1/groups/{group}/owners", a.listOwners},
		{"POST", "/api/v1/groups/{group}/owners", a.addOwner},
		{"DELETE", "/api/v1/groups/{group}/owners/{owner}", a.removeOwner},
		{"GET", "/api/v1/groups/rules", a.listRules},
		{"POST", "/api/v1/groups/rules", a.createRule},
		{"GET", "/api/v1/groups/rules/{rule}", a.getRule},
		{"PUT", "/api/v1/groups/rules/{rule}", a.replaceRule},
		{"DELETE", "/api/v1/groups/rules/{rule}", a.deleteRule},
		{"POST", "/api/v1/groups/rules/{rule}/lifecycle/activate", a.activateRule},
		{"POST", "/api/v1/groups/rules/{rule}/lifecycle/deactivate", a.deactivateRule},

		{"GET", "/api/v1/jobs", a.listJobs},
		{"GET", "/api/v1/jobs/{job}", a.getJob},
		{"POST", "/api/v1/jobs/{job}/lifecycle/pause", a.pauseJob},
		{"POST", "/api/v1/jobs/{job}/lifecycle/resume", a.resumeJob},

		{"GET", "/api/v1/apps", a.listApps},
		{"POST", "/api/v1/apps", a.createApp},
		{"GET", "/api/v1/apps/{app}", a.getApp},
		{"DELETE", "/api/v1/apps/{app}", a.deleteApp},
		{"POST", "/api/v1/apps/{app}/lifecycle/activate", a.activateApp},
		{"POST", "/api/v1/apps/{app}/lifecycle/deactivate", a.deactivateApp},

		{"GET", "/api/v1/org/settings", a.getSettings},
		{"POST", "/api/v1/org/settings", a.updateSettings},

		{"GET", "/api/v1/realms", a.listRealms},
		{"POST", "/api/v1/realms", a.createRealm},
		{"GET", "/api/v1/realms/{realm}", a.getRealm},
		{"PUT", "/api/v1/realms/{realm}", a.replaceRealm},
		{"DELETE", "/api/v1/realms/{realm}", a.deleteRealm},
		{"GET", "/api/v1/realm-assignments", a.listRealmAssignments},
		{"POST", "/api/v1/realm-assignments", a.createRealmAssignment},
		{"GET", "/api/v1/realm-assignments/{assignment}", a.getRealmAssignment},
		{"PUT", "/api/v1/realm-assignments/{assignment}", a.replaceRealmAssignment},
		{"DELETE", "/api/v1/realm-assignments/{assignment}", a.deleteRealmAssignment},
		{"POST", "/api/v1/realm-assignments/{assignment}/lifecycle/activate", a.activateRealmAssignment},
		{"POST", "/api/v1/realm-assignments/{assignment}/lifecycle/deactivate", a.deactivateRealmAssignment},

		{"GET", "/api/v1/meta/types/user", a.listUserTypes},
		{"POST", "/api/v1/meta/types/user", a.createUserType},
		{"GET", "/api/v1/meta/types/user/{type}", a.getUserType},
		{"POST", "/api/v1/meta/types/user/{type}", a.updateUserType},
		{"PUT", "/api/v1/meta/types/user/{type}", a.replaceUserType},
		{"DELETE", "/api/v1/meta/types/user/{type}", a.deleteUserType},
		{"GET", "/api/v1/meta/schemas/user/{schema}", a.getUserSchema},
		{"POST", "/api/v1/meta/schemas/user/{schema}", a.updateUserSchema},
		{"GET", "/api/v1/meta/schemas/group/default", a.getGroupSchema},
		{"POST", "/api/v1/meta/schemas/group/default", a.updateGroupSchema},

		{"GET", "/api/v1/iam/assignees/users", a.listAdministrators},
		{"GET", tokensPath, a.listTokens},
		{"POST", tokensPath, a.createToken},
		{"GET", "/api/v1/api-tokens/{token}", a.getToken},
		{"PUT", "/api/v1/api-tokens/{token}", a.updateToken},
		{"DELETE", "/api/v1/api-tokens/current", a.revokeCurrentToken},
		{"DELETE", "/api/v1/api-tokens/{token}", a.revokeToken},
		{"GET", "/api/v1/logs", a.listLogs},
	}
}

const tokensPath = "/api/v1/api-tokens"

// principalRoutes are the Admin Roles routes, the same for people and groups.
func (a *API) principalRoutes(prefix string, of holder) []Route {
	type row struct {
		method, rest string
		handle       func(holder) web.Handler
	}
	var out []Route
	for _, r := range []row{
		{"GET", "/roles", a.listRoles},
		{"POST", "/roles", a.assignRole},
		{"GET", "/roles/{role}", a.getRole},
		{"DELETE", "/roles/{role}", a.unassignRole},
		{"GET", "/roles/{role}/targets/groups", a.listGroupTargets},
		{"PUT", "/roles/{role}/targets/groups/{target}", a.addGroupTarget},
		{"DELETE", "/roles/{role}/targets/groups/{target}", a.removeGroupTarget},
		{"GET", "/roles/{role}/targets/catalog/apps", a.listAppTargets},
		{"PUT", "/roles/{role}/targets/catalog/apps", a.targetAllApps},
		{"PUT", "/roles/{role}/targets/catalog/apps/{name}", a.addAppTarget},
		{"DELETE", "/roles/{role}/targets/catalog/apps/{name}", a.removeAppTarget},
		{"PUT", "/roles/{role}/targets/catalog/apps/{name}/{app}", a.addAppTarget},
		{"DELETE", "/roles/{role}/targets/catalog/apps/{name}/{app}", a.removeAppTarget},
		{"GET", "/roles/{role}/targets/realms", a.listRealmTargets},
		{"PUT", "/roles/{role}/targets/realms/{target}", a.addRealmTarget},
		{"DELETE", "/roles/{role}/targets/realms/{target}", a.removeRealmTarget},
	} {
		out = append(out, Route{r.method, prefix + r.rest, r.handle(of)})
	}
	return out
}

// AllRoutes is the whole table, for tests and documents that walk it.
func (a *API) AllRoutes() []Route {
	routes := append(a.Routes(), a.assignmentRoutes()...)
	routes = append(routes, a.principalRoutes("/api/v1/users/{user}", userHolder)...)
	return append(routes, a.principalRoutes("/api/v1/groups/{group}", groupHolder)...)
}

// Handler serves the table, below the paths /api and /.well-known.
func (a *API) Handler() http.Handler {
	mux := chi.NewRouter()
	mux.NotFound(func(w http.ResponseWriter, r *http.Request) { writeError(w, r, errNoPath) })
	mux.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed(mux, r))
		writeError(w, r, errMethod)
	})
	mux.Method("GET", "/.well-known/okta-organization", a.web.Open(fail, a.wellKnown))
	mux.Method("GET", "/api/v1/openapi.json", a.web.Open(fail, a.getOpenAPI))
	mux.Method("GET", "/api/v1/postman.json", a.web.Open(fail, a.getPostman))
	mux.Method("GET", "/api/v1/docs", a.web.Open(fail, a.getDocs))
	mux.Method("GET", "/api/v1/logos/groups/{size}.png", a.web.Open(fail, a.groupLogo))
	mux.Method("GET", "/api/v1/logos/apps/{mark}/{size}.png", a.web.Open(fail, a.drawnLogo))
	for _, route := range a.AllRoutes() {
		guard := a.web.Token
		if route.Method == http.MethodPost && route.Pattern == tokensPath {
			guard = a.web.TokenOrSession // no token makes tokens
		}
		mux.Method(route.Method, route.Pattern, guard(fail, readable(route.handler)))
	}
	return mux
}

// allowed lists the methods that the path of a request takes.
func allowed(mux chi.Routes, r *http.Request) string {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	var methods []string
	for _, m := range []string{http.MethodDelete, http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut} {
		if mux.Match(chi.NewRouteContext(), m, path) {
			methods = append(methods, m)
		}
	}
	return strings.Join(methods, ", ")
}
