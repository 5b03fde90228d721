package netem

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Bounds of a Trace.
const (
	MaxTraceSize  = 64 << 20 // bytes of the file
	MaxTraceLines = 8_000_000
)

// A delivery opportunity of a Trace carries opportunitySize bytes. A packet takes the bytes of the
// IP packet and packetHeader more: mahimahi counts what its TUN device reads, in which the
// packet information of the kernel, 4 bytes, comes before the IP packet (PACKET_SIZE of
// src/frontend/link_queue.hh, TunDevice of src/util/netdevice.cc). So an opportunity carries
// exactly one packet of 1500 bytes.
const (
	opportunitySize = 1504
	packetHeader    = 4
)

// A Trace is a recording of the instants at which a link could deliver 1504 bytes, in the format of
// mahimahi's mm-link (Netravali et al., Mahimahi: Accurate Record-and-Replay for HTTP, USENIX ATC
// 2015): one line for each delivery opportunity, with the milliseconds since the beginning of the
// recording. After the last one the trace begins anew at once. A Trace does not change, and many
// links may use it.
type Trace struct {
	linkFile
	stamps []uint32 // ms, not falling; the last one is the period
}

// NamedTrace returns a trace that has a name and no opportunities. It stands for one that is to be
// read; no link can use it.
func NamedTrace(name string) *Trace { return &Trace{linkFile: linkFile{name: name}} }

// ReadTrace reads a trace. An error is a *FileError, or comes from the reader. Lines may end in
// CR LF, and the last one in neither.
func ReadTrace(name string, r io.Reader) (*Trace, error) {
	text, err := readAtMost(name, r, MaxTraceSize)
	if err != nil {
		return nil, err
	}
	return ParseTrace(name, text)
}

// ParseTrace is ReadTrace for a text.
func ParseTrace(name string, text []byte) (*Trace, error) {
	if err := checkSize(name, text, MaxTraceSize); err != nil {
		return nil, err
	}
	t := &Trace{linkFile: linkFile{name: name}}
	for line := 1; len(text) > 0; line++ {
		stamp, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		ms, err := t.parseStamp(bytes.TrimSuffix(stamp, []byte{'\r'}))
		if err == nil && line > MaxTraceLines {
			err = fmt.Errorf("the trace has more than %d lines", MaxTraceLines)
		}
		if err != nil {
			return nil, &FileError{name, line, err.Error()}
		}
		t.stamps = append(t.stamps, ms)
	}
	if err := t.check(); err != nil {
		return nil, &FileError{name, 0, err.Error()}
	}
	t.seal(t.Text())
	return t, nil
}

// Text is the trace as a file whose lines end in LF.
func (t *Trace) Text() []byte {
	var text []byte
	for _, ms := range t.stamps {
		text = append(strconv.AppendUint(text, uint64(ms), 10), '\n')
	}
	return text
}

// parseStamp reads one line of the trace.
func (t *Trace) parseStamp(line []byte) (uint32, error) {
	const most = int64(MaxRatePeriod / time.Millisecond)
	ms, err := strconv.ParseInt(string(line), 10, 64)
	switch {
	case len(line) == 0:
		return 0, errors.New("the line is empty: want the milliseconds since the beginning of the trace")
	case err == nil && ms > most || errors.Is(err, strconv.ErrRange) && line[0] != '-':
		return 0, fmt.Errorf("%s is more than a day, %d ms", excerpt(line), most)
	case err == nil && ms < 0 || errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is negative", excerpt(line))
	case err != nil || line[0] == '+':
		return 0, fmt.Errorf("%q is not a whole number of milliseconds", excerpt(line))
	case len(t.stamps) > 0 && uint32(ms) < t.stamps[len(t.stamps)-1]:
		return 0, fmt.Errorf("%d ms is before the line above, %d ms", ms, t.stamps[len(t.stamps)-1])
	}
	return uint32(ms), nil
}

// excerpt is the beginning of a line, for an error.
func excerpt(line []byte) string {
	const most = 40 // bytes
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}

// check finds what is wrong with all lines together.
func (t *Trace) check() error {
	switch {
	case len(t.stamps) == 0:
		return errors.New("is empty: want a line for each delivery opportunity")
	case t.Period() == 0:
		return errors.New("lasts 0 ms: its last line must be above 0")
	case t.MeanRate() < MinRate:
		return fmt.Errorf("its average is below the minimum of %d bit/s", MinRate)
	}
	return nil
}

// Period is the time after which the trace begins anew.
func (t *Trace) Period() time.Duration {
	if len(t.stamps) == 0 {
		return 0
	}
	return time.Duration(t.stamps[len(t.stamps)-1]) * time.Millisecond
}

// MeanRate is the average rate in bit/s, of which packets of 1500 bytes take 1500/1504.
func (t *Trace) MeanRate() int64 {
	return int64(len(t.stamps)) * opportunitySize * 8 * 1000 / t.Period().Milliseconds()
}

func (t *Trace) validate() error {
	if t == nil || len(t.stamps) > 0 {
		return nil
	}
	return fmt.Errorf("netem: trace %s has not been read", t.name)
}

// traced transmits at the delivery opportunities of a trace, as LinkQueue::rationalize() of
// mahimahi's src/frontend/link_queue.cc does. An opportunity carries bytes of the packets that wait
// before it comes. The rest of a packet waits for the next opportunity. Bytes that no packet takes
// at the instant of the opportunity are lost.
type traced struct {
	stamps []uint32
	period time.Duration
	start  Start

	began time.Duration // when the present repetition began; may be negative
	next  int           // first opportunity of the repetition that no packet has taken
	used  time.Duration // instant of the last opportunity taken
	left  int           // bytes that it still carries
}

func newTraced(t *Trace, start Start) *traced {
	return &traced{stamps: t.stamps, period: t.Period(), start: start}
}

func (t *traced) reset(seed uint64) {
	t.began, t.next, t.left = -t.start.place(t.period, seed), 0, 0
}

// begin implements varyingRate. A packet that comes at the instant of an opportunity has missed it.
func (t *traced) begin(at time.Duration, waiting bool) time.Duration {
	if !waiting {
		at++
	} else if t.left > 0 && t.used == at {
		return at
	}
	began, next := t.seek(at)
	return began + t.instant(next)
}

// transmit implements varyingRate.
func (t *traced) transmit(at time.Duration, size int32) time.Duration {
	need := int(size) + packetHeader
	if t.left > 0 && t.used == at {
		if t.left >= need {
			t.left -= need
			return at
		}
		need -= t.left
	}
	t.began, t.next = t.seek(at)
	opportunities := (need + opportunitySize - 1) / opportunitySize
	t.left = opportunities*opportunitySize - need
	last := t.next + opportunities - 1
	t.began += time.Duration(last/len(t.stamps)) * t.period
	t.next = last % len(t.stamps)
	t.used = t.began + t.instant(t.next)
	if t.next++; t.next == len(t.stamps) {
		t.began += t.period
		t.next = 0
	}
	return t.used
}

// instant is the time of opportunity i since the repetition began.
func (t *traced) instant(i int) time.Duration {
	return time.Duration(t.stamps[i]) * time.Millisecond
}

// seek returns the first opportunity, at or after at, that no packet has taken.
func (t *traced) seek(at time.Duration) (began time.Duration, next int) {
	began, next = t.began, t.next
	// The last opportunity, at the end of the period, belongs to the repetition that ends.
	if since := at - began; since > t.period {
		began += (since - 1) / t.period * t.period
		next = 0
	}
	since := at - began
	// Most often the opportunity is near: the search doubles its step.
	lo, hi := next, next
	for step := 1; t.instant(hi) < since; step *= 2 {
		lo, hi = hi+1, min(hi+step, len(t.stamps)-1)
	}
	for lo < hi {
		if mid := (lo + hi) / 2; t.instant(mid) < since {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return began, lo
}

func (t *traced) rewind(warmUp time.Duration) { t.began -= wholePeriods(warmUp, t.period) }
