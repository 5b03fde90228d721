// Package durable writes files that are complete or absent, survive a power failure once they are
// written, and show whether they were changed later.
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

// temporarySuffix is the end of a temporary file's name, which begins with a dot.
const temporarySuffix = ".tlslab-tmp"

// Write writes a file under a temporary name in the folder scratch, syncs it, renames it to path
// and syncs the folder of path. scratch must be on the same file system as path. On an error, path
// is unchanged and the temporary file is removed.
func Write(scratch, path string, content func(io.Writer) error) error {
	temporary := filepath.Join(scratch, "."+filepath.Base(path)+temporarySuffix)
	err := create(temporary, content)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		return renamed(err, temporary, path)
	}
	return SyncFolder(filepath.Dir(path))
}

// renamed makes an error of the temporary file one of the file that the caller knows.
func renamed(err error, temporary, path string) error {
	var of *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &of) && of.Path == temporary:
		of.Path = path
	case errors.As(err, &link) && link.Old == temporary:
		return &fs.PathError{Op: "write", Path: path, Err: link.Err}
	}
	return err
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

// SyncFolder syncs a folder, so that new names in it survive a power failure.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // the file system cannot sync folders
	}
	return errors.Join(err, folder.Close())
}

// RemoveTemporary removes the temporary files that interrupted calls of Write have left in a
// folder.
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

// IsTemporary reports whether a name is that of a temporary file of Write.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, temporarySuffix)
}

// IsFull reports whether an error says that the disk is full or the quota is used up.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// ErrChanged is the error of a sealed file whose hash does not match.
var ErrChanged = errors.New("the file was changed after tlslab wrote it, or was cut off: restore it, or run the scenario again into another folder")

// A sealed file ends with a key that holds the SHA-256 of the text before it.
const sealStart, sealEnd = ",\n  \"sha256\": \"", "\"\n}\n"

// WriteSealed writes a struct as indented JSON with a last key, sha256, that holds the hash of the
// text before it. It returns the SHA-256 of the whole file, in hexadecimal digits.
func WriteSealed(path string, v any) (hash string, err error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", err
	}
	text = bytes.TrimSuffix(text, []byte("\n}"))
	text = append(text, Seal(text)...)
	return Hash(text), Write(filepath.Dir(path), path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Hash returns a SHA-256 in hexadecimal digits.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// HashFile returns the SHA-256 of a file in hexadecimal digits. It holds a few bytes at a time.
func HashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Seal returns the last key of a sealed file, given the text before it.
func Seal(text []byte) []byte {
	return []byte(sealStart + Hash(text) + sealEnd)
}

// ReadSealed reads a file of WriteSealed into the struct v. It returns ErrChanged if the file was
// changed. An error names the file. hash is the SHA-256 of the whole file, in hexadecimal digits.
func ReadSealed(path string, v any) (hash string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	hash = Hash(text)
	size := len(sealStart) + 2*sha256.Size + len(sealEnd)
	if len(text) < size {
		return "", fmt.Errorf("%s: %w", path, ErrChanged)
	}
	text, end := text[:len(text)-size], text[len(text)-size:]
	if !bytes.Equal(end, Seal(text)) {
		return "", fmt.Errorf("%s: %w", path, ErrChanged)
	}
	dec := json.NewDecoder(io.MultiReader(bytes.NewReader(text), strings.NewReader("}")))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hash, nil
}

// Exists reports whether path exists, as a file of any kind.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
