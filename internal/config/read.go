package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// fileLimit is the size in bytes beyond which a settings file is refused.
const fileLimit = 64 << 10

// A file is a settings file: its values by name, each a string, a json.Number or
// a []string.
type file struct {
	path   string
	mode   fs.FileMode
	values map[string]any
}

// BeforeResolve is called by kong when the command that embeds the Config was
// chosen. It reads the settings file, if one is named, and puts environment and file
// behind the flags.
func (c *Config) BeforeResolve(ctx *kong.Context) error {
	if c.environment == nil {
		c.environment = os.LookupEnv
	}
	c.origin = map[string]Source{}
	path, _ := c.environment(variable("config"))
	for _, step := range ctx.Path {
		if step.Flag != nil && step.Flag.Name == "config" {
			path, _ = ctx.FlagValue(step.Flag).(string)
		}
	}
	if path != "" {
		var err error
		if c.file, err = readFile(path, c.names()); err != nil {
			return err
		}
	}
	ctx.AddResolver(resolver{c})
	return nil
}

// AfterApply is called by kong when all values are in place; it notes which came
// from flags.
func (c *Config) AfterApply(ctx *kong.Context) error {
	for _, step := range ctx.Path {
		if step.Flag != nil && !step.Resolved && slices.Contains(c.names(), step.Flag.Name) {
			c.origin[step.Flag.Name] = FromFlag
		}
	}
	return nil
}

func (c *Config) names() []string {
	var names []string
	for _, row := range c.rows() {
		names = append(names, row.name)
	}
	return names
}

// variable is the environment's name of a setting. Unknown BAILIWICK_* variables
// are not refused: Kubernetes sets such names itself for a service called bailiwick.
func variable(name string) string {
	return "BAILIWICK_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// A resolver gives kong the values that are not on the command line. It looks at
// the environment itself, because kong lets any resolver win over the environment.
type resolver struct{ c *Config }

func (resolver) Validate(*kong.Application) error { return nil }

func (r resolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !slices.Contains(r.c.names(), flag.Name) {
		return nil, nil
	}
	if value, ok := r.c.environment(variable(flag.Name)); ok {
		r.c.origin[flag.Name] = FromEnvironment
		return value, nil
	}
	if r.c.file == nil {
		return nil, nil
	}
	value, ok := r.c.file.values[flag.Name]
	if !ok {
		return nil, nil
	}
	r.c.origin[flag.Name] = FromFile
	text, err := plain(value, flag.Target.Kind())
	if err != nil {
		return nil, fmt.Errorf("settings file %s: %q %w", r.c.file.path, flag.Name, err)
	}
	return text, nil
}

// plain turns a JSON value into the text that a flag would have, if its type fits.
func plain(value any, want reflect.Kind) (string, error) {
	switch want {
	case reflect.Slice:
		if list, ok := value.([]string); ok {
			return strings.Join(list, ","), nil
		}
		return "", errors.New("must be a list of texts")
	case reflect.Int:
		if number, ok := value.(json.Number); ok {
			return number.String(), nil
		}
		return "", errors.New("must be a number")
	}
	if text, ok := value.(string); ok {
		return text, nil
	}
	return "", errors.New("must be a text")
}

func readFile(path string, names []string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open settings file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("inspect settings file: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, fileLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read settings file: %w", err)
	}
	values, err := parseFile(text, names)
	if err != nil {
		return nil, fmt.Errorf("settings file %s: %w", path, err)
	}
	return &file{path: path, mode: info.Mode().Perm(), values: values}, nil
}

// parseFile reads one JSON object. Unknown and repeated names are refused: a
// mistyped setting would otherwise be a setting at its default, found out too late.
// Errors never repeat values.
func parseFile(text []byte, names []string) (map[string]any, error) {
	if len(text) > fileLimit {
		return nil, fmt.Errorf("longer than %d bytes", fileLimit)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.New("must be one JSON object")
	}
	values := map[string]any{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON near byte %d", dec.InputOffset())
		}
		name, _ := tok.(string) // within an object, the decoder allows nothing else
		switch _, again := values[name]; {
		case name == "config" || !slices.Contains(names, name):
			return nil, fmt.Errorf("unknown setting %q", name)
		case again:
			return nil, fmt.Errorf("setting %q is given twice", name)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("the value of %q is not JSON", name)
		}
		if values[name], err = scalar(raw); err != nil {
			return nil, fmt.Errorf("%q %w", name, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("ends before the object does")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("must be one JSON object and nothing after it")
	}
	return values, nil
}

func scalar(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, errors.New("is not JSON")
	}
	switch value := value.(type) {
	case string, json.Number:
		return value, nil
	case []any:
		list := make([]string, len(value))
		for i, item := range value {
			text, ok := item.(string)
			if !ok {
				return nil, errors.New("must be a list of texts")
			}
			list[i] = text
		}
		return list, nil
	}
	return nil, errors.New("must be a text, a number or a list of texts")
}
