package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Keys are the server's keys: one 32-byte master secret, kept outside the database
// (DAR-3), and a key for each purpose derived from it by HKDF-SHA-256, so that no
// purpose can be used to attack another. Whoever has the database without the master
// can neither guess passwords nor open sealed columns nor plant a working hash.
//
// Every node of one installation needs the same key file. Losing it loses all
// passwords and sealed secrets. Keys print as their id; nothing prints the rest.
type Keys struct {
	id     string
	pepper []byte
	cursor []byte
	csrf   []byte
	seal   []byte
}

const (
	masterLen    = 32
	masterPrefix = "bwkey1_" // fixed, so that secret scanners can know it
	keyFileLimit = 4096      // bytes; a key file is far shorter
)

// ID names the master secret: 8 lower-case hexadecimal digits, derived from it and
// not secret. It stands beside everything made under the keys.
func (k *Keys) ID() string { return k.id }

// String shows the id alone.
func (k *Keys) String() string { return "keys " + k.id }

// GoString hides the keys from %#v.
func (k *Keys) GoString() string { return k.String() }

// LoadKeys reads the key file at path. It refuses, with ErrKeyFile and a reason, a
// file that is not regular, that group or others may read or write, or that is cut
// short or mistyped. A missing file is fs.ErrNotExist: the caller decides whether
// this is a fresh installation ([CreateKeys]) or a lost key.
func LoadKeys(path string) (*Keys, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	// The opened file is asked, not the path: a file swapped in between is judged too.
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("inspect key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrKeyFile, path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o; others may read it, set it to 0600", ErrKeyFile, path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileLimit))
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	master, ok := parseMaster(strings.TrimSpace(string(text)))
	if !ok {
		return nil, fmt.Errorf("%w: %s is cut short, mistyped or not a key file", ErrKeyFile, path)
	}
	return derive(master), nil
}

// CreateKeys makes a new master secret and writes it to path with mode 0600. It
// never overwrites: an existing file is fs.ErrExist, also when two processes race,
// and the loser then loads the winner's whole file, since the file appears complete
// or not at all.
func CreateKeys(path string) (*Keys, error) {
	master := make([]byte, masterLen)
	Mint{}.read(master)
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(formatMaster(master) + "\n")
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("write key file: %w", err)
	}
	if err := os.Link(tmp.Name(), path); err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	return derive(master), nil
}

// EphemeralKeys makes keys that live as long as the process: for the demo and tests.
func EphemeralKeys() *Keys {
	master := make([]byte, masterLen)
	Mint{}.read(master)
	return derive(master)
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func formatMaster(master []byte) string {
	text := masterPrefix + base64.RawURLEncoding.EncodeToString(master)
	return text + checksum(text)
}

func parseMaster(text string) ([]byte, bool) {
	cut := len(text) - checkLen
	if cut < 0 || checksum(text[:cut]) != text[cut:] {
		return nil, false
	}
	body, ok := strings.CutPrefix(text[:cut], masterPrefix)
	master, err := base64.RawURLEncoding.Strict().DecodeString(body)
	return master, ok && err == nil && len(master) == masterLen
}

// derive makes the purpose keys. The purpose names may never change.
func derive(master []byte) *Keys {
	key := func(purpose string) []byte {
		out, err := hkdf.Key(sha256.New, master, nil, "bailiwick/key/1 "+purpose, 32)
		if err != nil {
			panic(err) // only for lengths beyond 8,160 bytes
		}
		return out
	}
	return &Keys{
		id:     hex.EncodeToString(key("id")[:4]),
		pepper: key("password pepper"),
		cursor: key("cursor"),
		csrf:   key("csrf"),
		seal:   key("seal"),
	}
}
