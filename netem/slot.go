package netem

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// Slot holds packets at the end of the link and lets them arrive in slots, as a medium with shared
// access does: tc-netem's "slot MIN [MAX] [packets N] [bytes N]" or "slot distribution NAME DELAY
// JITTER [packets N] [bytes N]". The time to the next slot is uniform from Min to Max, or has the
// distribution. The zero value has no slots. Source: netem_dequeue() and get_slot_next() of
// net/sched/sch_netem.c.
type Slot struct {
	Min, Max      time.Duration // 0 to MaxDelay, Max at least Min
	Delay, Jitter time.Duration // in place of Min and Max; Jitter is above 0
	Distribution  Distribution  // of Jitter around Delay
	Packets       int           // most packets in a slot, 0 to MaxLimit; 0: any number
	Bytes         int           // most bytes in a slot, 0 to 1 GiB; 0: any number
}

func (s Slot) enabled() bool { return s != Slot{} }

func (s Slot) validate() error {
	if !s.enabled() {
		return nil
	}
	if err := errors.Join(
		checkRange("slot", "", s.Min, 0, MaxDelay), checkRange("slot", "", s.Max, 0, MaxDelay),
		checkRange("slot: delay", "", s.Delay, 0, MaxDelay), checkRange("slot: jitter", "", s.Jitter, 0, MaxDelay),
		s.Distribution.validate(),
		checkRange("slot: limit", " packets", s.Packets, 0, MaxLimit),
		checkRange("slot: limit", " bytes", s.Bytes, 0, 1<<30)); err != nil {
		return err
	}
	switch {
	case s.Jitter != 0 && (s.Min != 0 || s.Max != 0):
		return errors.New("netem: slot: give the times to the next slot as a range or as a distribution, not both")
	case s.Jitter == 0 && (s.Delay != 0 || s.Distribution != Uniform):
		return errors.New("netem: slot: a distribution needs a jitter above 0")
	case s.Jitter == 0 && s.Max == 0:
		return errors.New("netem: slot: the next slot comes at once: give a time above 0")
	case s.Max < s.Min:
		return errors.New("netem: slot: the greatest time is less than the least")
	}
	return nil
}

// String is how ParseTC reads the slots, without the word "slot".
func (s Slot) String() string {
	var words []string
	if s.Jitter != 0 {
		words = []string{"distribution", s.Distribution.String(), formatTime(s.Delay), formatTime(s.Jitter)}
	} else if words = []string{formatTime(s.Min)}; s.Max != s.Min {
		words = append(words, formatTime(s.Max))
	}
	if s.Packets != 0 {
		words = append(words, "packets", strconv.Itoa(s.Packets))
	}
	if s.Bytes != 0 {
		words = append(words, "bytes", strconv.Itoa(s.Bytes))
	}
	return strings.Join(words, " ")
}

// A slotGate lets packets out in slots.
type slotGate struct {
	Slot
	wait          jitter // of Delay and Jitter
	draws         stream
	n             uint64        // slots so far
	next          time.Duration // slot_next of the kernel: no packet leaves before
	packets, left int           // packets and bytes that may still leave in the slot
}

func newSlotGate(s Slot) *slotGate {
	if !s.enabled() {
		return nil
	}
	return &slotGate{Slot: s, wait: newJitter(&Config{Delay: s.Delay, Jitter: s.Jitter, Distribution: s.Distribution})}
}

func (g *slotGate) reset(seed uint64) {
	g.draws = newStream(seed, purposeSlot)
	g.wait.draws = g.draws
	g.n, g.next = 0, 0
	g.fill()
}

// fill begins a slot.
func (g *slotGate) fill() {
	g.packets, g.left = g.Packets, g.Bytes
	if g.packets == 0 {
		g.packets = math.MaxInt
	}
	if g.left == 0 {
		g.left = math.MaxInt
	}
}

// renew is get_slot_next(): the next slot begins at a random time after now.
func (g *slotGate) renew(now time.Duration) {
	g.n++
	g.fill()
	if g.Jitter != 0 {
		g.next = now + g.wait.delayOf(g.n)
		return
	}
	g.next = now + g.Min + time.Duration(below(g.draws.draw(g.n), uint64(g.Max-g.Min)))
}

// opens reports whether a packet that is due at the instant due may leave now. A slot that is over
// before the packet is due is replaced by the next one.
func (g *slotGate) opens(now, due time.Duration) bool {
	if g.next < due {
		g.renew(now)
	}
	return due <= now && g.next <= now
}

// took counts a unit that has left.
func (g *slotGate) took(now time.Duration, bytes int) {
	g.packets--
	g.left -= bytes
	if g.packets <= 0 || g.left <= 0 {
		g.renew(now)
	}
}

// releaseInSlots moves the units that have left by the instant now to Link.out, as netem_dequeue()
// called at each due time and each slot.
func (l *Link) releaseInSlots(now time.Duration) {
	for at := l.slotWake(); at <= now; at = l.slotWake() {
		l.dequeueInSlots(at)
	}
}

// slotWake is the next instant at which a packet may leave, or Never.
func (l *Link) slotWake() time.Duration {
	if l.line.size == 0 {
		return Never
	}
	return max(l.line.at(0).At, l.impairments.slots.next)
}

// dequeueInSlots moves the units that may leave at an instant.
func (l *Link) dequeueInSlots(at time.Duration) {
	g := l.impairments.slots
	for l.line.size > 0 && g.opens(at, l.line.at(0).At) {
		bytes := 0
		for more := true; more; {
			d := l.line.at(0)
			more = d.more
			bytes += int(d.Size)
			out := l.out.push()
			*out = *d
			out.At = at
			l.line.pop()
		}
		if t := l.impairments.tfifo; t != nil {
			t.queued--
		}
		g.took(at, bytes)
	}
}
