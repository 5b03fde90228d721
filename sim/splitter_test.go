package sim

import (
	"slices"
	"strings"
	"testing"

	"tlslab/netem"
	"tlslab/sim/recording"
)

// twoData is a server that sends data of two ciphers, with a write between them and the same sizes.
const twoData = `recording 1
sizing server 1000
branch full
client
at 0
  write 100
at 200
  mark handshake
at 201
  mark first-byte
  write 50
at 4450
  mark last-byte
  close
server
at 100
  write 200
    record handshake 200
  keys send application
  data 2000 aes-128-gcm fixed 21 tail 1
  write 250
    record handshake 250
  data 1000 aes-128-gcm fixed 21 tail 1
  data 1000 chacha20-poly1305 fixed 21 tail 1
at 150
  close
`

// twoDataRecords is twoData with the records of its data.
const twoDataRecords = `recording 1
branch full
client
at 0
  write 100
at 200
  mark handshake
at 1222
  open aes-128-gcm 1000
  mark first-byte
  write 50
at 2244
  open aes-128-gcm 1000
at 3516
  open aes-128-gcm 1000
at 4538
  open chacha20-poly1305 1000
  mark last-byte
  close
server
at 100
  write 200
    record handshake 200
  keys send application
  seal aes-128-gcm 1000
  write 1022
    record application_data 1022
  seal aes-128-gcm 1000
  write 1022
    record application_data 1022
  write 250
    record handshake 250
  seal aes-128-gcm 1000
  write 1022
    record application_data 1022
  seal chacha20-poly1305 1000
  write 1022
    record application_data 1022
at 150
  close
`

// A replay that splits data into records does what the recording of these records does.
func TestDataIsTheSameAsItsRecords(t *testing.T) {
	link := netem.Config{Delay: 5 * ms, Loss: 0.1}
	cfg := priced(t, link)
	var replays [2]*Replay
	var runs [2]*Replicator
	for i, text := range []string{twoData, twoDataRecords} {
		rec, err := recording.Parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if replays[i], err = NewReplay(rec, recording.Full, cfg.Client, cfg.Server); err != nil {
			t.Fatal(err)
		}
		runs[i] = mustReplicator(t, cfg, rec)
	}
	for seed := range uint64(20) {
		if a, b := runs[0].Run(seed), runs[1].Run(seed); a != b || a.Outcome != OK {
			t.Fatalf("seed %d:\ndata    %+v\nrecords %+v", seed, a, b)
		}
	}
	data, records := watch(t, stepsOf(t, replays[0], nil)), watch(t, stepsOf(t, replays[1], nil))
	for s := range data {
		if !slices.Equal(data[s].parts, records[s].parts) {
			t.Errorf("side %d:\ndata:\n%s\nrecords:\n%s", s, strings.Join(data[s].parts, "\n"), strings.Join(records[s].parts, "\n"))
		}
	}
}
