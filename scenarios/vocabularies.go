package scenarios

import (
	"slices"
	"sync"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
	"tlslab/sim/tcp"
)

// The names of the language are those of the packages that own them: a row added to their tables
// can be written in a scenario.
var (
	suiteNames = once("a cipher suite", func() (names []string) {
		for _, s := range protocol.Suites() {
			names = append(names, s.Name)
		}
		return names
	})
	ciphers = once("a cipher", func() (names []string) {
		for _, s := range protocol.Suites() {
			if !slices.Contains(names, s.Cipher) {
				names = append(names, s.Cipher)
			}
		}
		return names
	})
	groups = once("a group", func() (names []string) {
		for _, g := range kx.Groups() {
			names = append(names, g.Name)
		}
		return names
	})
	certificates     = once("a certificate", ca.KeyAlgorithms)
	signatureSchemes = once("a signature scheme", func() (names []string) {
		for _, s := range pki.Schemes() {
			names = append(names, s.Name)
		}
		return names
	})
	chainFaultWords = once("a fault of a chain", pki.ChainFaultNames)
	// clientCertificates are what a client has: a certificate, or none.
	clientCertificates = once("a client's certificate", func() []string {
		return append([]string{noCertificate}, ca.KeyAlgorithms()...)
	})
	clientAuths = once("a policy of client authentication", func() []string {
		return namesOf(engine.ClientAuthNone, engine.ClientAuthRequested, engine.ClientAuthRequired)
	})
	namePolicies = once("a policy for unknown names", func() []string {
		return namesOf(engine.UnknownNameIgnored, engine.UnknownNameWarned, engine.UnknownNameRefused)
	})
	revocations = once("a way to learn of revocation", func() []string {
		return namesOf(engine.RevocationNone, engine.RevocationStapled, engine.RevocationFetched)
	})
	fastOpens = once("a use of TCP Fast Open", func() []string {
		return namesOf(tcp.FastOpens()...)
	})
	resumptions = once("a resumption mechanism", func() []string {
		return namesOf(engine.Ticket, engine.SessionID, engine.PSKDHE, engine.PSK)
	})
	kernels            = once("a kernel", tcp.Kernels)
	congestionControls = once("a congestion control", tcp.CongestionControls)
)

const noCertificate = "none"

// once makes a vocabulary when it is first needed.
func once(what string, names func() []string) func() vocabulary {
	return sync.OnceValue(func() vocabulary { return vocabulary{what, names()} })
}
