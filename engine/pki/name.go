package pki

import (
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Tags of alternative names (RFC 5280 §4.2.1.6).
var (
	tagDNSName = asn1.Tag(2).ContextSpecific()
	tagAddress = asn1.Tag(7).ContextSpecific()
)

// Names lists the DNS names of the subject.
func (c *Certificate) Names() []string {
	var names []string
	c.eachAltName(func(tag asn1.Tag, value []byte) bool {
		if tag == tagDNSName {
			names = append(names, string(value))
		}
		return false
	})
	return names
}

// MatchesName says whether the certificate is for a host, a DNS name or an IP
// address (RFC 9525 §6). The subject's common name does not count.
func (c *Certificate) MatchesName(host string) bool {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		want := address.Unmap().AsSlice()
		return c.eachAltName(func(tag asn1.Tag, value []byte) bool {
			return tag == tagAddress && string(value) == string(want)
		})
	}
	return c.MatchesHost(host)
}

// MatchesHost says whether the certificate is for a DNS name (RFC 9525 §6.3).
func (c *Certificate) MatchesHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return c.eachAltName(func(tag asn1.Tag, value []byte) bool {
		return tag == tagDNSName && matchesPattern(value, host)
	})
}

// eachAltName calls f for the names in turn until it returns true, and says
// whether it did.
func (c *Certificate) eachAltName(f func(tag asn1.Tag, value []byte) bool) bool {
	for rest := c.altNames; !rest.Empty(); {
		var value cryptobyte.String
		var tag asn1.Tag
		if !rest.ReadAnyASN1(&value, &tag) {
			return false
		}
		if f(tag, value) {
			return true
		}
	}
	return false
}

// matchesPattern compares a name without regard to ASCII case. A pattern's first
// label may be "*", which stands for exactly one label (RFC 9525 §6.3).
func matchesPattern(pattern []byte, host string) bool {
	if len(pattern) == 0 || host == "" {
		return false
	}
	if len(pattern) > 2 && pattern[0] == '*' && pattern[1] == '.' {
		label := strings.IndexByte(host, '.')
		return label > 0 && equalFold(pattern[1:], host[label:])
	}
	return equalFold(pattern, host)
}

// SameHost says whether two DNS names are one: they are compared without regard to
// ASCII case (RFC 6066 §3).
func SameHost(a, b string) bool { return a == b || equalFold([]byte(a), b) }

func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
