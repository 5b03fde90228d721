package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/protocol"
	"tlslab/netem"
)

// A fault is an impossible combination of settings. It is reported at the first of its keys that was set.
type fault struct {
	keys    []string
	message string
}

func faultf(keys []string, format string, args ...any) []fault {
	return []fault{{keys, fmt.Sprintf(format, args...)}}
}

// complete fills in what follows from other settings and returns what cannot be.
func complete(c *Config, set map[string]setting) []fault {
	var faults []fault
	for _, check := range []func(*Config, map[string]setting) []fault{
		checkCertificate,
		completeSuites, checkGroup, completeKeyShare,
		completeResumption, checkEarlyData, checkTickets,
		checkIdentities, completeClientAuth, checkChainFaults, checkRevocation, checkNames, checkChain,
		completeRecord, checkRecordFeatures,
		checkHosts, checkLinks, completeAuthority, checkTCP, checkTransfer,
	} {
		faults = append(faults, check(c, set)...)
	}
	return faults
}

// completeSuites finds the suites that tls.cipher or tls.suite mean. Of the two the more particular layer's counts.
func completeSuites(c *Config, set map[string]setting) []fault {
	cipher, hasCipher := set["tls.cipher"]
	suite, hasSuite := set["tls.suite"]
	switch {
	case hasCipher && hasSuite && cipher.layer == suite.layer:
		return faultf([]string{"tls.suite"}, "a suite and a cipher exclude each other: leave one of them out")
	case hasSuite && (!hasCipher || suite.layer > cipher.layer):
		c.TLS.Cipher = ""
		return completeNamedSuite(c, set)
	case !hasCipher:
		c.TLS.Cipher = defaultCipher(c.TLS.Versions.Max, c.TLS.Certificate, c.TLS.Group)
	}
	c.TLS.Suite = ""
	for _, v := range c.TLS.Versions.All() {
		cipher := c.TLS.Cipher
		if !hasCipher {
			cipher = defaultCipher(v, c.TLS.Certificate, c.TLS.Group)
		}
		s, ok := suiteFor(cipher, v, c.TLS.Certificate, c.TLS.Group)
		if !ok {
			return faultf([]string{"tls.cipher", "tls.version", "tls.certificate", "tls.group"},
				"no suite of %s has %s with a certificate of %s and %s: %s", v.Title(), c.TLS.Cipher, c.TLS.Certificate, c.TLS.Group,
				ciphersOf(v, c.TLS.Certificate, c.TLS.Group))
		}
		c.TLS.addSuite(s)
		for _, other := range c.TLS.OtherCertificates {
			if s, ok := suiteFor(cipher, v, other, c.TLS.Group); ok {
				c.TLS.addSuite(s)
			}
		}
	}
	return nil
}

// addSuite adds one that is not there yet.
func (t *TLS) addSuite(s engine.Suite) {
	if !slices.Contains(t.Suites, s.Name) {
		t.Suites = append(t.Suites, s.Name)
	}
}

// defaultCiphers are what a scenario has that names neither cipher nor suite: the first that the version knows.
var defaultCiphers = []string{"aes-128-gcm", "aes-128-cbc-sha"}

func defaultCipher(v engine.Version, certificate, group string) string {
	for _, cipher := range defaultCiphers {
		if _, ok := suiteFor(cipher, v, certificate, group); ok {
			return cipher
		}
	}
	return defaultCiphers[0]
}

// ciphersOf lists what could be had instead.
func ciphersOf(v engine.Version, certificate, group string) string {
	text := "none"
	for _, cipher := range ciphers().words {
		if _, ok := suiteFor(cipher, v, certificate, group); !ok {
			continue
		}
		if text == "none" {
			text = cipher
		} else {
			text += ", " + cipher
		}
	}
	return text
}

// completeNamedSuite holds the suite of tls.suite to the version, the certificate and the group. Where no group is named, it is one
// that the suite can be used with.
func completeNamedSuite(c *Config, set map[string]setting) []fault {
	s, _ := protocol.SuiteByName(c.TLS.Suite)
	highest := c.TLS.Versions.Max
	switch {
	case !speaks(s, highest):
		return faultf([]string{"tls.suite", "tls.version"}, "%s belongs to the versions %s, and tls.version is %s", s.Name, Versions{s.Min, s.Max}, c.TLS.Versions)
	case !takes(s, c.TLS.Certificate):
		return faultf([]string{"tls.suite", "tls.certificate"}, "%s needs an %s key, and tls.certificate is %s", s.Name, s.KeyType, c.TLS.Certificate)
	}
	if _, named := set["tls.group"]; !named && s.KeyExchange == engine.KeyExchangeDHE {
		c.TLS.Group = engine.FFDHE2048.String()
	}
	if family := engine.GroupFamily(s.KeyExchange); family != 0 && family != familyOf(c.TLS.Group) {
		return faultf([]string{"tls.suite", "tls.group"}, "%s does not go with the group %s", s.Name, c.TLS.Group)
	}
	c.TLS.Suites = []string{s.Name}
	return nil
}

// checkGroup holds the group to the versions that know its kind.
func checkGroup(c *Config, _ map[string]setting) []fault {
	if c.TLS.Versions.Max < engine.TLS13 && familyOf(c.TLS.Group) == kx.Hybrid {
		return faultf([]string{"tls.group", "tls.version"}, "%s is a group of TLS 1.3, and tls.version is %s", c.TLS.Group, c.TLS.Versions)
	}
	return nil
}

// checkCertificate holds the certificate's key to the versions whose handshakes it can sign.
func checkCertificate(c *Config, _ map[string]setting) []fault {
	since := engine.Version(pki.KeyTypeOf(c.TLS.Certificate).MinVersion)
	if c.TLS.Versions.Max < since {
		return faultf([]string{"tls.certificate", "tls.version"}, "keys of %s sign handshakes from TLS %v on, and tls.version is %s", c.TLS.Certificate, since, c.TLS.Versions)
	}
	return nil
}

func completeKeyShare(c *Config, _ map[string]setting) []fault {
	switch {
	case c.TLS.KeyShare == "":
		c.TLS.KeyShare = c.TLS.Group
	case c.TLS.KeyShare != c.TLS.Group && c.TLS.Versions.Max < engine.TLS13:
		return faultf([]string{"tls.key_share"}, "only a TLS 1.3 client sends a key share before the server has chosen the group")
	}
	switch {
	case c.TLS.KeyShares != 1 && c.TLS.KeyShares != 2:
		return faultf([]string{"tls.key_shares"}, "%d: a client sends 1 share or 2", c.TLS.KeyShares)
	case c.TLS.KeyShares == 2 && c.TLS.KeyShare == c.TLS.Group:
		return faultf([]string{"tls.key_shares"}, "two shares are for two groups: set tls.key_share to another group than tls.group")
	}
	return nil
}

// resumptionVersions says which versions know a way to resume; the first way of a version is its default.
var resumptionVersions = []struct {
	name     string
	min, max engine.Version
}{
	{"psk-dhe", engine.TLS13, engine.TLS13},
	{"psk", engine.TLS13, engine.TLS13},
	{"ticket", engine.TLS10, engine.TLS12},
	{"session-id", engine.SSL30, engine.TLS12},
}

func completeResumption(c *Config, _ map[string]setting) []fault {
	if !c.TLS.offers() {
		c.TLS.Resumption = ""
		return nil
	}
	v := c.TLS.Versions.Max
	for _, row := range resumptionVersions {
		known := row.min <= v && v <= row.max
		switch {
		case known && c.TLS.Resumption == "":
			c.TLS.Resumption = row.name
		case !known && c.TLS.Resumption == row.name:
			return faultf([]string{"tls.resumption", "tls.version"}, "%s has no resumption by %s", v.Title(), row.name)
		}
	}
	return nil
}

// earlyData is the kind of handshake that is resumed and sends its request at once.
const earlyData = "early-data"

// refused is the kind of handshake that is full because the server does not know the session that the client offers.
const refused = "refused"

// offers says whether the client of the handshake that is measured offers a session.
func (t *TLS) offers() bool { return t.resumes() || t.Kind == refused }

// resumes says whether the handshake that is measured resumes a session.
func (t *TLS) resumes() bool { return t.Kind == "resumed" || t.Kind == earlyData }

func checkEarlyData(c *Config, _ map[string]setting) []fault {
	switch {
	case c.TLS.Kind == earlyData && c.TLS.Versions.Max < engine.TLS13:
		return faultf([]string{"tls.kind", "tls.version"}, "early data is TLS 1.3's, and tls.version is %s", c.TLS.Versions)
	case c.TLS.Kind == earlyData && c.TLS.KeyShare != c.TLS.Group && c.TLS.KeyShares == 1 && c.TLS.Resumption != "psk":
		return faultf([]string{"tls.key_share", "tls.kind"}, "a share for another group costs a HelloRetryRequest, after which there is no early data (RFC 9846 §4.2.2)")
	case c.TLS.EarlyData < 1:
		return faultf([]string{"tls.early_data"}, "a ticket that allows early data allows at least 1B")
	case c.TLS.EarlyDataWindow < time.Millisecond || c.TLS.EarlyDataWindow > maxEarlyDataWindow:
		return faultf([]string{"tls.early_data_window"}, "%s: a window is from 1ms, which a ticket's age is counted in, to %s, which a ticket lives", formatDuration(c.TLS.EarlyDataWindow), formatDuration(maxEarlyDataWindow))
	}
	return nil
}

const maxEarlyDataWindow = engine.DefaultTicketLifetime

// hostname is what a server_name extension and a certificate can hold (RFC 6066 §3, RFC 1035 §2.3.1, with digits first as RFC 1123
// §2.1 has them).
var hostname = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

func checkNames(c *Config, _ map[string]setting) []fault {
	switch {
	case !isHost(c.TLS.ServerName):
		return faultf([]string{"tls.server_name"}, "%q is not the DNS name of a host", c.TLS.ServerName)
	case len(c.TLS.ALPN) > 255:
		return faultf([]string{"tls.alpn"}, "%d bytes: a protocol's name has at most 255 (RFC 7301 §3.1)", len(c.TLS.ALPN))
	}
	return nil
}

func checkChain(c *Config, _ map[string]setting) []fault {
	switch {
	case c.TLS.Chain.Length < 1 || c.TLS.Chain.Length > 20:
		return faultf([]string{"tls.chain.length"}, "%d: a server sends from 1 to 20 certificates", c.TLS.Chain.Length)
	case c.TLS.ClientChain.Length < 1 || c.TLS.ClientChain.Length > 20:
		return faultf([]string{"tls.client_chain.length"}, "%d: a client that has a certificate sends from 1 to 20", c.TLS.ClientChain.Length)
	}
	return nil
}

// completeClientAuth gives a client that is asked the server's kind of certificate, unless it has another or none.
func completeClientAuth(c *Config, _ map[string]setting) []fault {
	switch {
	case c.TLS.ClientCertificate == "" && c.TLS.ClientAuth == engine.ClientAuthNone.String():
		c.TLS.ClientCertificate = noCertificate
	case c.TLS.ClientCertificate == "":
		c.TLS.ClientCertificate = c.TLS.Certificate
	case c.TLS.ClientCertificate == noCertificate && c.TLS.ClientAuth == engine.ClientAuthRequired.String():
		return faultf([]string{"tls.client_certificate", "tls.client_auth"}, "a client without the certificate that the server requires is refused: let it be requested, or give it one")
	}
	if since := engine.Version(pki.KeyTypeOf(c.TLS.ClientCertificate).MinVersion); c.TLS.Versions.Max < since {
		return faultf([]string{"tls.client_certificate", "tls.certificate", "tls.version"}, "keys of %s sign handshakes from TLS %v on, and tls.version is %s", c.TLS.ClientCertificate, since, c.TLS.Versions)
	}
	return nil
}

func checkRecordFeatures(c *Config, _ map[string]setting) []fault {
	longest := engine.DefaultRecordSize
	if c.TLS.Versions.Max >= engine.TLS13 {
		longest++ // the content type counts
	}
	switch {
	case c.TLS.Pad > engine.DefaultRecordSize:
		return faultf([]string{"tls.padding"}, "%dB: a record holds at most 16KiB (RFC 9846 §5.1)", c.TLS.Pad)
	case c.TLS.Pad > 0 && c.TLS.Versions.Max < engine.TLS13:
		return faultf([]string{"tls.padding", "tls.version"}, "records are padded from TLS 1.3 on, and tls.version is %s", c.TLS.Versions)
	case c.TLS.KeyUpdateAfter > 0 && c.TLS.Versions.Max < engine.TLS13:
		return faultf([]string{"tls.key_update_after", "tls.version"}, "keys are updated from TLS 1.3 on, and tls.version is %s", c.TLS.Versions)
	case c.TLS.Compression && c.TLS.Versions.Max >= engine.TLS13:
		return faultf([]string{"tls.compression", "tls.version"}, "TLS 1.3 has no compression, and tls.version is %s", c.TLS.Versions)
	case !slices.Contains([]int{0, 512, 1024, 2048, 4096}, c.TLS.MaxFragment):
		return faultf([]string{"tls.max_fragment"}, "%dB: a client can ask for 512B, 1KiB, 2KiB or 4KiB (RFC 6066 §4)", c.TLS.MaxFragment)
	case c.TLS.RecordLimit != 0 && (c.TLS.RecordLimit < 64 || c.TLS.RecordLimit > longest):
		return faultf([]string{"tls.record_size_limit"}, "%dB: a limit is from 64B to %dB (RFC 8449 §4)", c.TLS.RecordLimit, longest)
	case c.TLS.RecordLimit != 0 && c.TLS.MaxFragment != 0:
		return faultf([]string{"tls.max_fragment", "tls.record_size_limit"}, "a server that is asked for both ignores the fragment length (RFC 8449 §5): leave one of them out")
	}
	return nil
}

func checkTickets(c *Config, _ map[string]setting) []fault {
	switch {
	case c.TLS.Tickets > 255:
		return faultf([]string{"tls.tickets"}, "%d: a server sends at most 255 tickets", c.TLS.Tickets)
	case c.TLS.TicketRotation%time.Second != 0:
		return faultf([]string{"tls.ticket_rotation"}, "%s: keys change after whole seconds", formatDuration(c.TLS.TicketRotation))
	case c.TLS.TicketsOffered < 1 || c.TLS.TicketsOffered > engine.MaxTicketsOffered:
		return faultf([]string{"tls.tickets_offered"}, "%d: a client offers from 1 to %d tickets", c.TLS.TicketsOffered, engine.MaxTicketsOffered)
	case c.TLS.Tickets == 0 && c.TLS.offers() && c.TLS.Versions.Max >= engine.TLS13:
		return faultf([]string{"tls.tickets", "tls.kind"}, "a TLS 1.3 handshake is resumed from a ticket: at least 1")
	}
	return nil
}

func checkHosts(c *Config, _ map[string]setting) []fault {
	var faults []fault
	for _, h := range []struct {
		side string
		host Host
	}{{"client", c.Client}, {"server", c.Server}} {
		if h.host.Cores < 1 {
			faults = append(faults, faultf([]string{h.side + ".cores"}, "%d: a host has at least 1 core", h.host.Cores)...)
		}
	}
	return faults
}

// linkKeyNames are all keys that describe the link, most particular first.
var linkKeyNames = func() []string {
	names := make([]string, len(linkKeys))
	for i, k := range linkKeys {
		names[i] = k.Name
	}
	slices.Reverse(names)
	return names
}()

func checkLinks(c *Config, _ map[string]setting) []fault {
	for _, hop := range slices.Concat(c.Link.Up, c.Link.Down) {
		if faults := checkHop(&hop, linkKeyNames); faults != nil {
			return faults
		}
	}
	return nil
}

// checkHop holds a link to what one can be. names are the keys that describe it, most particular first.
func checkHop(hop *netem.Config, names []string) []fault {
	about := func(parts ...string) (some []string) {
		for _, name := range names {
			if slices.Contains(parts, name[strings.LastIndexByte(name, '.')+1:]) {
				some = append(some, name)
			}
		}
		return some
	}
	if err := hop.Validate(); err != nil {
		return faultf(names, "%s", err)
	}
	switch {
	case hop.Limit != 0 && hop.Rate == 0:
		return faultf(about("limit", "hops"), "a queue without a rate never fills: set a rate too, or leave limit out")
	case hop.Jitter > hop.Delay:
		return faultf(about("jitter", "hops"), "the jitter %s is more than the delay %s", formatDuration(hop.Jitter), formatDuration(hop.Delay))
	}
	return nil
}

func checkTCP(c *Config, _ map[string]setting) []fault {
	if err := c.TCP.Validate(); err != nil {
		var names []string
		for _, k := range tcpKeys {
			names = append(names, k.Name)
		}
		return faultf(names, "%s", err)
	}
	return nil
}

// What is recorded of an exchange is kept small: its rounds, and the bytes that either side sends in all of them.
const (
	maxRounds      = 100
	maxTransferred = maxSize
)

func checkTransfer(c *Config, _ map[string]setting) []fault {
	switch {
	case c.Transfer.Request < 1:
		return faultf([]string{"transfer.request"}, "a request has at least 1B")
	case c.Transfer.Response < 1:
		return faultf([]string{"transfer.response"}, "a response has at least 1B")
	case c.Transfer.Rounds < 1 || c.Transfer.Rounds > maxRounds:
		return faultf([]string{"transfer.rounds"}, "%d: from 1 to %d requests", c.Transfer.Rounds, maxRounds)
	case c.Transfer.Rounds > maxTransferred/c.Transfer.Request:
		return faultf([]string{"transfer.rounds", "transfer.request"}, "%d requests of %s: at most %s in all", c.Transfer.Rounds, sizes.format(int64(c.Transfer.Request)), sizes.format(maxTransferred))
	case c.Transfer.Rounds > maxTransferred/c.Transfer.Response:
		return faultf([]string{"transfer.rounds", "transfer.response"}, "%d responses of %s: at most %s in all", c.Transfer.Rounds, sizes.format(int64(c.Transfer.Response)), sizes.format(maxTransferred))
	case c.Transfer.Pause > 0 && c.Transfer.Rounds == 1:
		return faultf([]string{"transfer.pause"}, "a pause is between two requests, and transfer.rounds is 1")
	case c.Transfer.Pause > time.Hour:
		return faultf([]string{"transfer.pause"}, "%s: at most 60min", formatDuration(c.Transfer.Pause))
	case time.Duration(c.Transfer.Rounds-1)*c.Transfer.Pause >= c.Timeout && c.Timeout >= time.Millisecond:
		return faultf([]string{"transfer.pause", "timeout"}, "the pauses take %s together, and every replicate ends after %s", formatDuration(time.Duration(c.Transfer.Rounds-1)*c.Transfer.Pause), formatDuration(c.Timeout))
	case c.Timeout < time.Millisecond:
		return faultf([]string{"timeout"}, "%s: at least 1ms", formatDuration(c.Timeout))
	}
	return nil
}
