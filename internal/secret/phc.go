package secret

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// A phc is a parsed PHC string of argon2id.
type phc struct {
	params Params
	keyID  string // empty when the hash names none
	salt   []byte
	hash   []byte
}

// Costs beyond these are not accepted from storage: one planted row must not be
// able to take all memory at its owner's next sign-in.
const (
	maxMemory  = 256 * 1024 // KiB
	maxTime    = 16
	maxThreads = 16
	phcLimit   = 512 // characters
)

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d,keyid=%s$%s$%s", argon2.Version,
		p.params.Memory, p.params.Time, p.params.Threads, p.keyID,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.hash))
}

// parsePHC accepts exactly what String writes: reading it back must give the same
// text, which leaves no room for second spellings.
func parsePHC(text string) (phc, bool) {
	var p phc
	parts := strings.Split(text, "$")
	if len(text) > phcLimit || len(parts) != 6 {
		return phc{}, false
	}
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d,keyid=%s", &p.params.Memory, &p.params.Time, &p.params.Threads, &p.keyID)
	if err != nil || n != 4 {
		return phc{}, false
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	hash, errHash := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errHash != nil {
		return phc{}, false
	}
	p.salt, p.hash = salt, hash
	c := p.params
	sane := 8*uint32(c.Threads) <= c.Memory && c.Memory <= maxMemory && 1 <= c.Time && c.Time <= maxTime &&
		1 <= c.Threads && c.Threads <= maxThreads && 8 <= len(salt) && len(salt) <= 64 && 16 <= len(hash) && len(hash) <= 64
	return p, sane && p.String() == text
}
