package netem

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// linkFile is what a Trace and a DistributionTable have from the file that they were read from.
type linkFile struct{ name, hash string }

// Name is the name of the file, as it was given.
func (f *linkFile) Name() string { return f.name }

// Hash is the SHA-256 of Text in hexadecimal digits; "" if the file has not been read.
func (f *linkFile) Hash() string { return f.hash }

// String is the name of the file, and the first digits of its hash.
func (f *linkFile) String() string {
	if f.hash == "" {
		return f.name
	}
	return f.name + " sha256 " + f.hash[:12]
}

// seal sets the hash to that of a text.
func (f *linkFile) seal(text []byte) {
	sum := sha256.Sum256(text)
	f.hash = hex.EncodeToString(sum[:])
}

// A FileError is a line of a trace or of a distribution table that is wrong.
type FileError struct {
	Name   string
	Line   int // from 1; 0: the whole file
	Reason string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("netem: %s: %s", e.Name, e.Reason)
	}
	return fmt.Sprintf("netem: %s:%d: %s", e.Name, e.Line, e.Reason)
}

// readAtMost reads a file of at most so many bytes, whole MiB.
func readAtMost(name string, r io.Reader, most int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("netem: %s: %w", name, err)
	}
	return text, checkSize(name, text, most)
}

// checkSize refuses a text of more than most bytes, whole MiB.
func checkSize(name string, text []byte, most int) error {
	if len(text) > most {
		return &FileError{name, 0, fmt.Sprintf("has more than %d MiB", most>>20)}
	}
	return nil
}
