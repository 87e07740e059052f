package api

import (
	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
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
