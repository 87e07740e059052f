package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type wireToken struct {
	ID          bailiwick.ID         `json:"id"`
	Name        string               `json:"name"`
	UserID      bailiwick.ID         `json:"userId"`
	ClientName  string               `json:"clientName"`
	TokenWindow string               `json:"tokenWindow"`
	Network     wireNetwork          `json:"network"`
	ExpiresAt   stamp                `json:"expiresAt"`
	Created     stamp                `json:"created"`
	LastUpdated stamp                `json:"lastUpdated"`
	Secret      string               `json:"token,omitempty"` // once, in the answer to POST
	Links       map[string]tokenLink `json:"_links"`
}

type wireNetwork struct {
	Connection string   `json:"connection"`
	Include    []string `json:"include,omitempty"`
	Exclude    []string `json:"exclude,omitempty"`
}

// A tokenLink says which methods its address takes.
type tokenLink struct {
	Href  string `json:"href"`
	Hints hints  `json:"hints"`
}

type hints struct {
	Allow []string `json:"allow"`
}

// The connections of a token's network.
const (
	fromAnywhere = "ANYWHERE"
	fromZone     = "ZONE"
)

func (a *API) token(r *http.Request) func(bailiwick.Token) wireToken {
	return func(t bailiwick.Token) wireToken {
		out := wireToken{ID: t.ID, Name: t.Name, UserID: t.OwnerID, ClientName: "Okta API", TokenWindow: "P30D",
			Network: wireNetwork{Connection: fromAnywhere}, ExpiresAt: stamp(t.ExpiresAt), Created: stamp(t.Created), LastUpdated: stamp(t.LastUpdated),
			Links: map[string]tokenLink{
				"self": {a.web.URL(r, "/api/v1/api-tokens/"+string(t.ID)), hints{[]string{"GET", "DELETE"}}},
				"user": {a.web.URL(r, "/api/v1/users/"+string(t.OwnerID)), hints{[]string{"GET"}}}}}
		if !t.Network.Anywhere() {
			out.Network = wireNetwork{fromZone, t.Network.Include, t.Network.Exclude}
		}
		return out
	}
}

// network reads the wire's network; addresses and CIDR blocks stand where the
// wire has the IDs of zones.
func (n *wireNetwork) network() (bailiwick.Network, error) {
	switch {
	case n == nil || n.Connection == fromAnywhere && len(n.Include) == 0 && len(n.Exclude) == 0:
		return bailiwick.Network{}, nil
	case n.Connection == fromZone && (len(n.Include) > 0 || len(n.Exclude) > 0):
		return bailiwick.Network{Include: n.Include, Exclude: n.Exclude}, nil
	case n.Connection == fromZone:
		return bailiwick.Network{}, bailiwick.InvalidField("network.include", "must name an address or a CIDR block, or network.exclude must")
	case n.Connection == fromAnywhere:
		return bailiwick.Network{}, bailiwick.InvalidField("network.include", "goes with the connection ZONE only")
	}
	return bailiwick.Network{}, bailiwick.InvalidField("network.connection", "must be ANYWHERE or ZONE")
}

func (a *API) listTokens(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	found, err := a.dir.Tokens(r.Context(), by)
	if err != nil {
		return err
	}
	wire, out := a.token(r), make([]wireToken, len(found))
	for i, t := range found {
		out[i] = wire(t.Token)
	}
	return reply(w, http.StatusOK, out)
}

func (a *API) getToken(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	t, err := a.dir.Token(r.Context(), by, idParam(r, "token"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.token(r)(t))
}

// createToken is our own: the wire has no way to make a token. It takes people
// who are signed in; a token is refused, whoever's it is (TOK-5).
func (a *API) createToken(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Name    string       `json:"name"`
		UserID  string       `json:"userId"`
		Network *wireNetwork `json:"network"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	network, err := body.Network.network()
	if err != nil {
		return err
	}
	asked := directory.NewToken{Name: body.Name, Network: network}
	t, minted, err := a.dir.IssueToken(r.Context(), by, body.UserID, asked)
	if err != nil {
		return err
	}
	out := a.token(r)(t)
	out.Secret = minted.Reveal()
	return reply(w, http.StatusOK, out)
}

// updateToken changes the network alone; the other fields of the wire's body
// say what is so already.
func (a *API) updateToken(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Network *wireNetwork `json:"network"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	network, err := body.Network.network()
	if err == nil && body.Network == nil {
		err = bailiwick.InvalidField("network", "is required")
	}
	if err != nil {
		return err
	}
	t, err := a.dir.RestrictToken(r.Context(), by, idParam(r, "token"), network)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.token(r)(t))
}

func (a *API) revokeToken(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.RevokeToken(r.Context(), by, idParam(r, "token")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) revokeCurrentToken(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.RevokeCurrentToken(r.Context(), by); err != nil {
		return err
	}
	return noContent(w)
}
