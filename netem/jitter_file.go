package netem

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Bounds of a DistributionTable.
const (
	MaxTableSize    = 1 << 20 // bytes of the file
	MaxTableEntries = 16384   // NETEM_DIST_MAX of include/uapi/linux/pkt_sched.h
)

// A DistributionTable is a distribution of the jitter read from a file, in the format of iproute2's
// .dist files (get_distribution() of tc/q_netem.c): equally likely deviations from the mean in
// units of jitter/8192, as whole numbers from −32768 to 32767 between white space. A line that
// begins with # is a comment. A table does not change, and many links may use it.
type DistributionTable struct {
	name   string
	hash   string
	values []int16
}

// A TableError is a line of a distribution table that is wrong.
type TableError struct {
	Name   string
	Line   int // from 1; 0: the whole file
	Reason string
}

func (e *TableError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("netem: %s: %s", e.Name, e.Reason)
	}
	return fmt.Sprintf("netem: %s:%d: %s", e.Name, e.Line, e.Reason)
}

// NamedTable returns a table that has a name and no entries. It stands for one that is to be read;
// no link can use it.
func NamedTable(name string) *DistributionTable { return &DistributionTable{name: name} }

// ReadTable reads a table. An error is a *TableError, or comes from the reader.
func ReadTable(name string, r io.Reader) (*DistributionTable, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxTableSize+1))
	if err != nil {
		return nil, fmt.Errorf("netem: %s: %w", name, err)
	}
	if len(text) > MaxTableSize {
		return nil, &TableError{name, 0, fmt.Sprintf("has more than %d MiB", MaxTableSize>>20)}
	}
	t := &DistributionTable{name: name}
	for line := 1; len(text) > 0; line++ {
		var words []byte
		words, text, _ = bytes.Cut(text, []byte{'\n'})
		if len(words) > 0 && words[0] == '#' {
			continue
		}
		for word := range bytes.FieldsSeq(words) {
			v, err := strconv.ParseInt(string(word), 0, 16)
			switch {
			case errors.Is(err, strconv.ErrRange):
				return nil, &TableError{name, line,
					fmt.Sprintf("%s is not from %d to %d", excerpt(word), math.MinInt16, math.MaxInt16)}
			case err != nil:
				return nil, &TableError{name, line, fmt.Sprintf("%q is not a whole number", excerpt(word))}
			case len(t.values) == MaxTableEntries:
				return nil, &TableError{name, line,
					fmt.Sprintf("the table has more than %d numbers", MaxTableEntries)}
			}
			t.values = append(t.values, int16(v))
		}
	}
	if len(t.values) == 0 {
		return nil, &TableError{name, 0, "has no numbers: want deviations in units of jitter/8192"}
	}
	sum := sha256.Sum256(t.Text())
	t.hash = hex.EncodeToString(sum[:])
	return t, nil
}

// Name is the name of the table's file, as it was given.
func (t *DistributionTable) Name() string { return t.name }

// Hash is the SHA-256 of Text, in hexadecimal digits; "" if the table has not been read.
func (t *DistributionTable) Hash() string { return t.hash }

// Text is the table as a file with one number a line.
func (t *DistributionTable) Text() []byte {
	var text []byte
	for _, v := range t.values {
		text = append(strconv.AppendInt(text, int64(v), 10), '\n')
	}
	return text
}

// String is the name of the table, and the first digits of its hash.
func (t *DistributionTable) String() string {
	if t.hash == "" {
		return t.name
	}
	return t.name + " sha256 " + t.hash[:12]
}

func (c *Config) validateTable() error {
	switch {
	case c.Table == nil:
		return nil
	case c.Distribution != Uniform:
		return errors.New("netem: distribution: give a name or a table, not both")
	case c.Jitter == 0:
		return errors.New("netem: distribution: a table needs a jitter")
	case len(c.Table.values) == 0:
		return fmt.Errorf("netem: distribution: table %s has not been read", c.Table.name)
	}
	return nil
}
