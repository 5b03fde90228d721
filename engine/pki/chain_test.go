package pki_test

import (
	"testing"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

var (
	notBefore = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	now       = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

func chainSpec(algorithm string, length int) ca.ChainSpec {
	return ca.ChainSpec{
		Seed: "test", Algorithm: algorithm, Length: length,
		Names: []string{"server.example", "*.wild.example", "192.0.2.7"}, NotBefore: notBefore, NotAfter: notAfter,
	}
}

func mustIssue(tb testing.TB, spec ca.ChainSpec) *ca.Chain {
	tb.Helper()
	chain, err := ca.Issue(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return chain
}

func mustParse(tb testing.TB, raw ...[]byte) []*pki.Certificate {
	tb.Helper()
	chain, err := pki.ParseChain(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return chain
}

func mustKey(tb testing.TB, algorithm string) *pki.Key {
	tb.Helper()
	key, err := ca.GenerateKey(algorithm, "test")
	if err != nil {
		tb.Fatal(err)
	}
	return key
}
