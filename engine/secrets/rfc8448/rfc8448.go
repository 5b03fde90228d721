// Package rfc8448 holds the TLS 1.3 handshakes of RFC 8448 for tests: messages, protected records
// and, of the first two, all secrets.
//
//	simple-1rtt            §3
//	resumed-0rtt           §4, which resumes the session of §3
//	hello-retry-request    §5
//	client-authentication  §6
//
// Each is a text file in this folder: a name on its own line and below it, indented, the bytes in
// hexadecimal. Secrets are named by their labels.
package rfc8448

import (
	"embed"
	"encoding/hex"
	"strings"
	"testing"
)

//go:embed *.txt
var files embed.FS

// A Trace is one handshake of RFC 8448.
type Trace struct {
	tb     testing.TB
	name   string
	values map[string][]byte
}

// Load reads the trace with a name, such as "simple-1rtt". An unknown name fails the test.
func Load(tb testing.TB, name string) Trace {
	tb.Helper()
	text, err := files.ReadFile(name + ".txt")
	if err != nil {
		tb.Fatal(err)
	}
	values := make(map[string][]byte)
	var key string
	for line := range strings.Lines(string(text)) {
		indented := strings.HasPrefix(line, "\t")
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case indented:
			part, err := hex.DecodeString(line)
			if err != nil {
				tb.Fatalf("%s: %s: %v", name, key, err)
			}
			values[key] = append(values[key], part...)
		default:
			key = line
		}
	}
	return Trace{tb, name, values}
}

// Get returns a copy of the bytes of one message, record or secret. An unknown name fails the test.
func (t Trace) Get(name string) []byte {
	t.tb.Helper()
	v, ok := t.values[name]
	if !ok {
		t.tb.Fatalf("%s has no %q", t.name, name)
	}
	return append([]byte(nil), v...)
}

// Join returns the concatenation of several values.
func (t Trace) Join(names ...string) []byte {
	t.tb.Helper()
	var all []byte
	for _, name := range names {
		all = append(all, t.Get(name)...)
	}
	return all
}
