package api

import (
	"errors"
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
)

// credentialsBody are the credentials in a request. An empty password object
// is no password.
type credentialsBody struct {
	Password *passwordBody `json:"password"`
	Question *questionBody `json:"recovery_question"`
	Provider *providerBody `json:"provider"`
}

type passwordBody struct {
	Value string          `json:"value"`
	Hash  *hashBody       `json:"hash"`
	Hook  *map[string]any `json:"hook"`
}

type questionBody struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

type providerBody struct {
	Type bailiwick.Provider `json:"type"`
}

// hashBody is a password hash that was made elsewhere. It is taken and never
// given back.
type hashBody struct {
	Algorithm       string `json:"algorithm"`
	Value           string `json:"value"`
	Salt            string `json:"salt"`
	SaltOrder       string `json:"saltOrder"`
	WorkFactor      int    `json:"workFactor"`
	DigestAlgorithm string `json:"digestAlgorithm"`
	IterationCount  int    `json:"iterationCount"`
	KeySize         int    `json:"keySize"`
}

// password is what the body gives of a password; the zero value when nothing.
func (c credentialsBody) password() (directory.NewPassword, error) {
	if c.Password == nil {
		return directory.NewPassword{}, nil
	}
	p := directory.NewPassword{Clear: c.Password.Value}
	if c.Password.Hook != nil {
		return p, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonUnsupported, "passwords are not imported by a hook").In("credentials.password.hook")
	}
	if h := c.Password.Hash; h != nil {
		p.Hash = &directory.PasswordHash{Algorithm: h.Algorithm, Value: h.Value, Salt: h.Salt, SaltOrder: h.SaltOrder, WorkFactor: h.WorkFactor,
			Digest: h.DigestAlgorithm, Iterations: h.IterationCount, KeySize: h.KeySize}
	}
	return p, nil
}

func (c credentialsBody) question() directory.RecoveryQuestion {
	if c.Question == nil {
		return directory.RecoveryQuestion{}
	}
	return directory.RecoveryQuestion{Question: c.Question.Question, Answer: c.Question.Answer}
}

// provider is where the new person's credential is to be held. federated is
// what the query says of it.
func (c credentialsBody) provider(federated bool) (bailiwick.Provider, error) {
	var asked bailiwick.Provider
	if c.Provider != nil {
		asked = c.Provider.Type
	}
	switch {
	case asked == bailiwick.ProviderFederation:
		return asked, nil
	case asked != "" && asked != bailiwick.ProviderInternal && asked != bailiwick.ProviderImport:
		return "", bailiwick.InvalidField("credentials.provider.type", "must be OKTA or FEDERATION")
	case federated:
		return "", bailiwick.InvalidField("credentials.provider.type", "must be FEDERATION when provider=true")
	}
	return bailiwick.ProviderInternal, nil
}

// changePassword replaces a password that the caller knows.
func (a *API) changePassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Old     passwordBody `json:"oldPassword"`
		New     passwordBody `json:"newPassword"`
		SignOut bool         `json:"revokeSessions"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	// Whether or not it is strict, the password of now is refused as the new one.
	if _, err := flag(r, "strict", false); err != nil {
		return err
	}
	switch "" {
	case body.Old.Value:
		return bailiwick.InvalidField("oldPassword", "The field cannot be left blank")
	case body.New.Value:
		return bailiwick.InvalidField("newPassword", "The field cannot be left blank")
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	u, err := a.signIn.ChangePasswordOf(r.Context(), by, ref, signin.PasswordChange{Old: body.Old.Value, New: body.New.Value, SignOut: body.SignOut})
	if err != nil {
		return updateFailed(err)
	}
	return reply(w, http.StatusOK, credentialsOf(u))
}

// updateFailed is how the wire tells of a password that the policy refuses when
// it is changed: as of a wrong old one.
func updateFailed(err error) error {
	if e, ok := errors.AsType[*bailiwick.Error](err); ok && e.Reason == bailiwick.ReasonWeakPassword {
		return bailiwick.Refused(e.Code, bailiwick.ReasonWrongPassword, "%s", e.Message).In(e.Field)
	}
	return err
}

// changeQuestion replaces the recovery question for a caller who knows the
// password.
func (a *API) changeQuestion(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Password passwordBody `json:"password"`
		Question questionBody `json:"recovery_question"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	if body.Password.Value == "" {
		return bailiwick.InvalidField("password", "The field cannot be left blank")
	}
	question := directory.RecoveryQuestion{Question: body.Question.Question, Answer: body.Question.Answer}
	if err := question.Check(); err != nil {
		return err
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	u, err := a.signIn.ChangeQuestionOf(r.Context(), by, ref, body.Password.Value, question.Question)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, credentialsOf(u))
}

// forgotPassword mails a reset link, or with sendEmail=false hands it to those
// who may receive it. The old form of a recovery by answer is refused as the
// new one is.
func (a *API) forgotPassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Question *questionBody `json:"recovery_question"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	if body.Question != nil {
		return a.forgotByAnswer(w, r, by)
	}
	mailed, err := flag(r, "sendEmail", true)
	if err != nil {
		return err
	}
	if mailed {
		return a.do(w, r, by, a.dir.ForgotPassword)
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	link, err := a.dir.ForgotPasswordForLink(r.Context(), by, ref)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]string{"resetPasswordUrl": a.linkURL(r, link)})
}

func (a *API) forgotByAnswer(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.do(w, r, by, a.dir.ForgotPasswordByAnswer)
}
