// Package content generates the application data of a simulated transfer with compression.
//
//	seed ─► New ─► Read … ─► bytes that DEFLATE compresses like a web page, or not at all
//
// Text is markup. Its words have the frequencies of natural languages (Zipf's law); DEFLATE at its
// default level compresses it to about a third. Random bytes stand for images, archives and other
// compressed files. The stream does not repeat at a record or a transfer, so that a compressor's
// history is as useful as with real data.
package content

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// kinds are the kinds of content, the default one first.
var kinds = []struct {
	name string
	make func(*rand.ChaCha8) io.Reader
}{
	{"text", newText},
	{"random", func(source *rand.ChaCha8) io.Reader { return source }},
}

// Names returns the kinds of content, the default one first.
func Names() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// New returns an endless reader of a kind of content, one of Names. The seed decides all bytes.
func New(name string, seed uint64) (io.Reader, error) {
	for _, k := range kinds {
		if k.name == name {
			return k.make(source(seed)), nil
		}
	}
	return nil, fmt.Errorf("unknown content %q: want one of %v", name, Names())
}

func source(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	copy(key[:], "tlslab content")
	binary.LittleEndian.PutUint64(key[24:], seed)
	return rand.NewChaCha8(key)
}

// text generates paragraphs of words.
type text struct {
	rest []byte // of line, not read
	line []byte // the last paragraph
	rand *rand.Rand
	zipf *rand.Zipf
}

// The word of rank k, from 0, has a frequency proportional to (zipfOffset + k)^-zipfExponent. A
// paragraph has paragraphWords words on average.
const (
	zipfExponent   = 1.1
	zipfOffset     = 2.7
	paragraphWords = 40
)

func newText(source *rand.ChaCha8) io.Reader {
	r := rand.New(source)
	return &text{rand: r, zipf: rand.NewZipf(r, zipfExponent, zipfOffset, uint64(len(words)-1))}
}

func (t *text) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(t.rest) == 0 {
			t.paragraph()
		}
		k := copy(p[n:], t.rest)
		t.rest = t.rest[k:]
		n += k
	}
	return n, nil
}

func (t *text) paragraph() {
	t.line = append(t.line[:0], "<p class=\"body\">"...)
	for i := range 1 + t.rand.IntN(2*paragraphWords) {
		if i > 0 {
			t.line = append(t.line, ' ')
		}
		t.line = append(t.line, words[t.zipf.Uint64()]...)
	}
	t.line = append(t.line, ".</p>\n"...)
	t.rest = t.line
}

// words is a vocabulary of invented words by rank: short words are frequent.
var words = func() []string {
	const vocabulary = 8000
	r := rand.New(source(0))
	all := make([]string, vocabulary)
	for i := range all {
		word := ""
		for range 1 + r.IntN(4) {
			word += string("bcdfghklmnprstvw"[r.IntN(16)]) + string("aeiou"[r.IntN(5)])
			if r.IntN(3) == 0 {
				word += string("lmnrst"[r.IntN(6)])
			}
		}
		all[i] = word
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(a) - len(b) })
	return all
}()
