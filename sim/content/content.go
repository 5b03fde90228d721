// Package content makes the application data of a simulated transfer, where it
// matters what the data is: for compression.
//
//	seed ─► New ─► Read … ─► bytes that DEFLATE shortens as it does a web page, or not at all
//
// Text is markup with words whose frequencies fall as those of natural languages
// do (Zipf); DEFLATE at its default level brings it to about a third. Random is
// what images, archives and other compressed files look like. Nothing repeats
// because a record or a transfer begins anew, so a compressor's history is worth
// what it would be worth with real data.
package content

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// kinds are the names that New knows, and what makes them.
var kinds = []struct {
	name string
	make func(*rand.ChaCha8) io.Reader
}{
	{"text", newText},
	{"random", func(source *rand.ChaCha8) io.Reader { return source }},
}

// Names lists the kinds of content, the usual one first.
func Names() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// New returns an endless reader of a kind of content. The same seed gives the
// same bytes.
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

// text writes paragraphs of words.
type text struct {
	rest []byte
	line []byte
	rand *rand.Rand
	zipf *rand.Zipf
}

// How the words are drawn: the exponent of their frequencies, and how many words
// a paragraph has.
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

// words are a vocabulary of made-up words, the short ones frequent.
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
