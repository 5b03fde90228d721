package results

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
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

// Whatever a file holds, it is refused or read, and what was read is written and
// read back the same.
func FuzzOpen(f *testing.F) {
	h := header()
	first, err := h.line()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(first, goodLine...))
	f.Add(append(append(first, goodLine...), goodLine[:len(goodLine)/2]...))
	f.Add([]byte(`{"schema":1,"metrics":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "samples.jsonl")
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		all, h, err := readAll(path)
		if err != nil {
			return
		}
		again, _, err := readAll(write(t, h, all))
		if err != nil || len(again) != len(all) {
			t.Fatalf("%d of %d observations are read back: %v", len(again), len(all), err)
		}
		for i := range all {
			if !same(&all[i], &again[i]) {
				t.Errorf("%+v is read back as %+v", all[i], again[i])
			}
		}
	})
}

// readAll reads a file's header and whole lines.
func readAll(path string) (all []Observation, h Header, err error) {
	f, err := Open(path)
	if err != nil {
		return nil, h, err
	}
	defer f.Close()
	err = f.Each(func(o *Observation) error {
		all = append(all, Observation{slices.Clone(o.Cell), o.Replicate, o.Seed, o.Hash, o.Outcome, slices.Clone(o.Values)})
		return nil
	})
	return all, f.Header, err
}
