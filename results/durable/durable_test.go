package durable

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(dir, name, text string, err error) error {
	return Write(dir, filepath.Join(dir, name), func(w io.Writer) error {
		_, failed := io.WriteString(w, text)
		return errors.Join(failed, err)
	})
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir, "a", "whole", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write(dir, "a", "ha", broken); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if text := content(t, filepath.Join(dir, "a")); text != "whole" {
		t.Errorf("the file holds %q", text)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestAnErrorNamesTheFileAndNotItsTemporaryName(t *testing.T) {
	content := func(io.Writer) error { return nil }
	folder := filepath.Join(t.TempDir(), "folder")
	nowhere := filepath.Join(folder, "file")
	if err := Write(folder, nowhere, content); err == nil || err.Error() != "open "+nowhere+": no such file or directory" {
		t.Errorf("a file in no folder: %v", err)
	}
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Dir(folder), folder, content); err == nil || strings.Contains(err.Error(), temporarySuffix) {
		t.Errorf("a folder in the place of the file: %v", err)
	}
}

func TestOnlyUnfinishedFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".a.json.tlslab-tmp", ".hidden", "a.tlslab-tmp", "a.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTemporary(dir); err != nil {
		t.Fatal(err)
	}
	if Exists(filepath.Join(dir, ".a.json.tlslab-tmp")) {
		t.Error("an unfinished file is left")
	}
	for _, name := range []string{".hidden", "a.tlslab-tmp", "a.json"} {
		if !Exists(filepath.Join(dir, name)) {
			t.Errorf("%s is gone", name)
		}
	}
}

type document struct {
	Name   string         `json:"name"`
	Counts map[string]int `json:"counts"`
}

func TestASealedFileIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	want := document{Name: "é", Counts: map[string]int{"a": 1}}
	if _, err := WriteSealed(path, want); err != nil {
		t.Fatal(err)
	}
	var got document
	if _, err := ReadSealed(path, &got); err != nil || got.Name != want.Name || got.Counts["a"] != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	var other struct{ Name int }
	if _, err := ReadSealed(path, &other); err == nil || errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), path) {
		t.Errorf("read as something else: %v", err)
	}
	if _, err := ReadSealed(path+"x", &got); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestEveryChangeOfASealedFileIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if _, err := WriteSealed(path, document{Name: "a", Counts: map[string]int{"b": 2}}); err != nil {
		t.Fatal(err)
	}
	text := content(t, path)
	refused := func(changed string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
		var d document
		if _, err := ReadSealed(path, &d); !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want %v of %s: %s", err, ErrChanged, path, changed)
		}
	}
	for i := range text {
		flipped := []byte(text)
		flipped[i] ^= 1 << rand.IntN(8)
		refused(string(flipped))
		refused(text[:i])
	}
	refused(text + "\n")
	refused(" " + text)
}

func TestAFullDiskIsRecognized(t *testing.T) {
	if !IsFull(&os.PathError{Err: syscall.ENOSPC}) || !IsFull(errors.Join(io.EOF, syscall.EDQUOT)) || IsFull(io.EOF) || IsFull(nil) {
		t.Error("IsFull does not distinguish a full disk from other errors")
	}
}
