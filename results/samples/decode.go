package samples

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"tlslab/results"
)

// part is a part that has been checked.
type part struct {
	listed
	number int
	batch  *batch
	rows   results.Range // of the batch
	source io.ReaderAt
	size   int64
}

// file reads the part's metadata. They are not kept: those of all parts of a long run with many
// cells would take more memory than its columns, because each part carries the header.
func (p *part) file() (*parquet.File, error) { return openFile(p.source, p.size) }

func openFile(r io.ReaderAt, size int64) (*parquet.File, error) {
	return parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
}

// openPart reads the metadata of a part and checks that it is the part of that number in this run.
func (s *Store) openPart(r io.ReaderAt, size int64, l listed, number int) (p *part, err error) {
	defer recovered(&err)
	file, err := openFile(r, size)
	if err != nil {
		return nil, err
	}
	if text, _ := file.Lookup(keyHeader); text != s.headerText {
		return nil, errors.New("belongs to another run")
	}
	if text, _ := file.Lookup(keyPart); text != strconv.Itoa(number) {
		return nil, fmt.Errorf("is part %s of the run, not part %d", text, number)
	}
	b := s.layout.batchOf(number)
	rows := b.rowsOf(number)
	if n := int(file.NumRows()); n != l.Rows || n > rows.Len() || len(file.RowGroups()) != 1 {
		return nil, fmt.Errorf("has %d rows, not %d", n, l.Rows)
	}
	if n := len(file.RowGroups()[0].ColumnChunks()); n != len(s.header.Columns()) {
		return nil, fmt.Errorf("has %d columns, not %d", n, len(s.header.Columns()))
	}
	rows.To = rows.From + l.Rows
	return &part{listed: l, number: number, batch: b, rows: rows, source: r, size: size}, nil
}

// place returns the cell of a row of the part, as an index into Header.Cells, and the number of its
// replicate.
func (p *part) place(row int) (cell, replicate int) { return p.batch.place(p.rows.From + row) }

// recovered turns a panic into an error. The Parquet library may panic if a file that is listed
// with its SHA-256 is not one that tlslab wrote.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("is not a part: %v", r)
	}
}

// pages calls visit with each page of a column.
func (p *part) pages(column int, visit func(parquet.Page) error) (err error) {
	defer recovered(&err)
	file, err := p.file()
	if err != nil {
		return err
	}
	pages := file.RowGroups()[0].ColumnChunks()[column].Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		err = visit(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

// values appends a metric's column to dst.
func (p *part) values(dst []float64, column int, integer bool) ([]float64, error) {
	before := len(dst)
	err := p.pages(column, func(page parquet.Page) error {
		levels := page.DefinitionLevels()
		if page.NumNulls() == 0 {
			levels = nil
		}
		data := page.Data()
		switch d := page.Dictionary(); {
		case d != nil && integer:
			entries := d.Page().Data()
			dst = appendIndexed(dst, levels, data.Int32(), entries.Int64())
		case d != nil:
			entries := d.Page().Data()
			dst = appendIndexed(dst, levels, data.Int32(), entries.Double())
		case integer:
			dst = appendPlain(dst, levels, data.Int64())
		default:
			dst = appendPlain(dst, levels, data.Double())
		}
		return nil
	})
	if err == nil && len(dst)-before != p.Rows {
		err = fmt.Errorf("column %d has %d values of %d", column, len(dst)-before, p.Rows)
	}
	return dst, err
}

// appendIndexed appends the entries of table at the indexes, and NaN for each row whose definition
// level is 0. If no row is null, levels is nil.
func appendIndexed[T int64 | float64](dst []float64, levels []byte, indexes []int32, table []T) []float64 {
	if levels == nil {
		for _, i := range indexes {
			dst = append(dst, float64(table[i]))
		}
		return dst
	}
	for _, level := range levels {
		if level == 0 {
			dst = append(dst, math.NaN())
			continue
		}
		dst = append(dst, float64(table[indexes[0]]))
		indexes = indexes[1:]
	}
	return dst
}

// appendPlain appends values, and NaN for each row whose definition level is 0. If no row is null,
// levels is nil.
func appendPlain[T int64 | float64](dst []float64, levels []byte, values []T) []float64 {
	if levels == nil {
		for _, v := range values {
			dst = append(dst, float64(v))
		}
		return dst
	}
	for _, level := range levels {
		if level == 0 {
			dst = append(dst, math.NaN())
			continue
		}
		dst = append(dst, float64(values[0]))
		values = values[1:]
	}
	return dst
}

// hashes appends the column of hashes to dst.
func (p *part) hashes(dst []uint64, column int) ([]uint64, error) {
	err := p.pages(column, func(page parquet.Page) error {
		if d := page.Dictionary(); d != nil {
			entries, indexes := d.Page().Data(), page.Data()
			table := entries.Uint64()
			for _, i := range indexes.Int32() {
				dst = append(dst, table[i])
			}
			return nil
		}
		values := page.Data()
		dst = append(dst, values.Uint64()...)
		return nil
	})
	return dst, err
}

// strings calls visit with the string of each row of a column.
func (p *part) strings(column int, visit func(row int, s string)) error {
	row := 0
	return p.pages(column, func(page parquet.Page) error {
		d := page.Dictionary()
		if d == nil {
			return errors.New("a column of strings has no dictionary")
		}
		words := make([]string, d.Len())
		for i := range words {
			words[i] = d.Index(int32(i)).String()
		}
		indexes := page.Data()
		for _, i := range indexes.Int32() {
			visit(row, words[i])
			row++
		}
		return nil
	})
}
