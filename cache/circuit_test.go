package cache

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestCircuit(t *testing.T) {
	t.Parallel()
	cl, lost, back := newClock(), 0, 0
	c := &circuit{now: cl.now, bypass: time.Second, lost: func(error) { lost++ }, back: func() { back++ }}
	broken := errors.New("no answer")
	steps := []struct {
		name       string
		do         func()
		allowed    bool
		lost, back int
	}{
		{"at first", func() {}, true, 0, 0},
		{"an answer", c.succeed, true, 0, 0},
		{"no answer", func() { c.fail(broken) }, false, 1, 0},
		{"just before the bypass ends", func() { cl.advance(time.Second - 1) }, false, 1, 0},
		{"the probe", func() { cl.advance(1) }, true, 1, 0},
		{"while probing", func() {}, false, 1, 0},
		{"the probe was given up", c.release, true, 1, 0},
		{"the probe fails", func() { c.fail(broken) }, false, 1, 0},
		{"the next probe", func() { cl.advance(time.Second) }, true, 1, 0},
		{"it answers", c.succeed, true, 1, 1},
		{"and again", c.succeed, true, 1, 1},
		{"the next outage", func() { c.fail(broken) }, false, 2, 1},
	}
	for _, s := range steps {
		s.do()
		if got := c.allow(); got != s.allowed || lost != s.lost || back != s.back {
			t.Fatalf("%s: allowed %v, lost %d, back %d; want %v, %d, %d", s.name, got, lost, back, s.allowed, s.lost, s.back)
		}
	}
}

func TestDebtsAreBounded(t *testing.T) {
	t.Parallel()
	a, b := scope(t, "acme", "system"), scope(t, "globex", "system")
	var d debts
	d.add([]Tag{b.Tag("x")})
	for i := range 3 * MaxOwed {
		d.add([]Tag{a.Tag(fmt.Sprint(i))})
		if n := len(d.list()); n > MaxOwed {
			t.Fatalf("%d owed", n)
		}
	}
	listed := d.list()
	for _, tenant := range []string{"acme", "globex"} {
		if _, ok := listed[everything(tenant)]; !ok {
			t.Errorf("not everything of %s is owed", tenant)
		}
	}
	d.settle(listed)
	if got := d.list(); len(got) != 0 {
		t.Errorf("%d owed after all was paid", len(got))
	}
}

func TestDebtsAddedWhilePayingStay(t *testing.T) {
	t.Parallel()
	sc := scope(t, "acme", "system")
	var d debts
	d.add([]Tag{sc.Tag("a"), sc.Tag("b")})
	listed := d.list()
	d.add([]Tag{sc.Tag("a"), sc.Tag("c")})
	d.settle(listed)
	got := d.list()
	if _, a := got[sc.Tag("a")]; !a || len(got) != 2 {
		t.Errorf("owed %v, want a and c", got)
	}
}
