package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// framings returns a HalfConn of each protocol, and ones with padded, limited and split records.
func framings(t *testing.T) map[string]*HalfConn {
	all := map[string]*HalfConn{"none": NewPlaintext(legacyVersion)}
	for _, p := range protocols(t) {
		all[p.name], _ = p.ends(nil)
	}
	for _, name := range []string{"padded", "padded under a limit"} {
		h, err := NewTLS13(ByName("aes-128-gcm"), make([]byte, 16), make([]byte, NonceSize), nil)
		if err != nil {
			t.Fatal(err)
		}
		h.SetPadding(300)
		if strings.HasSuffix(name, "limit") {
			h.LimitPlaintext(1000)
		}
		all[name] = h
	}
	return all
}

func TestFramingGivesTheLengthsOfRecords(t *testing.T) {
	for name, h := range framings(t) {
		f := h.Framing()
		for _, plain := range []int{0, 1, 15, 16, 298, 299, 300, 301, 899, 900, 1000, 16383, 16384} {
			if plain > f.MaxPlaintext {
				continue
			}
			record, err := h.Seal(nil, ApplicationData, make([]byte, plain))
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Length(plain); got != len(record) {
				t.Errorf("%s: a record of %d bytes has %d on the wire, and its framing says %d", name, plain, len(record), got)
			}
		}
	}
}

// The expected value is found by trying all lengths.
func TestFitIsTheGreatestPlaintext(t *testing.T) {
	for name, h := range framings(t) {
		f := h.Framing()
		for _, split := range []bool{false, true} {
			f.Split = split
			written := func(n int) int {
				if split && n > 1 {
					return f.Length(1) + f.Length(n-1)
				}
				return f.Length(n)
			}
			for _, length := range []int{0, 30, 128, 321, 322, 640, 1208, 1448, 1460, 16384, 20000} {
				got, want := f.Fit(length), 1
				for n := 1; n <= f.MaxPlaintext && written(n) <= max(length, f.Length(1)); n++ {
					want = n
				}
				if split && f.Length(1)*2 > length {
					want = 1
				}
				if got != want {
					t.Errorf("%s, split %v: %d bytes fit into %d, want %d", name, split, got, length, want)
				}
			}
		}
	}
}

// sizes returns the plaintext sizes of the records of one long write, as in "3×1300".
func sizes(s *Sizer, now time.Duration, f *Framing, bytes int) string {
	var runs []string
	last, times := 0, 0
	for bytes > 0 {
		n := min(s.Size(now, f, 1448), bytes)
		s.Sent(now, n)
		bytes -= n
		if n != last {
			runs, last, times = append(runs, ""), n, 0
		}
		times++
		runs[len(runs)-1] = fmt.Sprintf("%d×%d", times, n)
	}
	return strings.Join(runs, " ")
}

func TestRecordsFollowTheirSizing(t *testing.T) {
	const second = time.Second
	f := Framing{Fixed: 21, Tail: 1, MaxPlaintext: MaxPlaintext}
	for _, test := range []struct {
		sizing string
		writes []time.Duration // of 40,000 bytes each
		want   []string
	}{
		{"16384", []time.Duration{0, second}, []string{"2×16384 1×7232", "2×16384 1×7232"}},
		{"mss", []time.Duration{0}, []string{"28×1426 1×72"}},
		{"wire 1208", []time.Duration{0}, []string{"33×1186 1×862"}},
		{"1000 until 5000, 16384", []time.Duration{0, 9 * second}, []string{"5×1000 2×16384 1×2232", "2×16384 1×7232"}},
		{"mss until 5000, 16384, idle 1s", []time.Duration{0, second, 2*second + 1}, []string{
			"4×1426 2×16384 1×1528", "2×16384 1×7232", "4×1426 2×16384 1×1528"}},
		{"1000 for 2, 2000 for 1, 16384", []time.Duration{0}, []string{"2×1000 1×2000 2×16384 1×3232"}},
		{"1000 for 2 until 1500, 16384", []time.Duration{0}, []string{"2×1000 2×16384 1×5232"}},
		{"wire 1022 growing", []time.Duration{0}, []string{"1×1000 1×2000 1×3000 1×4000 1×5000 1×6000 1×7000 1×8000 1×4000"}},
		{"5000 growing until 15000, 100", []time.Duration{0}, []string{"1×5000 1×10000 250×100"}},
		{"9000 growing", []time.Duration{0}, []string{"1×9000 1×16384 1×14616"}},
	} {
		sizing, err := ParseSizing(test.sizing)
		if err != nil {
			t.Fatal(err)
		}
		if sizing.String() != test.sizing {
			t.Errorf("%q is written as %q", test.sizing, sizing)
		}
		s := Sizer{Sizing: sizing}
		for range 2 { // after Reset, the sizing begins again
			var got []string
			for _, at := range test.writes {
				got = append(got, sizes(&s, at, &f, 40_000))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s:\n got %q\nwant %q", test.sizing, got, test.want)
			}
			s.Reset()
		}
	}
}

func TestSizingsOutOfRangeAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `"" is not a number above 0`,
		"16385":                  "16385 bytes: want 1 to 16384",
		"wire 99999":             "records of 99999 bytes",
		"mss, 16384":             "every stage but the last must have an end",
		"mss until 100":          "every stage but the last must have an end",
		"mss until 9, 5 until 9": "stage 2 ends before it begins",
		"idle 1s":                "want at least one stage",
		"mss, idle 0s":           "want a duration above 0",
		"mss soon":               `"soon" is not growing, for or until`,
		"mss for ever":           `"ever" is not a number above 0`,
		"-1":                     `"-1" is not a number above 0`,
	} {
		if _, err := ParseSizing(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	for _, s := range []Sizing{{}, {Stages: []Stage{{}}}, {Stages: []Stage{{Plain: 1, Segment: true}}}} {
		if s.Validate() == nil {
			t.Errorf("%+v is valid", s)
		}
	}
	for _, p := range Presets() {
		if err := p.Sizing.Validate(); err != nil {
			t.Errorf("preset %s: %v", p.Name, err)
		}
	}
}

// The text of a parsed Sizing parses to the same Sizing, whose sizes are in range.
func FuzzParseSizing(f *testing.F) {
	for _, p := range Presets() {
		f.Add(p.Sizing.String())
	}
	f.Add("mss growing for 3 until 100, wire 9, idle 1ns")
	f.Fuzz(func(t *testing.T, text string) {
		sizing, err := ParseSizing(text)
		if err != nil {
			return
		}
		again, err := ParseSizing(sizing.String())
		if err != nil || again.String() != sizing.String() {
			t.Fatalf("%q is written as %q: %v", text, sizing, err)
		}
		s, framing := Sizer{Sizing: sizing}, Framing{Fixed: 21, Tail: 21, Block: 16, MaxPlaintext: 1000}
		for i := range 50 {
			n := s.Size(time.Duration(i)*time.Second, &framing, 1448)
			if n < 1 || n > framing.MaxPlaintext {
				t.Fatalf("%q: record %d has %d bytes", text, i+1, n)
			}
			s.Sent(time.Duration(i)*time.Second, n)
		}
	})
}
