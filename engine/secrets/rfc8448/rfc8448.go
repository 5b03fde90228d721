// Package rfc8448 holds the published TLS 1.3 handshakes of RFC 8448 for tests:
// messages, protected records and, for the first two in full, the secrets.
//
//	simple-1rtt            section 3
//	resumed-0rtt           section 4, which resumes section 3's session
//	hello-retry-request    section 5
//	client-authentication  section 6
//
// Each is a text file beside this one: a name on a line of its own, and below it,
// indented, the bytes in hexadecimal. Secrets have the names of their labels.
package rfc8448

import (
	"embed"
	"encoding/hex"
	"strings"
	"testing"
)

//go:embed *.txt
var files embed.FS

// A Trace is one published handshake.
type Trace struct {
	tb     testing.TB
	name   string
	values map[string][]byte
}

// Load reads the trace of a name such as "simple-1rtt".
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

// Get returns a copy of the bytes of one message, record or secret; an unknown
// name fails the test.
func (t Trace) Get(name string) []byte {
	t.tb.Helper()
	v, ok := t.values[name]
	if !ok {
		t.tb.Fatalf("%s has no %q", t.name, name)
	}
	return append([]byte(nil), v...)
}

// Join returns several of them one after another.
func (t Trace) Join(names ...string) []byte {
	t.tb.Helper()
	var all []byte
	for _, name := range names {
		all = append(all, t.Get(name)...)
	}
	return all
}
