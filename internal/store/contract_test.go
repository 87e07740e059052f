package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// unscoped are the methods that touch people or groups without a scope, each
// with the reason why that gives nothing away. A new one is a decision.
var unscoped = map[string]string{
	"SignerByLogin": "a sign-in: nobody has authority yet",
	"Signer":        "a sign-in or a link: nobody has authority yet",
	"HoldSigner":    "a sign-in or a link: nobody has authority yet",
	"SaveSigner":    "a sign-in or a link: writes only what Signer has read",
	"Addressee":     "delivery of what an operation with authority has decided",
}

// byID are the methods that take somebody's or something's ID without a scope:
// their callers have read the person or group within one in the same
// transaction.
var byID = map[string]string{
	"TokensOf":         "the caller has read the owner",
	"UserType":         "a type is no person; who reads people may read it",
	"UserSchema":       "a type is no person; who reads people may read its schema",
	"UserSchemaByID":   "a schema is no person; who reads people may read it",
	"Sweep":            "the ID of a type whose schema was changed with authority",
	"EndTokens":        "the caller has read the owner",
	"SessionsOf":       "the caller has read the person",
	"EndSessions":      "the caller has read the person",
	"EndSessionsIn":    "the caller has read the group",
	"EndOtherSessions": "the caller has proven the person by the old password",
	"VoidLinks":        "the caller has read the person",
	"VoidLinksIn":      "the caller has read the group",
	"StripUser":        "the caller has saved the person in its scope",
	"StripApps":        "the caller has saved the person in its scope",
	"NextAppPriority":  "the caller has read the app",
	"Delivered":        "the ID of a letter that this worker has leased",
	"Postponed":        "the ID of a letter that this worker has leased",
	"GivenUp":          "the ID of a letter that this worker has leased",
	"IsTarget":         "the caller has read the assignment's principal",
	"AddTarget":        "judged by MayGrant; the caller has read the target",
	"RemoveTarget":     "judged by MayGrant; the caller has read the target",
	"Assignment":       "the caller has read the principal",
	"Assignments":      "the caller has read the principal",
	"RolesLostWith":    "the caller has read the group, to delete it",
	"GroupRule":        "judged by GroupRulesManage, which is org-wide",
	"GroupRules":       "judged by GroupRulesManage, which is org-wide",
	"DeleteGroupRule":  "judged by GroupRulesManage, which is org-wide",
	"IsRuleTarget":     "the caller has read the group",
	"EndJobs":          "the caller has read the rule",
	"Job":              "judged by GroupRulesManage, which is org-wide",
	"Jobs":             "judged by GroupRulesManage, which is org-wide",
	"MoveJob":          "judged by GroupRulesManage, which is org-wide",
	"ApplyRules":       "judged by GroupRulesManage, which is org-wide",
	"WorkOffRule":      "judged by GroupRulesManage, which is org-wide",
	"CountOfRule":      "judged by GroupRulesManage, which is org-wide",
	"Holder":           "an event tells of it; the log redacts when it is read",
}

var scopes = []reflect.Type{reflect.TypeFor[authz.UserScope](), reflect.TypeFor[authz.GroupScope](),
	reflect.TypeFor[authz.AppScope](), reflect.TypeFor[authz.RealmScope](),
	reflect.TypeFor[authz.TokenScope](), reflect.TypeFor[authz.LogScope]()}

// Whoever reads or writes people or groups says on whose authority: the scope
// is the first argument, so that it cannot be forgotten and is seen at once.
func TestMethodsOnPeopleAndGroupsTakeAScopeFirst(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, on := range []reflect.Type{reflect.TypeFor[*store.View](), reflect.TypeFor[*store.Tx](), reflect.TypeFor[*store.Upkeep]()} {
		for i := range on.NumMethod() {
			m := on.Method(i)
			scoped := m.Type.NumIn() > 1 && slices.Contains(scopes, m.Type.In(1))
			named[m.Name] = true
			if scoped {
				continue
			}
			if touches(m, reflect.TypeFor[bailiwick.User](), reflect.TypeFor[bailiwick.Group]()) && unscoped[m.Name] == "" {
				t.Errorf("%s.%s has people or groups in its signature and no scope as its first argument", on.Elem().Name(), m.Name)
			}
			if takes(m, reflect.TypeFor[bailiwick.ID](), reflect.TypeFor[bailiwick.Principal]()) && byID[m.Name] == "" && unscoped[m.Name] == "" {
				t.Errorf("%s.%s takes an ID and no scope; take one, or name the reason in byID", on.Elem().Name(), m.Name)
			}
		}
	}
	for _, list := range []map[string]string{unscoped, byID} {
		for name := range list {
			if !named[name] {
				t.Errorf("%s is an exception and is no method any more", name)
			}
		}
	}
}

// A method that can write is on Tx or Upkeep, never on View.
func TestAViewHasNoMethodThatWrites(t *testing.T) {
	t.Parallel()
	verbs := []string{"Insert", "Save", "Set", "Delete", "Add", "Remove", "End", "Void", "Clear", "Spend", "Send", "Touch", "Lease"}
	view := reflect.TypeFor[*store.View]()
	for i := range view.NumMethod() {
		name := view.Method(i).Name
		if slices.ContainsFunc(verbs, func(v string) bool { return strings.HasPrefix(name, v) }) {
			t.Errorf("View.%s sounds like a write", name)
		}
	}
}

func takes(m reflect.Method, types ...reflect.Type) bool {
	for i := 1; i < m.Type.NumIn(); i++ {
		if slices.Contains(types, m.Type.In(i)) {
			return true
		}
	}
	return false
}

// touches reports whether one of the types is part of an argument or a result,
// at whatever depth.
func touches(m reflect.Method, types ...reflect.Type) bool {
	seen := map[reflect.Type]bool{}
	var within func(reflect.Type) bool
	within = func(t reflect.Type) bool {
		if slices.Contains(types, t) {
			return true
		}
		if seen[t] {
			return false
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			return within(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				if within(t.Field(i).Type) {
					return true
				}
			}
		}
		return false
	}
	for i := 1; i < m.Type.NumIn(); i++ {
		if within(m.Type.In(i)) {
			return true
		}
	}
	for i := range m.Type.NumOut() {
		if within(m.Type.Out(i)) {
			return true
		}
	}
	return false
}
