// Package durable writes files that are whole or not there, survive a power failure once they are
// written, and show whether they were changed since.
package durable

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// temporarySuffix ends the names of files that are being written. They begin with a dot.
const temporarySuffix = ".tlslab-tmp"

// Write makes one file: under a temporary name in the folder scratch, which must be on the file
// system of path, synced, renamed to path, and the folder of path synced. On an error path is as it
// was before, and the temporary file is gone.
func Write(scratch, path string, content func(io.Writer) error) error {
	temporary := filepath.Join(scratch, "."+filepath.Base(path)+temporarySuffix)
	err := create(temporary, content)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

func create(path string, content func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(content(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	return nil
}

// SyncFolder makes sure that the names in a folder survive a power failure.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // a file system that cannot sync folders
	}
	return errors.Join(err, folder.Close())
}

// RemoveTemporary removes what an interrupted Write has left in a folder.
func RemoveTemporary(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if IsTemporary(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(folder, e.Name())))
		}
	}
	return err
}

// IsTemporary reports whether a file of this name is one that Write did not finish.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, temporarySuffix)
}

// IsFull reports whether an error says that there is no room on the disk.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// ErrChanged is the error of a file that is not as tlslab wrote it.
var ErrChanged = errors.New("was changed after tlslab wrote it, or was cut off")

// The end of a sealed file: its last key, with the SHA-256 of all that stands before it.
const sealStart, sealEnd = ",\n  \"sha256\": \"", "\"\n}\n"

// WriteSealed writes a struct as indented JSON whose last key, sha256, is the hash of all that
// stands before it.
func WriteSealed(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	text = bytes.TrimSuffix(text, []byte("\n}"))
	text = append(text, Seal(text)...)
	return Write(filepath.Dir(path), path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Seal returns the end of a sealed file that begins with the given text.
func Seal(text []byte) []byte {
	sum := sha256.Sum256(text)
	return []byte(sealStart + hex.EncodeToString(sum[:]) + sealEnd)
}

// ReadSealed reads what WriteSealed has written. A file that was changed is refused with ErrChanged;
// an error names the file.
func ReadSealed(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	size := len(sealStart) + 2*sha256.Size + len(sealEnd)
	if len(text) < size {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	text, end := text[:len(text)-size], text[len(text)-size:]
	if !bytes.Equal(end, Seal(text)) {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	dec := json.NewDecoder(io.MultiReader(bytes.NewReader(text), strings.NewReader("}")))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Exists reports whether there is anything of this name.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
