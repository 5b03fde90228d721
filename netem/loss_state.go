package netem

import (
	"errors"
	"fmt"
	"time"
)

// FourState is loss by a Markov chain of four states, tc-netem's "loss state p13 [p31 [p32 [p23
// [p14]]]]": 1 good reception within a gap, 2 good reception within a burst, 3 loss within a burst,
// 4 isolated loss within a gap. The chain begins in state 1 and moves with each packet. The packet
// is lost if the chain moves into state 3 or 4 or stays in 3. The fields are transition
// probabilities from 0 to 1. The zero value loses nothing. Source: loss_4state() of
// net/sched/sch_netem.c; Salsano, Ludovici, Ordine, "Definition of a general and intuitive loss
// model for packet networks and its implementation in the Netem module in the Linux kernel".
type FourState struct {
	P13, P31, P32, P23, P14 float64
}

func (s FourState) enabled() bool { return s != FourState{} }

func (s FourState) validate() error {
	err := errors.Join(
		checkProbability("loss state p13", s.P13), checkProbability("loss state p31", s.P31),
		checkProbability("loss state p32", s.P32), checkProbability("loss state p23", s.P23),
		checkProbability("loss state p14", s.P14))
	switch {
	case err != nil:
		return err
	case s.P13+s.P14 > 1:
		return fmt.Errorf("netem: loss state: p13 + p14 is more than 100%%: both leave state 1")
	case s.P31+s.P32 > 1:
		return fmt.Errorf("netem: loss state: p31 + p32 is more than 100%%: both leave state 3")
	}
	return nil
}

// A fourStateLoss is the running chain.
type fourStateLoss struct {
	p13, p31, p32, p23, p14 threshold
	state                   uint8
	draws                   stream
}

func newFourStateLoss(s FourState) *fourStateLoss {
	return &fourStateLoss{p13: newThreshold(s.P13), p31: newThreshold(s.P31),
		p32: newThreshold(s.P32), p23: newThreshold(s.P23), p14: newThreshold(s.P14)}
}

func (l *fourStateLoss) reset(seed uint64) {
	l.state = 1
	l.draws = newStream(seed, purposeLoss)
}

func (l *fourStateLoss) lost(_ time.Duration, i uint64) bool {
	draw := uint32(l.draws.draw(i))
	switch l.state {
	case 1:
		switch {
		case l.p14.happens(draw):
			l.state = 4
			return true
		case (l.p13 + l.p14).happens(draw):
			l.state = 3
			return true
		}
	case 2:
		if l.p23.happens(draw) {
			l.state = 3
			return true
		}
	case 3:
		switch {
		case l.p32.happens(draw):
			l.state = 2
		case (l.p31 + l.p32).happens(draw):
			l.state = 1
		default:
			return true
		}
	case 4:
		l.state = 1
	}
	return false
}
