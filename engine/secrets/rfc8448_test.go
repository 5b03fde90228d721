package secrets_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"tlslab/engine/secrets"
	"tlslab/engine/secrets/rfc8448"
)

// A scheduleTest compares the secrets of a Schedule with those of a trace.
type scheduleTest struct {
	t     *testing.T
	trace rfc8448.Trace
	s     *secrets.Schedule
}

func newScheduleTest(t *testing.T, name string) scheduleTest {
	return scheduleTest{t, rfc8448.Load(t, name), secrets.NewSchedule(secrets.SHA256, nil)}
}

func (w scheduleTest) transcript(messages ...string) []byte {
	sum := sha256.Sum256(w.trace.Join(messages...))
	return sum[:]
}

func (w scheduleTest) want(name string, got []byte) {
	w.t.Helper()
	if want := w.trace.Get(name); !bytes.Equal(got, want) {
		w.t.Errorf("%s\n got %x\nwant %x", name, got, want)
	}
}

func (w scheduleTest) derive(label secrets.Label, transcript []byte) {
	w.t.Helper()
	got := make([]byte, 32)
	w.s.Derive(got, label, transcript)
	w.want(string(label), got)
}

func (w scheduleTest) keys(label secrets.Label, name string) {
	w.t.Helper()
	key, iv := make([]byte, 16), make([]byte, 12)
	w.s.TrafficKeys(key, iv, w.trace.Get(string(label)))
	w.want(name+" key", key)
	w.want(name+" iv", iv)
}

func (w scheduleTest) finished(message string, base secrets.Label, transcript []byte) {
	w.t.Helper()
	got := append([]byte{20, 0, 0, 32}, make([]byte, 32)...)
	w.s.Finished(got[4:], w.trace.Get(string(base)), transcript)
	w.want(message, got)
}

func TestSimpleHandshakeOfRFC8448(t *testing.T) {
	w := newScheduleTest(t, "simple-1rtt")
	w.s.Early(nil)
	w.s.Handshake(w.trace.Get("shared secret"))
	hellos := w.transcript("ClientHello", "ServerHello")
	w.derive(secrets.ClientHandshakeTraffic, hellos)
	w.derive(secrets.ServerHandshakeTraffic, hellos)
	w.keys(secrets.ServerHandshakeTraffic, "server handshake")
	w.keys(secrets.ClientHandshakeTraffic, "client handshake")
	flight := []string{"ClientHello", "ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify"}
	w.finished("server Finished", secrets.ServerHandshakeTraffic, w.transcript(flight...))
	flight = append(flight, "server Finished")

	w.s.Main()
	w.derive(secrets.ClientTraffic, w.transcript(flight...))
	w.derive(secrets.ServerTraffic, w.transcript(flight...))
	w.derive(secrets.Exporter, w.transcript(flight...))
	w.keys(secrets.ServerTraffic, "server application")
	w.keys(secrets.ClientTraffic, "client application")
	w.finished("client Finished", secrets.ClientHandshakeTraffic, w.transcript(flight...))
	w.derive(secrets.Resumption, w.transcript(append(flight, "client Finished")...))
	psk := make([]byte, 32)
	w.s.PSK(psk, w.trace.Get("res master"), w.trace.Get("ticket nonce"))
	w.want("resumption psk", psk)
}

func TestResumedHandshakeOfRFC8448(t *testing.T) {
	w := newScheduleTest(t, "resumed-0rtt")
	w.s.Early(w.trace.Get("psk"))
	w.derive(secrets.ResumptionBinder, nil)
	w.want("binder hash", w.transcript("ClientHello prefix"))
	binder := make([]byte, 32)
	w.s.Finished(binder, w.trace.Get("res binder"), w.trace.Get("binder hash"))
	w.want("binder", binder)
	w.derive(secrets.ClientEarlyTraffic, w.transcript("ClientHello"))
	w.derive(secrets.EarlyExporter, w.transcript("ClientHello"))
	w.keys(secrets.ClientEarlyTraffic, "client early")

	w.s.Handshake(w.trace.Get("shared secret"))
	hellos := w.transcript("ClientHello", "ServerHello")
	w.derive(secrets.ClientHandshakeTraffic, hellos)
	w.derive(secrets.ServerHandshakeTraffic, hellos)
	w.keys(secrets.ServerHandshakeTraffic, "server handshake")
	w.keys(secrets.ClientHandshakeTraffic, "client handshake")
	w.finished("server Finished", secrets.ServerHandshakeTraffic, w.transcript("ClientHello", "ServerHello", "EncryptedExtensions"))

	w.s.Main()
	flight := []string{"ClientHello", "ServerHello", "EncryptedExtensions", "server Finished"}
	w.derive(secrets.ClientTraffic, w.transcript(flight...))
	w.derive(secrets.ServerTraffic, w.transcript(flight...))
	w.derive(secrets.Exporter, w.transcript(flight...))
	w.keys(secrets.ServerTraffic, "server application")
	w.keys(secrets.ClientTraffic, "client application")
	flight = append(flight, "EndOfEarlyData")
	w.finished("client Finished", secrets.ClientHandshakeTraffic, w.transcript(flight...))
	w.derive(secrets.Resumption, w.transcript(append(flight, "client Finished")...))
}

// After a HelloRetryRequest, a message_hash message with the hash of the first ClientHello replaces
// it in the transcript (RFC 9846 §4.1).
func TestRetriedHandshakeOfRFC8448(t *testing.T) {
	w := newScheduleTest(t, "hello-retry-request")
	first := sha256.Sum256(w.trace.Get("ClientHello 1"))
	transcript := sha256.New()
	transcript.Write([]byte{254, 0, 0, 32})
	transcript.Write(first[:])
	transcript.Write(w.trace.Join("HelloRetryRequest", "ClientHello 2", "ServerHello"))
	hellos := transcript.Sum(nil)
	w.want("transcript hash", hellos)

	w.s.Early(nil)
	w.s.Handshake(w.trace.Get("shared secret"))
	w.derive(secrets.ClientHandshakeTraffic, hellos)
	w.derive(secrets.ServerHandshakeTraffic, hellos)
}
