package recording_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/recording"
)

const handWritten = `recording 1
about stack a laboratory's own
about suite TLS_AES_128_GCM_SHA256

branch full
client
at 0
  keygen x25519
  write 256
at 2014
  work 285µs   # agreement and three signature checks in one figure
  mark handshake
  write 64
  write 122
at 3036
  mark first-byte
  mark last-byte
  close
server
at 256
  work 158µs
  write 2014
at 442
  seal aes-128-gcm 1000
  write 1022
  close
`

// withData is the same stack with application data that the replay splits into records.
const withData = `recording 1
about stack a laboratory's own
sizing server 1369 for 41, 4229 for 40, 16384, idle 1s

branch full
client
at 0
  keygen x25519
  write 256
at 2014
  mark handshake
  data 100 aes-128-gcm fixed 21 tail 1
at 2015
  mark first-byte
at 3014
  mark last-byte
  close
server
at 256
  write 2014
at 356
  data 1000 aes-128-cbc-sha fixed 21 tail 21 block 16 split
  close
`

// withNames is the same stack with names. Its Certificate ends in the second record, which ends in
// the second write.
const withNames = `recording 1

branch full
client
at 0
  keygen x25519
  write 256
    record handshake 256
      message ClientHello 251
at 2014
  keys receive handshake
  keys send handshake
  write 64
    record handshake 64
      message Finished
  keys send application
  mark handshake
  write 122
at 3036
  mark first-byte
  mark last-byte
  write 24
    record alert 24
      message close_notify 2
  close
server
at 256
  write 1000
    record handshake 300
      message ServerHello 122
    record handshake 1000
      message Certificate 1122
      message Finished 36
  write 1014
at 442
  write 1022
    record application_data 1022
  close
`

func TestNamesAreReadAndWrittenAlike(t *testing.T) {
	r, b := parsed(t, withNames)
	if got, want := b.Client[0].Items[2], (recording.Item{Action: recording.Record, Name: "handshake", Bytes: 256}); got != want {
		t.Errorf("the first record is %+v, want %+v", got, want)
	}
	if got := recording.Written(b.Client); got != 466 {
		t.Errorf("the client writes %d bytes, want 466", got)
	}
	var out bytes.Buffer
	if err := r.Format(&out); err != nil {
		t.Fatal(err)
	}
	if out.String() != withNames {
		t.Errorf("read:\n%s\nwritten:\n%s", withNames, &out)
	}
	for _, c := range []struct{ old, new, want string }{
		{"record handshake 256", "record hand 256", "want a record of handshake, change_cipher_spec, alert, application_data"},
		{"record handshake 256", "record handshake", "line 8: want: record TYPE BYTES"},
		{"record handshake 256", "record handshake none", "line 8: record \"none\""},
		{"record handshake 256", "record handshake 4", "want 5 to "},
		{"record handshake 64", "record handshake 200", "close: the record before has 14 bytes that are not written"},
		{"message ClientHello 251", "message", "want: message NAME [BYTES]"},
		{"message ClientHello 251", "message ClientHello 0", "above 0"},
		{"message ClientHello 251", "message ClientHello 99999999", "want at most 16777219 bytes"},
		{"    record handshake 256\n", "", "want it after the record in which it ends"},
		{"  write 256\n", "", "want it after the write in which it begins"},
		{"  write 1014\n", "  write 1014\n    record handshake 714\n    record handshake 5\n", "the write ends before it begins"},
		{"  write 1014\n", "  data 1014 aes-128-gcm\n", "has 300 bytes that are not written"},
		{"keys send handshake", "keys send handshaking", "want keys of clear, early, handshake, application"},
		{"keys send handshake", "keys handshake", "want: keys send|receive clear|early|handshake|application"},
	} {
		refused(t, withNames, c.old, c.new, c.want)
	}
}

// parsed parses a valid text and returns its recording and branch.
func parsed(t *testing.T, text string) (*recording.Recording, *recording.Branch) {
	t.Helper()
	r, err := recording.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Branch(recording.Full)
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

func TestDataWithKeyUpdatesIsReadAndWrittenAlike(t *testing.T) {
	const line = "data 100 aes-128-gcm fixed 21 tail 1 update 10 first 0 derive sha256 32 16 12"
	_, b := parsed(t, strings.Replace(withData, "data 100 aes-128-gcm fixed 21 tail 1", line, 1))
	it := b.Client[1].Items[1]
	want := recording.KeyUpdates{Every: 10, First: 0, Hash: "sha256", Secret: 32, Key: 16, IV: 12}
	if it.Updates == nil || *it.Updates != want {
		t.Errorf("updates are %+v, want %+v", it.Updates, want)
	}
	if got := it.String(); got != line {
		t.Errorf("read:\n%s\nwritten:\n%s", line, got)
	}
}

func TestDataIsReadAndWrittenAlike(t *testing.T) {
	r, b := parsed(t, withData)
	if got := recording.Written(b.Server); got != 3014 {
		t.Errorf("the server writes %d bytes, want 3014, its data as plaintext", got)
	}
	want := record.Framing{Fixed: 21, Tail: 21, Block: 16, MaxPlaintext: 16384, Split: true}
	if it := b.Server[1].Items[0]; it.Action != recording.Data || it.Bytes != 1000 || it.Cipher != "aes-128-cbc-sha" || it.Framing != want {
		t.Errorf("data is %+v", it)
	}
	if r.ClientSizing != nil || len(r.ServerSizing.Stages) != 3 || r.ServerSizing.Idle != time.Second {
		t.Errorf("sizings %+v and %+v", r.ClientSizing, r.ServerSizing)
	}
	var out bytes.Buffer
	if err := r.Format(&out); err != nil {
		t.Fatal(err)
	}
	if out.String() != withData {
		t.Errorf("read:\n%s\nwritten:\n%s", withData, &out)
	}
	for _, c := range []struct{ old, new, want string }{
		{"data 100 ", "data none ", "line 12: data \"none\""},
		{"data 100 ", "data 0 ", "above 0"},
		{"data 100 aes-128-gcm fixed 21 tail 1", "data 100", "want: data BYTES CIPHER"},
		{"fixed 21 tail 1\n", "fixed 21 tail\n", "tail: want a number of bytes"},
		{"fixed 21 tail 1\n", "fixed -1\n", "fixed: want a number of bytes"},
		{"fixed 21 tail 1\n", "fixed 2000\n", "no SSL or TLS version has this framing"},
		{"fixed 21 tail 1\n", "fixed 21 cap 5\n", "no SSL or TLS version has this framing"},
		{"fixed 21 tail 1\n", "fixed 21 most 0\n", "no SSL or TLS version has this framing"},
		{"fixed 21 tail 1\n", "fixed 21 joined\n", "\"joined\" is none of fixed, tail, block, cap, most, split and update"},
		{"fixed 21 tail 1\n", "update 1 first 1\n", "want: update RECORDS first RECORDS derive HASH BYTES BYTES BYTES"},
		{"fixed 21 tail 1\n", "update 1 first 1 derives sha256 32 16 12\n", "want: update RECORDS first"},
		{"fixed 21 tail 1\n", "update 0 first 1 derive sha256 32 16 12\n", "want a KeyUpdate after 1 record or more"},
		{"fixed 21 tail 1\n", "update 1 first -1 derive sha256 32 16 12\n", "the first one after 0 or more"},
		{"fixed 21 tail 1\n", "update 1 first 1 derive sha256 32 0 12\n", "want a secret, a key and an IV of 1 to 1024 bytes"},
		{"fixed 21 tail 1\n", "split update 1 first 1 derive sha256 32 16 12\n", "a KeyUpdate is a message of TLS 1.3"},
		{"sizing server", "sizing nobody", "want: sizing client|server STAGES"},
		{"for 41,", "for 41 ever,", "is not growing, for or until"},
		{"16384, idle", "16384 for 3, idle", "every stage but the last must have an end"},
		{"\nbranch", "sizing server mss\nbranch", "sizing server appears twice"},
		{"client\n", "sizing client mss\nclient\n", "before the branches"},
		{"at 3014", "at 3015", "never reached"},
		{"  close\nserver", "  close\n  data 1 aes-128-gcm\nserver", "after the close"},
	} {
		refused(t, withData, c.old, c.new, c.want)
	}
}

// refused checks that Parse refuses a text in which wrong replaces right.
func refused(t *testing.T, text, right, wrong, want string) {
	t.Helper()
	changed := strings.Replace(text, right, wrong, 1)
	if changed == text {
		t.Fatalf("%q is not in the text", right)
	}
	if _, err := recording.Parse(strings.NewReader(changed)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%q for %q: error %v, want one with %q", wrong, right, err, want)
	}
}

func TestTextFormIsReadAndWrittenAlike(t *testing.T) {
	r, b := parsed(t, handWritten)
	if got := b.Client[1].Items[0]; got.Work != 285*time.Microsecond {
		t.Errorf("work is %v, want 285µs", got.Work)
	}
	if got, want := b.Server[1].Items[0].Op, (op.Op{Kind: op.Seal, Alg: "aes-128-gcm", Size: 1000}); got != want {
		t.Errorf("operation is %v, want %v", got, want)
	}
	if got := recording.Written(b.Client); got != 442 {
		t.Errorf("the client writes %d bytes, want 442", got)
	}
	var first, second bytes.Buffer
	if err := r.Format(&first); err != nil {
		t.Fatal(err)
	}
	again, err := recording.Parse(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Format(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("written again, the text differs:\n%s\n%s", &first, &second)
	}
}

func TestErrorsNameTheirLine(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"recording 1", "recording 2", "line 1"},
		{"branch full", "early-window soon\nbranch full", "early-window \"soon\""},
		{"branch full", "early-window 10s\nbranch full", "want it above 0 with both branches early-data and early-data-rejected"},
		{"  write 256", "  write none", "line 9: write \"none\""},
		{"  write 256", "  write 0", "line 9"},
		{"  write 256", "  sing rsa2048", "line 9: \"sing rsa2048\" is no action"},
		{"work 158µs", "work 158", "work \"158\""},
		{"at 256", "at -1", "at \"-1\""},
		{"at 256", "at 0", "would write before the client"},
		{"branch full", "branch perhaps", "perhaps"},
		{"mark first-byte", "mark second-byte", "handshake|first-byte|last-byte"},
		{"  mark first-byte\n", "", "want first-byte"},
		{"  mark handshake\n", "", "want handshake"},
		{"at 3036", "at 4000", "never reached: its peer writes 3036 bytes"},
		{"at 3036", "at 2014", "does not follow"},
		{"at 442", "at 443", "never reached"},
		{"at 2014", "at 2015", "waits for bytes that its peer writes only afterwards"},
		{"  close\nserver", "  close\n  write 1\nserver", "after the close"},
		{"client\n", "client\nat 0\nclient\n", "client appears twice"},
		{"branch full\n", "", "before any branch"},
		{"work 158µs", "work 1h1ns", "want 0 to 1h"},
		{"  write 64", "  write 9223372036854775807", "bytes in all"},
		{"seal aes-128-gcm 1000", "seal aes-128-gcm 68719476737", "want at most 68719476736 bytes"},
		{"seal aes-128-gcm 1000", "kernel write 1000", "the simulator adds the kernel's work"},
	} {
		refused(t, handWritten, c.old, c.new, c.want)
	}
	_, branch, _ := strings.Cut(handWritten, "branch full")
	for _, c := range []struct{ old, new string }{{"keygen x25519\n", ""}, {"at 256", "at 255"}} {
		text := handWritten + "branch refused" + strings.Replace(branch, c.old, c.new, 1)
		if _, err := recording.Parse(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "all branches are alike") {
			t.Errorf("%q for %q in a second branch: error %v", c.new, c.old, err)
		}
	}
	if _, err := recording.Parse(strings.NewReader("")); err == nil {
		t.Error("Parse accepts an empty file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(handWritten)
	f.Add(withData)
	f.Add(withNames)
	f.Add("recording 1\nbranch full\nclient\nat 0\n close\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := recording.Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := r.Format(&out); err != nil {
			t.Fatal(err)
		}
		again, err := recording.Parse(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("Parse refuses the text that Format wrote: %v", err)
		}
		var twice bytes.Buffer
		if err := again.Format(&twice); err != nil || twice.String() != out.String() {
			t.Errorf("read and written again, %q becomes %q, %v", out.String(), twice.String(), err)
		}
	})
}
