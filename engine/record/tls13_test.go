package record

import (
	"bytes"
	"errors"
	"testing"
)

func TestTLS13Padding(t *testing.T) {
	p := protocols(t)[1]
	sealer, opener := p.ends(nil)
	sealer.SetPadding(256)
	for _, size := range []int{0, 255, 256, MaxPlaintext} {
		dirty := bytes.Repeat([]byte{0xaa}, MaxRecord)
		record, err := sealer.Seal(dirty[:0], ApplicationData, random(size, 1))
		if err != nil || len(record) != size+sealer.Overhead(size) {
			t.Fatalf("%d bytes: record of %d, %v", size, len(record), err)
		}
		if inner := len(record) - HeaderSize - 16; inner%256 != 0 && inner != MaxPlaintext+1 {
			t.Errorf("%d bytes make an inner plaintext of %d", size, inner)
		}
		if _, got, err := opener.Open(record); err != nil || len(got) != size {
			t.Errorf("%d bytes open as %d, %v", size, len(got), err)
		}
	}
}

func TestTLS13RecordsWithoutContentTypeAreUnexpected(t *testing.T) {
	sealer, opener := protocols(t)[1].ends(nil)
	record, _ := sealer.Seal(nil, 0, make([]byte, 20))
	if _, _, err := opener.Open(record); !errors.Is(err, ErrUnexpected) {
		t.Errorf("an inner plaintext of zeros: %v, want ErrUnexpected", err)
	}
	if _, _, err := opener.Open([]byte{22, 3, 3, 0, 0}); !errors.Is(err, ErrUnexpected) {
		t.Errorf("an unprotected handshake record: %v, want ErrUnexpected", err)
	}
}
