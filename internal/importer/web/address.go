package web

import (
	"net/netip"
	"slices"
)

// Public says whether an address is one of the public Internet, by IANA's registries of special-purpose addresses: not
// private, loopback, link-local, multicast, of a carrier's NAT, of documentation or of no one. An IPv4 address within an
// IPv6 one (mapped, NAT64, 6to4) counts as itself.
func Public(a netip.Addr) bool {
	if a = a.Unmap(); !a.IsValid() || a.Zone() != "" {
		return false
	}
	if a.Is4() {
		return !within(a, notPublic4())
	}
	b := a.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a): // NAT64 (RFC 6052): how a network of IPv6 alone reaches the rest
		return Public(netip.AddrFrom4([4]byte(b[12:])))
	case netip.MustParsePrefix("2002::/16").Contains(a): // 6to4 (RFC 3056)
		return Public(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return netip.MustParsePrefix("2000::/3").Contains(a) && !within(a, notPublic6())
}

func within(a netip.Addr, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return netip.MustParsePrefix(p).Contains(a) })
}

func notPublic4() []string {
	return []string{
		"0.0.0.0/8",       // this network
		"10.0.0.0/8",      // private
		"100.64.0.0/10",   // a carrier's NAT
		"127.0.0.0/8",     // loopback
		"169.254.0.0/16",  // link-local; where clouds tell machines their keys
		"172.16.0.0/12",   // private
		"192.0.0.0/24",    // protocols
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // relays of 6to4
		"192.168.0.0/16",  // private
		"198.18.0.0/15",   // benchmarks
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, broadcast
	}
}

// notPublic6 are those within 2000::/3, outside of which no address is public.
func notPublic6() []string {
	return []string{
		"2001::/23",     // protocols, Teredo among them, which hides an IPv4 address
		"2001:db8::/32", // documentation
		"3fff::/20",     // documentation
	}
}
