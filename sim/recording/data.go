package recording

import (
	"fmt"
	"strconv"
	"strings"

	"tlslab/engine/record"
)

// The words of Data's framing, and of a recording's sizings.

// framingWords name the numbers of a framing; one that has the value given here is
// left out.
var framingWords = []struct {
	word  string
	is    func(*record.Framing) *int
	usual int
}{
	{"fixed", func(f *record.Framing) *int { return &f.Fixed }, 0},
	{"tail", func(f *record.Framing) *int { return &f.Tail }, 0},
	{"block", func(f *record.Framing) *int { return &f.Block }, 0},
	{"cap", func(f *record.Framing) *int { return &f.Cap }, 0},
	{"most", func(f *record.Framing) *int { return &f.Most }, record.MaxPlaintext},
}

const splitWord = "split"

func (it *Item) dataString() string {
	var b strings.Builder
	fmt.Fprintf(&b, "data %d %s", it.Bytes, it.Cipher)
	for _, row := range framingWords {
		if n := *row.is(&it.Framing); n != row.usual {
			fmt.Fprintf(&b, " %s %d", row.word, n)
		}
	}
	if it.Framing.Split {
		b.WriteString(" " + splitWord)
	}
	return b.String()
}

// parseData reads what dataString writes.
func parseData(w []string) (Item, error) {
	it := Item{Action: Data}
	if len(w) < 3 {
		return it, fmt.Errorf("want: data BYTES CIPHER, and the framing of its records")
	}
	n, err := strconv.Atoi(w[1])
	if err != nil || n <= 0 {
		return it, fmt.Errorf("data %q: want a number of bytes above 0", w[1])
	}
	it.Bytes, it.Cipher = n, w[2]
	for _, row := range framingWords {
		*row.is(&it.Framing) = row.usual
	}
	for rest := w[3:]; len(rest) > 0; {
		if rest[0] == splitWord {
			it.Framing.Split, rest = true, rest[1:]
			continue
		}
		if rest, err = it.framingWord(rest); err != nil {
			return it, err
		}
	}
	return it, nil
}

// framingWord reads one word of the framing and its number.
func (it *Item) framingWord(w []string) (rest []string, err error) {
	for _, row := range framingWords {
		if row.word != w[0] {
			continue
		}
		if len(w) > 1 {
			if n, err := strconv.Atoi(w[1]); err == nil && n >= 0 {
				*row.is(&it.Framing) = n
				return w[2:], nil
			}
		}
		return nil, fmt.Errorf("data: %s: want a number of bytes", w[0])
	}
	return nil, fmt.Errorf("data: %q is none of fixed, tail, block, cap, most and split", w[0])
}

// sizing reads a side's sizing.
func (p *parser) sizing(w []string) error {
	if len(p.rec.Branches) > 0 {
		return fmt.Errorf("sizing stands before the branches")
	}
	for _, s := range p.rec.sizings() {
		if len(w) < 3 || w[1] != s.side {
			continue
		}
		if *s.is != nil {
			return fmt.Errorf("sizing %s stands twice", s.side)
		}
		var err error
		*s.is, err = record.ParseSizing(strings.Join(w[2:], " "))
		return err
	}
	return fmt.Errorf("want: sizing client|server STAGES")
}
