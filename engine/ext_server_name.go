package engine

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"tlslab/engine/pki"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// server_name: the host name that a client asks for (SNI, RFC 6066 §3).

// A NamePolicy is what a server does with a server_name that matches none of its certificates.
type NamePolicy uint8

// The policies. RFC 6066 §3 allows UnknownNameIgnored and UnknownNameRefused. It advises against
// the warning, which old servers send.
const (
	UnknownNameIgnored NamePolicy = iota // the server presents a certificate for another name
	UnknownNameWarned                    // the same, and an unrecognized_name warning up to TLS 1.2
	UnknownNameRefused                   // the server ends the connection by unrecognized_name
)

var namePolicies = [...]string{"ignore", "warn", "refuse"}

// String returns the policy's name: "ignore", "warn" or "refuse".
func (p NamePolicy) String() string { return nameOf(namePolicies[:], p) }

// ParseNamePolicy reads "ignore", "warn" or "refuse". Any other text is an error.
func ParseNamePolicy(s string) (NamePolicy, error) {
	if i := slices.Index(namePolicies[:], s); i >= 0 {
		return NamePolicy(i), nil
	}
	return 0, fmt.Errorf("unknown server_name policy %q: want one of %v", s, namePolicies)
}

// writeServerName writes the client's host name, or the server's empty acknowledgement. Up to
// TLS 1.2 a server does not acknowledge the name of a resumed session.
func writeServerName(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		x := wire.ServerName{Host: []byte(c.info.ServerName)}
		return x.Append(dst), isHostName(c.info.ServerName)
	}
	c.info.ServerNameUsed = c.acknowledgesServerName() && (p == inEncryptedExtensions || c.info.Kind == Full)
	return dst, c.info.ServerNameUsed
}

func readServerName(c *Conn, _ place, body []byte) error {
	if c.side == client {
		c.info.ServerNameUsed = true
		return wantEmpty(body)
	}
	var x wire.ServerName
	if err := x.Parse(body); err != nil {
		return err
	}
	if len(x.Host) > maxServerName {
		return badExtension
	}
	if string(x.Host) != c.info.ServerName {
		c.info.ServerName = string(x.Host)
	}
	return nil
}

// lookUpServerName finds out whether a certificate of the server matches the client's server_name.
func (c *Conn) lookUpServerName() error {
	name := c.info.ServerName
	c.hs.sniMatched = false
	for _, certificate := range c.cfg.Certificates {
		if name != "" && certificate.matchesHost(name) {
			c.hs.sniMatched = true
			return nil
		}
	}
	if c.sniUnmatched() && c.cfg.UnknownNames == UnknownNameRefused {
		return fmt.Errorf("%w: %q", unknownName, name)
	}
	return nil
}

// sniUnmatched reports whether the client sent a server_name that matches no certificate.
func (c *Conn) sniUnmatched() bool { return c.info.ServerName != "" && !c.hs.sniMatched }

// acknowledgesServerName reports whether the server used the client's server_name: it presents a
// certificate that matches, or resumes a session of that name.
func (c *Conn) acknowledgesServerName() bool {
	certificate := c.info.Certificate
	return c.hs.sniMatched && (certificate == nil || certificate.matchesHost(c.info.ServerName))
}

// matchesServerName reports whether a certificate matches the client's server_name, or no
// certificate does.
func (c *Conn) matchesServerName(certificate *Certificate) bool {
	return !c.hs.sniMatched || certificate.matchesHost(c.info.ServerName)
}

// sameServerName reports whether a session has the server_name of this handshake: a session of
// another name must not be resumed. TLS 1.3 leaves the check to the client (RFC 9846 §4.3.11). This
// server checks it too: another name may select another certificate.
func (i *Info) sameServerName(s *session.State) bool {
	return pki.SameDNSName(string(s.ServerName), i.ServerName)
}

// isHostName reports whether a name can be sent as server_name: IP addresses cannot, nor IPv6
// addresses in the brackets of URLs (RFC 6066 §3).
func isHostName(name string) bool {
	if name == "" {
		return false
	}
	last := name[len(name)-1]
	if last >= '0' && last <= '9' || slices.Contains([]byte(name), ':') {
		_, err := netip.ParseAddr(strings.Trim(name, "[]"))
		return err != nil
	}
	return true
}

// maxServerName is the length of the longest DNS name in bytes (RFC 1035 §2.3.4).
const maxServerName = 255
