package bailiwick

import (
	"errors"
	"slices"
	"testing"
)

func TestANetworkAllowsWhatItIncludesAndDoesNotExclude(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		network Network
		address string
		want    bool
	}{
		{"anywhere", Network{}, "203.0.113.9", true},
		{"anywhere without an address", Network{}, "", true},
		{"in a block", Network{Include: []string{"192.0.2.0/24"}}, "192.0.2.77", true},
		{"outside the block", Network{Include: []string{"192.0.2.0/24"}}, "192.0.3.1", false},
		{"the one address", Network{Include: []string{"192.0.2.7"}}, "192.0.2.7", true},
		{"not the one address", Network{Include: []string{"192.0.2.7"}}, "192.0.2.8", false},
		{"excluded from the block", Network{Include: []string{"192.0.2.0/24"}, Exclude: []string{"192.0.2.7"}}, "192.0.2.7", false},
		{"everything but the excluded", Network{Exclude: []string{"192.0.2.0/24"}}, "198.51.100.1", true},
		{"IPv4 that came as IPv6", Network{Include: []string{"192.0.2.0/24"}}, "::ffff:192.0.2.7", true},
		{"a block that was written as IPv6", Network{Include: []string{"::ffff:192.0.2.0/120"}}, "192.0.2.7", true},
		{"IPv6", Network{Include: []string{"2001:db8::/32"}}, "2001:db8::1", true},
		{"IPv6 with a zone", Network{Include: []string{"fe80::/10"}}, "fe80::1%eth0", true},
		{"an address that is none", Network{Include: []string{"0.0.0.0/0"}}, "unknown", false},
	} {
		if got := c.network.Allows(c.address); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
}

func TestANetworkIsCheckedAndSpeltInOneWay(t *testing.T) {
	t.Parallel()
	got, err := Network{Include: []string{"192.0.2.77/24", "2001:DB8:0:0::1", "::ffff:10.0.0.1"}, Exclude: []string{"192.0.2.1/32"}}.Checked()
	want := Network{Include: []string{"192.0.2.0/24", "2001:db8::1", "10.0.0.1"}, Exclude: []string{"192.0.2.1"}}
	if err != nil || !slices.Equal(got.Include, want.Include) || !slices.Equal(got.Exclude, want.Exclude) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, bad := range []Network{{Include: []string{"nzo1"}}, {Exclude: []string{"192.0.2.0/33"}}, {Include: []string{""}},
		{Include: make([]string, MaxNetworkEntries+1)}} {
		if _, err := bad.Checked(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%.40v: got %v, want a refusal", bad, err)
		}
	}
}
