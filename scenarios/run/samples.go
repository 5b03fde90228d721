package run

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"tlslab/results"
	"tlslab/results/folder"
)

// A samplesFile is samples.jsonl while it is written.
type samplesFile struct {
	file   *os.File
	buffer *bufio.Writer
	lines  *results.Writer
}

// newSamples begins a file with its header.
func newSamples(dir string, h results.Header) (*samplesFile, error) {
	f, err := os.Create(filepath.Join(dir, folder.Samples))
	if err != nil {
		return nil, err
	}
	return startSamples(f, h, results.NewWriter)
}

// resumeSamples goes on after the last whole line of a file.
func resumeSamples(dir string, h results.Header, whole int64) (*samplesFile, error) {
	f, err := os.OpenFile(filepath.Join(dir, folder.Samples), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(whole); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return startSamples(f, h, results.ResumeWriter)
}

func startSamples(f *os.File, h results.Header, open func(io.Writer, results.Header) (*results.Writer, error)) (*samplesFile, error) {
	s := &samplesFile{file: f, buffer: bufio.NewWriterSize(f, 1<<16)}
	var err error
	if s.lines, err = open(s.buffer, h); err == nil {
		err = s.buffer.Flush()
	}
	if err != nil {
		return nil, errors.Join(s.explain(err), f.Close())
	}
	return s, nil
}

func (s *samplesFile) write(observations []results.Observation) error {
	for i := range observations {
		if err := s.lines.Write(&observations[i]); err != nil {
			return s.explain(err)
		}
	}
	return nil
}

// close writes what is buffered and makes sure of it.
func (s *samplesFile) close() error {
	err := s.buffer.Flush()
	if err == nil {
		err = s.file.Sync()
	}
	return s.explain(errors.Join(err, s.file.Close()))
}

// explain says what a full disk means for the run. What was written before stays, and the next run cuts a torn line off.
func (s *samplesFile) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk is full; what was written is kept: make room and run the same again to go on: %w", err)
	}
	return fmt.Errorf("write samples: %w", err)
}
