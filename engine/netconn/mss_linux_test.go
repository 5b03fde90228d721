package netconn

import (
	"context"
	"io"
	"net"
	"syscall"
	"testing"

	"tlslab/engine"
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/record"
)

// Records have the size of the kernel's segments.
func TestRecordsFitTheSegmentsOfTheSocket(t *testing.T) {
	small := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		if failed := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1000)
		}); failed != nil {
			return failed
		}
		return err
	}}
	listener, err := small.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	sc, cc := nettest.Config(t), nettest.Config(t)
	go func() {
		if accepted, err := listener.Accept(); err == nil {
			server := Server(accepted, sc)
			io.Copy(io.Discard, server)
			server.Close()
		}
	}()
	var lengths []int
	cc.RecordSizing = &record.Sizing{Stages: []record.Stage{{Segment: true}}}
	cc.Observe = func(n engine.Notice) {
		if n.Kind == engine.RecordSent && n.Record == engine.TypeApplicationData {
			lengths = append(lengths, n.Length)
		}
	}
	transport, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := Client(transport, cc, serverName)
	defer client.Close()
	if _, err := client.Write(make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	const timestamps = 12 // bytes of the option, where the kernel uses it
	if len(lengths) != 6 || lengths[0] != 1000 && lengths[0] != 1000-timestamps {
		t.Errorf("records of %d bytes, want 6 and the first of a segment's %d", lengths, 1000-timestamps)
	}
}
