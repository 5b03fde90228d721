package engine

import (
	"tlslab/engine/kx"
	"tlslab/engine/protocol"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// Versions and cipher suites are package protocol's. Their names are repeated here because Config,
// Info and Error are written in them.
type (
	Version     = protocol.Version
	SuiteID     = protocol.SuiteID
	Suite       = protocol.Suite
	KeyExchange = protocol.KeyExchange
)

// The versions, from the oldest on.
const (
	SSL30 = protocol.SSL30
	TLS10 = protocol.TLS10
	TLS11 = protocol.TLS11
	TLS12 = protocol.TLS12
	TLS13 = protocol.TLS13
)

// The key exchanges of cipher suites.
const (
	KeyExchangeRSA   = protocol.KeyExchangeRSA
	KeyExchangeECDHE = protocol.KeyExchangeECDHE
	KeyExchangeDHE   = protocol.KeyExchangeDHE
	KeyExchangeAny   = protocol.KeyExchangeAny
)

// suites is the engine's copy of the table of cipher suites; connections point into it.
var suites = protocol.Suites()

// defaultSuites are the suites of a nil Config.Suites, in the table's order: all but those with an
// opt-in cipher.
var defaultSuites = func() (all []*Suite) {
	for i := range suites {
		if !record.ByName(suites[i].Cipher).OptIn {
			all = append(all, &suites[i])
		}
	}
	return all
}()

// suiteRow returns the row of a suite, nil if the table does not have it.
func suiteRow(id SuiteID) *Suite {
	for i := range suites {
		if suites[i].ID == id {
			return &suites[i]
		}
	}
	return nil
}

// GroupFamily returns the family of groups that a key exchange needs; 0 if it needs no group (RSA)
// or takes any family (TLS 1.3).
func GroupFamily(k KeyExchange) kx.Family {
	switch k {
	case KeyExchangeECDHE:
		return kx.Curve
	case KeyExchangeDHE:
		return kx.Field
	}
	return 0
}

// hashes are the hashes of suites by name, from TLS 1.2 on.
var hashes = map[string]*secrets.Hash{
	secrets.SHA256.Name: secrets.SHA256,
	secrets.SHA384.Name: secrets.SHA384,
}
