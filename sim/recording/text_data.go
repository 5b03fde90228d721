package recording

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tlslab/engine/record"
)

// framingWords are the words before the numbers of a framing. The text form leaves out a number
// with its default value.
var framingWords = []struct {
	word   string
	number func(*record.Framing) *int
	unset  int
}{
	{"fixed", func(f *record.Framing) *int { return &f.Fixed }, 0},
	{"tail", func(f *record.Framing) *int { return &f.Tail }, 0},
	{"block", func(f *record.Framing) *int { return &f.Block }, 0},
	{"cap", func(f *record.Framing) *int { return &f.Cap }, 0},
	{"most", func(f *record.Framing) *int { return &f.MaxPlaintext }, record.MaxPlaintext},
}

const splitWord = "split"

// updateForm is the form of KeyUpdates: how often, when first, the hash, and the bytes of secret,
// key and IV.
const updateForm = "update %d first %d derive %s %d %d %d"

// dataString returns the line of Data.
func (it *Item) dataString() string {
	var b strings.Builder
	fmt.Fprintf(&b, "data %d %s", it.Bytes, it.Cipher)
	for _, row := range framingWords {
		if n := *row.number(&it.Framing); n != row.unset {
			fmt.Fprintf(&b, " %s %d", row.word, n)
		}
	}
	if it.Framing.Split {
		b.WriteString(" " + splitWord)
	}
	if u := it.Updates; u != nil {
		fmt.Fprintf(&b, " "+updateForm, u.Every, u.First, u.Hash, u.Secret, u.Key, u.IV)
	}
	return b.String()
}

// parseData reads the words of Data.
func parseData(w []string) (it Item, err error) {
	it.Action = Data
	if len(w) < 3 {
		return it, errors.New("want: data BYTES CIPHER, and the framing of its records")
	}
	if it.Bytes, err = parseBytes(w[0], w[1]); err != nil {
		return it, err
	}
	it.Cipher = w[2]
	for _, row := range framingWords {
		*row.number(&it.Framing) = row.unset
	}
	for rest := w[3:]; len(rest) > 0; {
		switch rest[0] {
		case splitWord:
			it.Framing.Split, rest = true, rest[1:]
		case "update":
			rest, err = it.parseUpdates(rest)
		default:
			rest, err = it.parseFramingWord(rest)
		}
		if err != nil {
			return it, err
		}
	}
	return it, nil
}

// parseUpdates reads the words of KeyUpdates and returns the words after them.
func (it *Item) parseUpdates(w []string) (rest []string, err error) {
	n, u := len(strings.Fields(updateForm)), &KeyUpdates{}
	if len(w) >= n {
		if _, err := fmt.Sscanf(strings.Join(w[:n], " "), updateForm, &u.Every, &u.First, &u.Hash, &u.Secret, &u.Key, &u.IV); err == nil {
			it.Updates = u
			return w[n:], nil
		}
	}
	return nil, errors.New("data: want: update RECORDS first RECORDS derive HASH BYTES BYTES BYTES")
}

// parseFramingWord reads one word of the framing and its number, and returns the words after them.
func (it *Item) parseFramingWord(w []string) (rest []string, err error) {
	for _, row := range framingWords {
		if row.word != w[0] {
			continue
		}
		if len(w) > 1 {
			if n, err := strconv.Atoi(w[1]); err == nil && n >= 0 {
				*row.number(&it.Framing) = n
				return w[2:], nil
			}
		}
		return nil, fmt.Errorf("data: %s: want a number of bytes", w[0])
	}
	return nil, fmt.Errorf("data: %q is none of fixed, tail, block, cap, most, split and update", w[0])
}
