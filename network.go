package bailiwick

import (
	"net/netip"
	"slices"
	"strings"
)

// A Network says from where an API token may be used (TOK-4). The zero value
// is anywhere. Include and Exclude hold addresses and CIDR blocks; what is
// excluded is refused even when it is included, and an empty Include is
// everything.
type Network struct {
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
}

// MaxNetworkEntries bounds each list of a [Network].
const MaxNetworkEntries = 100

// Anywhere reports whether there is no restriction.
func (n Network) Anywhere() bool { return len(n.Include) == 0 && len(n.Exclude) == 0 }

// Allows reports whether a client with that address may use the token. An
// address that cannot be read is allowed nowhere but anywhere.
func (n Network) Allows(address string) bool {
	if n.Anywhere() {
		return true
	}
	at, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	at = at.Unmap().WithZone("")
	within := func(entry string) bool {
		p, err := parseBlock(entry)
		return err == nil && p.Contains(at)
	}
	if slices.ContainsFunc(n.Exclude, within) {
		return false
	}
	return len(n.Include) == 0 || slices.ContainsFunc(n.Include, within)
}

// Checked returns the network with its entries in their shortest spelling, or
// the entry at fault.
func (n Network) Checked() (Network, error) {
	var out Network
	for _, list := range []struct {
		field string
		in    []string
		to    *[]string
	}{{"network.include", n.Include, &out.Include}, {"network.exclude", n.Exclude, &out.Exclude}} {
		if len(list.in) > MaxNetworkEntries {
			return out, InvalidField(list.field, "must have at most %d entries", MaxNetworkEntries)
		}
		for _, entry := range list.in {
			p, err := parseBlock(entry)
			if err != nil {
				return out, InvalidField(list.field, "must hold IP addresses and CIDR blocks such as 192.0.2.0/24")
			}
			text := p.String()
			if p.IsSingleIP() {
				text = p.Addr().String()
			}
			*list.to = append(*list.to, text)
		}
	}
	return out, nil
}

// parseBlock reads an address or a CIDR block. IPv4 inside IPv6 is IPv4, so
// that one address has one spelling.
func parseBlock(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err == nil && a.Zone() != "" {
			a = a.WithZone("")
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), err
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, err
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}
