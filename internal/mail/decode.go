package mail

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// ErrKind means that this release knows no message of that kind.
var ErrKind = errors.New("unknown kind of mail")

// decoders has one line for each message. A line without a template of the
// same name, or the other way round, stops the program at its start.
var decoders = map[string]func([]byte) (bailiwick.Message, error){
	ResetPassword{}.MessageKind():     decode[ResetPassword],
	Activation{}.MessageKind():        decode[Activation],
	TemporaryPassword{}.MessageKind(): decode[TemporaryPassword],
	PasswordSet{}.MessageKind():       decode[PasswordSet],
	PasswordRemoved{}.MessageKind():   decode[PasswordRemoved],
	PasswordChanged{}.MessageKind():   decode[PasswordChanged],
	ScopeWidened{}.MessageKind():      decode[ScopeWidened],
}

// Kinds lists the kinds of all messages, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(decoders)) }

// Decode reads a message back from the JSON that the outbox keeps. A kind that
// a newer release has written is [ErrKind]. Unknown fields are passed over, so
// that a release reads what the next one writes.
func Decode(kind string, body []byte) (bailiwick.Message, error) {
	read, ok := decoders[kind]
	if !ok {
		return nil, fmt.Errorf("read a mail of kind %q: %w", kind, ErrKind)
	}
	m, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("read a mail of kind %q: %w", kind, err)
	}
	return m, nil
}

func decode[M bailiwick.Message](body []byte) (bailiwick.Message, error) {
	var m M
	err := json.Unmarshal(body, &m)
	return m, err
}

// plain returns the message with all its texts made harmless. It goes over the
// fields by itself, so that a new message cannot forget to.
func plain(m bailiwick.Message) bailiwick.Message {
	out := reflect.New(reflect.TypeOf(m)).Elem()
	out.Set(reflect.ValueOf(m))
	for i := range out.NumField() {
		if f := out.Field(i); f.Type() == reflect.TypeFor[string]() {
			f.SetString(Plain(f.String()))
		}
	}
	return out.Interface().(bailiwick.Message)
}
