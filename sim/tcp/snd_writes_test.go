package tcp

import (
	"math/rand/v2"
	"testing"
	"time"
)

// writeLogOf returns a log and a list of all its writes: runs of equal writes, single ones, several
// in an event, and some of another tag.
func writeLogOf(rng *rand.Rand, writes int) (l writeLog, all []writeRun) {
	end, computed, tag := int64(1), time.Duration(0), Tag(1)
	for len(all) < writes {
		stride, every := 1+rng.Int64N(3000), time.Duration(rng.IntN(3))
		if rng.IntN(5) == 0 {
			computed, tag = 0, tag+1
		}
		for range 1 + rng.IntN(6) {
			end, computed = end+stride, computed+every
			l.add(end, tag, computed)
			all = append(all, writeRun{end: end, tag: tag, computed: computed})
		}
	}
	return l, all
}

func TestAWriteLogNamesTheWriteOfEachByte(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		l, all := writeLogOf(rng, 1+rng.IntN(60))
		for end, i := int64(2), 0; end <= all[len(all)-1].end; end += 1 + rng.Int64N(2000) {
			for all[i].end < end {
				i++
			}
			tag, computed := l.take(end)
			if want := &all[i]; tag != want.tag || computed != want.computed {
				t.Fatalf("seed %d: byte before %d is of %d after %v, want %d after %v", seed, end, tag, computed, want.tag, want.computed)
			}
		}
	}
}

func TestEqualWritesAtEqualIntervalsAreOneRun(t *testing.T) {
	var l writeLog
	for i := range 1_000_000 {
		if i%1000 == 500 {
			l.take(int64(i) * 1448 / 2)
		}
		l.add(int64(i+1)*1448, 7, time.Duration(i)*500)
	}
	if l.n != 1 || len(l.ring) > 4 {
		t.Errorf("%d runs in a ring of %d, want 1 in 4", l.n, len(l.ring))
	}
}

// A run of computed writes is visited as long as data of one of them is unsent, with the first
// unsent one.
func TestComputedVisitsTheUnsentWrites(t *testing.T) {
	var e Endpoint
	e.Reset(&Config{})
	e.state = Established
	for i := range int64(10) {
		e.writes.add(1+100*(i+1), 3, time.Duration(i)*ms)
	}
	for _, c := range []struct {
		sent  int64
		least time.Duration // -1: none
	}{{1, 0}, {101, ms}, {150, ms}, {901, 9 * ms}, {1001, -1}} {
		e.sndNxt = c.sent
		least := time.Duration(-1)
		e.Computed(func(_ Tag, computed time.Duration) { least = computed })
		if least != c.least {
			t.Errorf("sent up to %d: from %v, want from %v", c.sent, least, c.least)
		}
	}
}
