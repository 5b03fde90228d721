package results

import (
	"bytes"
	"testing"
)

// Whatever is on a line, reading it ends in an error or in an observation that is written and read back the same.
func FuzzLine(f *testing.F) {
	f.Add([]byte(goodLine[:len(goodLine)-1]))
	f.Add([]byte(`{ "cell" : { "tls.kind" : "full", "link.delay":"25ms"},"replicate":0,"seed":"00000000000000ff","hash":"0000000000000001","outcome":"\u00e9\"\\","metrics":{}}`))
	f.Add([]byte(`{"cell":{"tls.kind":"full","link.delay":"5ms"},"replicate":12,"seed":"ffffffffffffffff","hash":"ffffffffffffffff","outcome":"o","metrics":{"handshake":-1.5e-9,"cause.network":123456789012345678}}`))
	h := header()
	f.Fuzz(func(t *testing.T, line []byte) {
		var first, again Observation
		if bytes.IndexByte(line, '\n') >= 0 || newLineParser(&h).parse(line, &first) != nil {
			return
		}
		var b bytes.Buffer
		w, err := ResumeWriter(&b, h)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&first); err != nil {
			t.Fatalf("%s was read, but cannot be written: %v", line, err)
		}
		if err := newLineParser(&h).parse(bytes.TrimSuffix(b.Bytes(), []byte("\n")), &again); err != nil {
			t.Fatalf("%s was read and written as %s, which cannot be read: %v", line, b.Bytes(), err)
		}
		if !same(&first, &again) {
			t.Fatalf("%s was read as %+v, written and read back as %+v", line, first, again)
		}
	})
}
