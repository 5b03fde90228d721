package pki

import (
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki/internal/der"
)

// DNSNames lists the DNS names of SubjectAltName (RFC 5280 §4.2.1.6), wildcards included.
func (c *Certificate) DNSNames() []string {
	var names []string
	c.eachAltName(func(tag asn1.Tag, value []byte) bool {
		if tag == der.TagDNSName {
			names = append(names, string(value))
		}
		return false
	})
	return names
}

// MatchesName reports whether the certificate is for a host: a DNS name or an IP address (RFC 9525
// §6). Only SubjectAltName counts, not the subject's common name.
func (c *Certificate) MatchesName(host string) bool {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		want := address.Unmap().AsSlice()
		return c.eachAltName(func(tag asn1.Tag, value []byte) bool {
			return tag == der.TagIPAddress && string(value) == string(want)
		})
	}
	return c.MatchesDNSName(host)
}

// MatchesDNSName reports whether the certificate is for a DNS name (RFC 9525 §6.3).
func (c *Certificate) MatchesDNSName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return c.eachAltName(func(tag asn1.Tag, value []byte) bool {
		return tag == der.TagDNSName && matchesPattern(value, host)
	})
}

// eachAltName calls f for each name of SubjectAltName until f returns true, and reports whether it
// did.
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

// matchesPattern compares a name without regard to ASCII case. "*" as the pattern's first label
// stands for exactly one label (RFC 9525 §6.3).
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

// SameDNSName reports whether two DNS names are equal without regard to ASCII case (RFC 6066 §3).
func SameDNSName(a, b string) bool { return a == b || equalFold([]byte(a), b) }

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
