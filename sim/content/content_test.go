package content

import (
	"bytes"
	"compress/flate"
	"io"
	"testing"
)

func read(t *testing.T, name string, seed uint64, n int) []byte {
	t.Helper()
	r, err := New(name, seed)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		t.Fatal(err)
	}
	return data
}

// The documentation promises about a third of the length.
func TestTextCompressesAsTextDoes(t *testing.T) {
	for name, bounds := range map[string][2]float64{"text": {0.28, 0.40}, "random": {1, 1.01}} {
		var out bytes.Buffer
		w, _ := flate.NewWriter(&out, flate.DefaultCompression)
		const size = 1 << 20
		w.Write(read(t, name, 1, size))
		w.Close()
		if ratio := float64(out.Len()) / size; ratio < bounds[0] || ratio > bounds[1] {
			t.Errorf("%s is compressed to %.3f of its length, want %v", name, ratio, bounds)
		}
	}
}

func TestTheSeedDecidesTheContent(t *testing.T) {
	for _, name := range Names() {
		one := read(t, name, 1, 5000)
		if !bytes.Equal(one, read(t, name, 1, 5000)) {
			t.Errorf("%s: one seed gives two contents", name)
		}
		if bytes.Equal(one, read(t, name, 2, 5000)) {
			t.Errorf("%s: two seeds give one content", name)
		}
	}
	if _, err := New("noise", 1); err == nil {
		t.Error("New accepts the unknown content noise")
	}
}
