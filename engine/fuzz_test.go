package engine

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Recv in any state, with any bytes: it consumes no more than it is given, returns only errors of
// type Error, returns the same error again, and keeps within its bounds.

// runLengths are the numbers of messages in the undisturbed runs.
func runLengths(t testing.TB) (all []int) {
	for _, h := range handshakeCases {
		all = append(all, len(script(t, h.make)))
	}
	return all
}

// FuzzRecv feeds one side of a connection after some of the messages of a handshake case. The bytes
// are records as they are, or records that the tap first protects with the current keys.
func FuzzRecv(f *testing.F) {
	lengths := runLengths(f)
	f.Add(uint8(0), uint8(1), false, false, []byte("\x16\x03\x03\x00\x04\x02\x00\x00\x00"))
	f.Add(uint8(0), uint8(0), true, false, []byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"))
	for i := range handshakeCases {
		for at := range lengths[i] + 1 {
			f.Add(uint8(i), uint8(at), at%2 == 0, at%3 > 0, []byte("\x14\x03\x03\x00\x01\x01\x15\x03\x03\x00\x02\x01\x5a\x16\x03\x03\x00\x04\x0e\x00\x00\x00\x17\x03\x03\x00\x01x"))
		}
	}
	f.Fuzz(func(t *testing.T, handshake, after uint8, atServer, sealed bool, in []byte) {
		i := int(handshake) % len(handshakeCases)
		p := handshakeCases[i].make(t)
		if err := p.runUntil(int(after) % (lengths[i] + 1)); err != nil {
			t.Fatal(err)
		}
		c := p.client
		if atServer {
			c = p.server
		}
		if sealed {
			in = p.tap.reseal(other(c.side), in)
		}
		feedBounded(t, c, in)
	})
}

// reseal protects the whole records of a stream. It leaves an incomplete record at the end as it
// is.
func (x *tap) reseal(from side, stream []byte) (out []byte) {
	for len(stream) >= 5 {
		n := int(stream[3])<<8 | int(stream[4])
		if len(stream) < 5+n || n > x.seal[from].MaxPlaintext() {
			break
		}
		out = append(out, x.record(from, ContentType(stream[0]), stream[5:5+n])...)
		stream = stream[5+n:]
	}
	return append(out, stream...)
}

func feedBounded(t *testing.T, c *Conn, in []byte) {
	defer checkBounds(t, c)
	for len(in) > 0 {
		n, _, err := c.Recv(in)
		if n > len(in) {
			t.Fatalf("Recv consumes %d bytes of %d", n, len(in))
		}
		if err != nil {
			checkFault(t, c)
			if _, _, again := c.Recv(in); again != err {
				t.Fatalf("Recv returns another error after the first: %v", again)
			}
			return
		}
		if n == 0 {
			return
		}
		in = in[n:]
	}
}

// FuzzMessages changes one message of a run: it replaces some bytes, corrects the length or not,
// and puts the message into records of any size and type. The record is protected with the right
// keys. If the handshake still completes, both sides agree on everything.
func FuzzMessages(f *testing.F) {
	const (
		fit   = 1 << iota // correct the length in the message's header
		typed             // the last byte of the splice is the record's type
		cut               // records of 3 bytes
		after             // after the message, not in its place
	)
	lengths := runLengths(f)
	for i, h := range handshakeCases {
		for at, x := range script(f, h.make) {
			f.Add(uint8(i), uint8(at), uint16(headerSize), uint16(2), []byte{0xff, 0xff}, uint8(fit))
			f.Add(uint8(i), uint8(at), uint16(max(headerSize, len(x.body)-1)), uint16(1), []byte{}, uint8(fit+cut))
		}
	}
	// HelloRequests, ClientHellos and KeyUpdates: both where they may come and where they may not.
	for i := range handshakeCases {
		for at := range lengths[i] {
			f.Add(uint8(i), uint8(at), uint16(0), uint16(0), []byte("\x00\x00\x00\x00"), uint8(after))
		}
		f.Add(uint8(i), uint8(lengths[i]-3), uint16(0), uint16(0), []byte("\x01\x00\x00\x29\x03\x03"+strings.Repeat("r", 32)+"\x00\x00\x02\x00\x2f\x01\x00"), uint8(after))
		f.Add(uint8(i), uint8(lengths[i]-3), uint16(0), uint16(0), []byte("\x18\x00\x00\x01\x01"), uint8(after))
	}
	f.Add(uint8(4), uint8(3), uint16(0), uint16(0), []byte("\x02\x28\x15"), uint8(after+typed))
	f.Fuzz(func(t *testing.T, handshake, number uint8, at, cutOut uint16, splice []byte, how uint8) {
		i := int(handshake) % len(handshakeCases)
		p := handshakeCases[i].make(t)
		chosen := int(number) % lengths[i]
		err := p.runSteps(func(first int, burst []message) []message {
			k := chosen - first
			if k < 0 || k >= len(burst) {
				return burst
			}
			x := burst[k]
			typ := x.typ
			if how&typed != 0 && len(splice) > 0 {
				typ, splice = max(1, ContentType(splice[len(splice)-1])), splice[:len(splice)-1]
			}
			from := min(int(at), len(x.body))
			to := min(from+int(cutOut), len(x.body))
			body := slices.Concat(x.body[:from], splice, x.body[to:])
			if how&after != 0 {
				body = splice
			}
			if how&fit != 0 && typ == TypeHandshake && len(body) >= headerSize {
				putLength(body)
			}
			size := max(1, len(body))
			if how&cut != 0 {
				size = 3
			}
			var changed []message
			for part := range slices.Chunk(body, size) {
				changed = append(changed, message{from: x.from, typ: typ, body: part})
			}
			if how&after != 0 {
				k++
				return slices.Insert(burst, k, changed...)
			}
			return slices.Replace(burst, k, k+1, changed...)
		})
		for _, c := range []*Conn{p.client, p.server} {
			checkBounds(t, c)
			checkFault(t, c)
		}
		if err == nil && p.client.Info().Done && p.server.Info().Done {
			checkAgreement(t, p)
		}
		if err != nil { // the alert reaches the peer in any state
			for from, to := range map[*Conn]*Conn{p.client: p.server, p.server: p.client} {
				if from.err != nil {
					feedBounded(t, to, from.Flush(nil))
				}
			}
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
	})
}

// checkAgreement compares the Infos of both sides after a handshake.
func checkAgreement(t testing.TB, p *pair) {
	t.Helper()
	shared := func(i Info) Info {
		i.Certificate, i.PeerChain, i.ToleratedFaults, i.TicketsSent, i.TicketsReceived, i.Done = nil, nil, 0, 0, 0, false
		i.EarlyBytes, i.EarlyRejection = 0, ""
		if i.Version == SSL30 {
			i.ServerName = "" // SSL 3.0 does not send it
		}
		if i.Revocation == RevocationFetched {
			i.Revocation = RevocationNone // the server does not know
		}
		return i
	}
	if c, s := shared(p.client.Info()), shared(p.server.Info()); !reflect.DeepEqual(c, s) {
		t.Errorf("the client reports %+v, the server %+v", c, s)
	}
}
