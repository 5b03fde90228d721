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

// namedParts are the operations, records, messages and key changes that the annotations of one side
// name.
type namedParts struct {
	parts   []string
	written int64
	records int64 // where the last record ends
}

// add takes the actions and annotations that a step has returned.
func (n *namedParts) add(t *testing.T, actions []action, annotations []annotation) {
	t.Helper()
	for i, d := range actions {
		var within time.Duration
		for ; len(annotations) > 0 && annotations[0].action == i; annotations = annotations[1:] {
			a := annotations[0]
			if a.kind == operationPart {
				if a.after != within {
					t.Errorf("%v begins %v after the work that it is a part of, want %v", a.op, a.after, within)
				}
				within += a.takes
			}
			n.annotation(t, a)
		}
		if d.kind == recording.Work && within != d.takes {
			t.Errorf("work of %v consists of operations that take %v", d.takes, within)
		}
		if d.kind == recording.Write {
			n.written += d.bytes
		}
	}
	for _, a := range annotations {
		if a.kind != keyChange || a.action != len(actions) {
			t.Errorf("%+v names a part of an action beyond the %d actions", a, len(actions))
		}
		n.annotation(t, a)
	}
}

func (n *namedParts) annotation(t *testing.T, a annotation) {
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

// watch runs the steps of two sides against each other without a network.
func watch(t *testing.T, steps [2]stepSource) (sides [2]namedParts) {
	t.Helper()
	at := instant{mss: 1448, observed: true}
	for moved := true; moved; {
		moved = false
		for s := range steps {
			actions, ok, err := steps[s].step(at, sides[1-s].written)
			if err != nil {
				t.Fatal(err)
			}
			for ok {
				moved = true
				sides[s].add(t, actions, steps[s].annotations())
				if ok = len(actions) > 0 && actions[len(actions)-1].kind == continued; ok {
					actions = steps[s].rest()
				}
			}
		}
	}
	return sides
}

func stepsOf(t *testing.T, from Source, err error) [2]stepSource {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	steps, err := from.open(&connection{})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// Every byte of both streams is in a record with a name, every moment of work is in an
// operation with a name, and a replay gives the same names as live engines.
func TestAReplayNamesWhatLiveEnginesDo(t *testing.T) {
	all := handshakes()
	maps.Copy(all, sizedHandshakes(t))
	maps.Copy(all, earlyHandshakes(t))
	all["fetched"] = fetched(engine.TLS13)
	for name, h := range all {
		cfg := priced(t, delayed(ms))
		rec, outcome := h.record(t)
		replay, err := NewReplay(rec, outcome, cfg.Client, cfg.Server)
		replayed := watch(t, stepsOf(t, replay, err))
		engines, err := NewLive(h.exchange(t), cfg.Client, cfg.Server)
		live := watch(t, stepsOf(t, engines, err))
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
