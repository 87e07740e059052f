package store_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// soak says that the long tests run with their full counts.
var soak = os.Getenv("BAILIWICK_SOAK") == "1"

// Random tests are the same in each run, and short; a soak has its own seeds
// and many more.
func TestMain(m *testing.M) {
	flag.Parse()
	settings := map[string]string{"rapid.checks": "30", "rapid.seed": "1", "rapid.nofailfile": "true"}
	if soak {
		settings = map[string]string{"rapid.checks": "2000", "rapid.nofailfile": "true"}
	}
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range settings {
		if given[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}
