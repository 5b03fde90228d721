package netem

import (
	"bytes"
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
	linkFile
	values []int16
}

// NamedTable returns a table that has a name and no entries. It stands for one that is to be read;
// no link can use it.
func NamedTable(name string) *DistributionTable {
	return &DistributionTable{linkFile: linkFile{name: name}}
}

// ReadTable reads a table. An error is a *FileError, or comes from the reader.
func ReadTable(name string, r io.Reader) (*DistributionTable, error) {
	text, err := readAtMost(name, r, MaxTableSize)
	if err != nil {
		return nil, err
	}
	t := &DistributionTable{linkFile: linkFile{name: name}}
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
				return nil, &FileError{name, line,
					fmt.Sprintf("%s is not from %d to %d", excerpt(word), math.MinInt16, math.MaxInt16)}
			case err != nil:
				return nil, &FileError{name, line, fmt.Sprintf("%q is not a whole number", excerpt(word))}
			case len(t.values) == MaxTableEntries:
				return nil, &FileError{name, line,
					fmt.Sprintf("the table has more than %d numbers", MaxTableEntries)}
			}
			t.values = append(t.values, int16(v))
		}
	}
	if len(t.values) == 0 {
		return nil, &FileError{name, 0, "has no numbers: want deviations in units of jitter/8192"}
	}
	t.seal(t.Text())
	return t, nil
}

// Text is the table as a file with one number a line.
func (t *DistributionTable) Text() []byte {
	var text []byte
	for _, v := range t.values {
		text = append(strconv.AppendInt(text, int64(v), 10), '\n')
	}
	return text
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
