package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// named is what observers are told of one side: its operations, records, messages and
// changes of keys, in order.
type named struct {
	parts   []string
	work    time.Duration // of operations
	written int64
	records int64 // where the last record ends
}

// add takes the deeds and annotations that a script has returned.
func (n *named) add(t *testing.T, deeds []deed, annotations []annotation) {
	t.Helper()
	for i, d := range deeds {
		var within time.Duration
		for ; len(annotations) > 0 && annotations[0].deed == i; annotations = annotations[1:] {
			a := annotations[0]
			if a.kind == operationPart {
				if a.after != within {
					t.Errorf("%v begins %v after the work that it is a part of, want %v", a.op, a.after, within)
				}
				within += a.takes
			}
			n.annotation(t, a)
		}
		if d.action == recording.Work && within != d.takes {
			t.Errorf("work of %v consists of operations that take %v", d.takes, within)
		}
		if d.action == recording.Write {
			n.written += d.bytes
		}
	}
	for _, a := range annotations {
		if a.kind != keyChange || a.deed != len(deeds) {
			t.Errorf("%+v names a part of none of %d deeds", a, len(deeds))
		}
		n.annotation(t, a)
	}
}

func (n *named) annotation(t *testing.T, a annotation) {
	switch a.kind {
	case operationPart:
		n.parts = append(n.parts, a.op.String())
	case recordPart:
		if begins := n.written + a.end - a.bytes; begins != n.records {
			t.Errorf("%s begins at %d, and the last record ends at %d", a.name, begins, n.records)
		}
		n.records = n.written + a.end
		n.parts = append(n.parts, fmt.Sprintf("%s until %d", a.name, n.records))
	case messagePart:
		n.parts = append(n.parts, fmt.Sprintf("%s of %d until %d", a.name, a.bytes, n.written+a.end))
	case keyChange:
		n.parts = append(n.parts, fmt.Sprintf("%s keys, sent %v", a.name, a.sent))
	}
}

// watch runs two scripts against each other without a network.
func watch(t *testing.T, scripts [2]script) (sides [2]named) {
	t.Helper()
	at := instant{mss: 1448, observed: true}
	for moved := true; moved; {
		moved = false
		for s := range scripts {
			deeds, ok, err := scripts[s].step(at, sides[1-s].written)
			if err != nil {
				t.Fatal(err)
			}
			for ok {
				moved = true
				sides[s].add(t, deeds, scripts[s].annotations())
				if ok = len(deeds) > 0 && deeds[len(deeds)-1].action == continued; ok {
					deeds = scripts[s].rest()
				}
			}
		}
	}
	return sides
}

func scriptsOf(t *testing.T, w *World, err error) [2]script {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	c, s, err := w.scripts(0)
	if err != nil {
		t.Fatal(err)
	}
	return [2]script{c, s}
}

// Every byte of both streams is in a record with a name, every moment of work is in an
// operation with a name, and a replay gives the same names as live engines.
func TestAReplayNamesWhatLiveEnginesDo(t *testing.T) {
	all := handshakes()
	maps.Copy(all, sizedHandshakes(t))
	maps.Copy(all, earlyHandshakes(t))
	all["fetched"] = fetched(engine.TLS13)
	for name, h := range all {
		cfg := withAuthority(priced(t, delayed(ms)), delayed(ms))
		rec, outcome := h.record(t)
		w, err := NewWorld(cfg, rec, outcome)
		replayed := watch(t, scriptsOf(t, w, err))
		w, err = NewLiveWorld(cfg, h.exchange(t))
		live := watch(t, scriptsOf(t, w, err))
		for s := range live {
			if live[s].records != live[s].written || replayed[s].records != replayed[s].written {
				t.Errorf("%s: records until %d of %d bytes, replayed %d of %d", name, live[s].records, live[s].written, replayed[s].records, replayed[s].written)
			}
			if !slices.Equal(live[s].parts, replayed[s].parts) {
				t.Errorf("%s, side %d\nlive:\n%s\nreplayed:\n%s", name, s, strings.Join(live[s].parts, "\n"), strings.Join(replayed[s].parts, "\n"))
			}
		}
	}
}

func TestTheMessagesOfAHandshakeHaveTheNamesOfItsRFC(t *testing.T) {
	for name, want := range map[string][2]string{
		"1.3 full": {
			"handshake ClientHello change_cipher_spec handshake Finished application_data alert close_notify",
			"handshake ServerHello change_cipher_spec handshake EncryptedExtensions Certificate CertificateVerify Finished " +
				"handshake NewSessionTicket NewSessionTicket application_data application_data application_data alert close_notify",
		},
		"1.2 ticket": {
			"handshake ClientHello change_cipher_spec handshake Finished application_data alert close_notify",
			"handshake ServerHello change_cipher_spec handshake Finished application_data application_data application_data alert close_notify",
		},
	} {
		rec, _ := handshakes()[name].record(t)
		for s, steps := range [][]recording.Step{rec.Branches[0].Client, rec.Branches[0].Server} {
			var names []string
			for _, step := range steps {
				for _, it := range step.Items {
					if it.Action == recording.Record || it.Action == recording.Message {
						names = append(names, it.Name)
					}
				}
			}
			if got := strings.Join(names, " "); got != want[s] {
				t.Errorf("%s, side %d:\n%s, want\n%s", name, s, got, want[s])
			}
		}
	}
}
