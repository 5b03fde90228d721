package tcp

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTagsVisitsEveryHeldTag runs random connections twice. In the second run the
// caller renumbers the tags that Tags visits and forgets all others after every
// call. Each segment must name the same events in both runs.
func TestTagsVisitsEveryHeldTag(t *testing.T) {
	runs := 400
	if testing.Short() {
		runs = 80
	}
	p := &pipe{}
	causes, paced := map[Cause]int{}, 0
	for seed := range runs {
		run := func(called func()) string {
			var b strings.Builder
			cfg, turns := drawCase(t, p, uint64(seed))
			cfg.Pacing = seed%2 == 1
			p.reset(&cfg, turns)
			p.trace = func(p *pipe, side int, s *Segment, _ bool) {
				causes[s.Cause]++
				if s.Paced {
					paced++
				}
				fmt.Fprintf(&b, "%v %d %d:%d %v since %v", p.now, side, s.Seq, s.Len, s.Cause, p.tags[s.Since])
				if s.Held || s.Paced {
					fmt.Fprintf(&b, " armed %v", p.tags[s.Armed])
				}
				b.WriteByte('\n')
			}
			p.called = called
			p.run(3 * time.Hour)
			p.called = nil
			return b.String()
		}
		want := run(nil)
		if got := run(p.renumberTags); got != want {
			t.Fatalf("seed %d: the renumbered tags name other events\ngot\n%s\nwant\n%s", seed, got, want)
		}
	}
	for _, c := range []Cause{Window, Nagle, SYNTimeout, RTO, Probe, FastRetransmit, ReorderTimer, DelayedACK, Persist} {
		if causes[c] == 0 {
			t.Errorf("no segment left for the cause %v", c)
		}
	}
	if paced == 0 {
		t.Error("no segment was paced")
	}
}

// renumberTags gives each tag that an endpoint holds a new number and forgets all
// others. Both ends number the same events.
func (p *pipe) renumberTags() {
	renumbered := map[Tag]Tag{}
	before := len(p.tags)
	for side := range p.end {
		p.end[side].Tags(func(tag *Tag) {
			if _, ok := renumbered[*tag]; !ok {
				renumbered[*tag] = Tag(len(p.tags))
				p.tags = append(p.tags, p.tags[*tag])
			}
			*tag = renumbered[*tag]
		})
	}
	for i := range p.tags[:before] {
		p.tags[i].call = -1
	}
}
