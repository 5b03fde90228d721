package protocol_test

import (
	"testing"

	"tlslab/engine/protocol"
)

func TestVersionsAreReadAsTheyAreWritten(t *testing.T) {
	for v := protocol.SSL30; v <= protocol.TLS13; v++ {
		if got, err := protocol.ParseVersion(v.String()); err != nil || got != v {
			t.Errorf("%v is read as %v, %v", v, got, err)
		}
	}
	if protocol.TLS13.Title() != "TLS 1.3" || protocol.SSL30.Title() != "SSL 3.0" || protocol.Version(0x0305).String() != "0x0305" {
		t.Errorf("%s, %s, %v", protocol.TLS13.Title(), protocol.SSL30.Title(), protocol.Version(0x0305))
	}
	if _, err := protocol.ParseVersion("1.4"); err == nil {
		t.Error("ParseVersion accepts 1.4")
	}
}

func TestSuitesAreFoundByNumberAndByName(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range protocol.Suites() {
		byID, ok := protocol.SuiteByID(s.ID)
		byName, found := protocol.SuiteByName(s.Name)
		if !ok || !found || byID != s || byName != s || s.ID.String() != s.Name || seen[s.Name] {
			t.Errorf("%s: %v, %v", s.Name, byID, byName)
		}
		seen[s.Name] = true
		if s.Min > s.Max || s.Min < protocol.SSL30 || s.Max > protocol.TLS13 || (s.KeyType == "") != (s.Max == protocol.TLS13) {
			t.Errorf("%s is of %v to %v, key %q", s.Name, s.Min, s.Max, s.KeyType)
		}
	}
	if _, ok := protocol.SuiteByID(0xfefe); ok || protocol.SuiteID(0xfefe).String() != "0xfefe" {
		t.Error("SuiteByID or String knows an unknown suite")
	}
}

func TestSuitesReturnsACopyOfTheTable(t *testing.T) {
	protocol.Suites()[0].Name = "changed"
	if protocol.Suites()[0].Name == "changed" {
		t.Error("a caller can change the table")
	}
}
