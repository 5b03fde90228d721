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

// The name of the server that a client asks for, and what the server makes of it
// (RFC 6066 §3).

// A NamePolicy is what a server does about a name that it has no certificate for.
type NamePolicy uint8

// The policies. RFC 6066 §3 leaves the server the choice between the first and the
// last, and advises against the one between, which servers of old had: the client
// gets a certificate for another name in any case. TLS 1.3 has no such warning.
const (
	UnknownNameIgnored NamePolicy = iota // the first certificate that fits otherwise is shown
	UnknownNameWarned                    // likewise, after an unrecognized_name warning, up to TLS 1.2
	UnknownNameRefused                   // an unrecognized_name alert ends the connection
)

var namePolicies = [...]string{"ignore", "warn", "refuse"}

// String returns the policy's name: ignore, warn or refuse.
func (p NamePolicy) String() string { return nameOf(namePolicies[:], p) }

// ParseNamePolicy reads a policy's name.
func ParseNamePolicy(s string) (NamePolicy, error) {
	if i := slices.Index(namePolicies[:], s); i >= 0 {
		return NamePolicy(i), nil
	}
	return 0, fmt.Errorf("unknown policy on names %q: want one of %v", s, namePolicies)
}

// writeServerName sends the name, or the server's empty answer, which says that it
// went by it. None is sent on resumption up to TLS 1.2.
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

// lookUpServerName settles whether a certificate of the server's is for the name that the
// client asks for.
func (c *Conn) lookUpServerName() error {
	name := c.info.ServerName
	c.hs.nameKnown = false
	for _, certificate := range c.cfg.Certificates {
		if name != "" && certificate.matchesHost(name) {
			c.hs.nameKnown = true
			return nil
		}
	}
	if c.sniUnmatched() && c.cfg.UnknownNames == UnknownNameRefused {
		return fmt.Errorf("%w: %q", unknownName, name)
	}
	return nil
}

// strange says that the client asks for a name that is none of the server's.
func (c *Conn) sniUnmatched() bool { return c.info.ServerName != "" && !c.hs.nameKnown }

// acknowledgesServerName says whether the server goes by the client's name: it shows a certificate
// for it, or resumes a session of that name.
func (c *Conn) acknowledgesServerName() bool {
	return c.hs.nameKnown && (c.info.Certificate == nil || c.info.Certificate.matchesHost(c.info.ServerName))
}

// matchesServerName says whether a certificate is for the client's name. Where none is, all
// are as good.
func (c *Conn) matchesServerName(certificate *Certificate) bool {
	return !c.hs.nameKnown || certificate.matchesHost(c.info.ServerName)
}

// sameServerName says whether a session is for the name that this handshake asks for:
// one of another name must not be resumed. TLS 1.3 leaves that to the client
// (RFC 9846 §4.3.11); we hold a server to it all the same, since its certificates differ.
func (c *Conn) sameServerName(s *session.State) bool {
	return pki.SameDNSName(string(s.ServerName), c.info.ServerName)
}

// isHostName says whether a server's name can be sent as SNI: no IP addresses, nor
// those of IPv6 in the brackets of URLs (RFC 6066 §3).
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

// maxServerName is the length of the longest DNS name in bytes (RFC 1035
// §2.3.4).
const maxServerName = 255
