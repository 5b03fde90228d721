package results

import (
	"bytes"
	"os"
	"testing"
)

// An interrupted run leaves a file that ends anywhere. Cut back to its whole lines and gone on with from there, it becomes
// the file of a run that was not interrupted.
func TestAnInterruptedRunCanGoOn(t *testing.T) {
	all := observations(3)
	path := write(t, header(), all)
	finished, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.IndexByte(finished, '\n') + 1
	for cut := body; cut <= len(finished); cut += 7 {
		if err := os.WriteFile(path, finished[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatalf("cut at byte %d: %v", cut, err)
		}
		if wants := finished[cut-1] != '\n'; f.Torn() != wants {
			t.Fatalf("cut at byte %d: torn is %v, want %v", cut, f.Torn(), wants)
		}
		if f.Lines != bytes.Count(finished[body:cut], []byte("\n")) {
			t.Fatalf("cut at byte %d: %d lines", cut, f.Lines)
		}
		rest := bytes.NewBuffer(finished[:f.Whole:f.Whole])
		w, err := ResumeWriter(rest, f.Header)
		if err != nil {
			t.Fatal(err)
		}
		for i := f.Lines; i < len(all); i++ {
			if err := w.Write(&all[i]); err != nil {
				t.Fatal(err)
			}
		}
		f.Close()
		if !bytes.Equal(rest.Bytes(), finished) {
			t.Fatalf("cut at byte %d: the resumed file differs", cut)
		}
	}
}

// A line that is cut off is never read, nor is what was appended to the file after it was opened.
func TestATornLineIsNotRead(t *testing.T) {
	h := header()
	first, _ := h.line()
	f := open(t, writeFile(t, string(first)+goodLine+goodLine[:80]))
	if f.Lines != 1 || !f.Torn() || f.Whole != int64(len(first)+len(goodLine)) || f.Size != f.Whole+80 {
		t.Errorf("%d lines, %d of %d bytes whole", f.Lines, f.Whole, f.Size)
	}
	n := 0
	if err := f.Each(func(*Observation) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("read %d observations: %v", n, err)
	}
	var s Sample
	if err := f.Sample(0, &s); err != nil || s.N() != 1 {
		t.Errorf("read a sample of %d: %v", s.N(), err)
	}
}
