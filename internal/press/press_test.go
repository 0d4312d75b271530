package press_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"coranto/internal/press"
	"coranto/internal/publish"
)

// TestDays runs the press through days in the life of a newsroom.
func TestDays(t *testing.T) {
	failed := errors.New("the disk is full")
	for _, test := range []struct {
		name  string
		live  func(d *day)
		diary []string
		heard []string
	}{
		{
			name:  "a quiet day: heartbeats",
			live:  func(d *day) { d.start(); d.pass(24*hour + minute) },
			diary: []string{"0s edition 0", "6h0m0s edition 0", "12h0m0s edition 0", "18h0m0s edition 0", "24h0m0s edition 0"},
		},
		{
			name: "something is put: it comes out after it has settled, and the heartbeat counts from there",
			live: func(d *day) {
				d.start()
				d.pass(hour)
				d.change(func() { d.put = true })
				d.pass(7 * hour)
			},
			diary: []string{"0s edition 0", "1h0m7s edition 1", "7h0m7s edition 1"},
		},
		{
			name: "schedule: to the second, though the next poll would be later",
			live: func(d *day) {
				d.planned = []time.Time{time.Now().Add(90*minute + time.Second), time.Now().Add(3 * hour)}
				d.start()
				d.pass(4 * hour)
			},
			diary: []string{"0s edition 0", "1h30m1s edition 1", "3h0m0s edition 2"},
		},
		{
			name: "failure: again and again, ever more rarely, one alarm, and one when it is over",
			live: func(d *day) {
				d.errs = []error{failed, failed, failed, failed, failed, failed, failed}
				d.start()
				d.pass(90 * minute)
			},
			diary: []string{"0s failed", "30s failed", "1m30s failed", "3m30s failed", "7m30s failed", "15m30s failed", "30m30s failed",
				"45m30s edition 0"},
			heard: []string{"30m2s raised publish", "50m30s over publish"},
		},
		{
			name: "a refusal by the newsroom's own checks: said at once, and over when it is mended",
			live: func(d *day) {
				d.errs = []error{&publish.RefusedError{Err: errors.New("no source")}, &publish.RefusedError{Err: errors.New("no source")}}
				d.start()
				d.pass(hour)
			},
			diary: []string{"0s failed", "30s failed", "1m30s edition 0"},
			heard: []string{"0s raised check", "6m30s over check"},
		},
		{
			name: "an alarm that lasts is said again after a day, one that nobody hears soon",
			live: func(d *day) {
				for range 200 {
					d.errs = append(d.errs, failed)
				}
				d.deaf = 2
				d.start()
				d.pass(25 * hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"40m2s raised publish", "24h40m2s still publish"},
		},
		{
			name: "a late target is tried by itself, with pauses of its own",
			live: func(d *day) {
				d.down["stick"] = true
				d.start()
				d.pass(20 * minute)
				d.change(func() { delete(d.down, "stick") })
				d.pass(30 * minute)
			},
			diary: []string{"0s edition 0", "30s edition 0 to stick", "1m30s edition 0 to stick", "3m30s edition 0 to stick",
				"7m30s edition 0 to stick", "15m30s edition 0 to stick", "31m30s edition 0 to stick"},
			heard: []string{"30m2s raised target stick", "36m30s over target stick"},
		},
		{
			name: "another process is at work: publishing waits, and nobody is alarmed",
			live: func(d *day) {
				d.errs = []error{press.ErrBusy, fmt.Errorf("publish: %w", press.ErrBusy)}
				d.start()
				d.pass(minute)
			},
			diary: []string{"0s failed", "5s failed", "10s edition 0"},
		},
		{
			name: "imports come by themselves and are published",
			live: func(d *day) {
				d.Imports = []press.Job{{Name: "site", Every: hour}}
				d.start()
				d.pass(61 * minute)
			},
			diary: []string{"0s edition 0", "0s import site", "5s edition 1", "1h0m1s import site", "1h0m6s edition 2"},
		},
		{
			name: "an import that fails is tried again, told of, and over",
			live: func(d *day) {
				d.Imports = []press.Job{{Name: "site", Every: 20 * minute}}
				d.imports = []error{failed, failed, failed, failed, failed, failed, failed}
				d.start()
				d.pass(80 * minute)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"40m2s raised import site", "56m31s over import site"},
		},
		{
			name: "an edition that is sealed and not out is tried again, though the store has nothing more that is due",
			live: func(d *day) {
				d.errs = []error{nil, &publish.UnsignedError{Edition: 1, Quorum: "all"}}
				d.start()
				d.pass(6*hour + minute)
			},
			diary: []string{"0s edition 0", "6h0m0s failed", "6h0m30s edition 0"},
		},
		{
			name: "something was taken back: a target and a mirror that still hold it are told of early",
			live: func(d *day) {
				d.down["stick"], d.taken = true, true
				d.sights = []press.Sight{{Mirror: "https://slow/", State: press.MirrorGood, AsOf: time.Now(), Owes: true}}
				d.start()
				d.pass(25 * minute)
				d.change(func() { delete(d.down, "stick"); d.sights[0].Owes = false })
				d.pass(30 * minute)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"0s raised target stick", "20m0s raised mirror https://slow/", "36m30s over target stick", "45m0s over mirror https://slow/"},
		},
		{
			name: "the clock is set back: readers must not see a time that is to come",
			live: func(d *day) {
				d.start()
				d.pass(hour)
				d.change(func() { d.back = 10 * minute })
				d.pass(minute)
				d.change(func() { d.back = 2 * hour })
				d.pass(minute)
			},
			diary: []string{"0s edition 0", "1h1m2s edition 0"},
		},
		{
			name: "the clock is set back while publishing fails: it waits for no time that was near before",
			live: func(d *day) {
				d.errs = []error{failed, failed, failed, failed}
				d.start()
				d.pass(5 * minute)
				d.change(func() { d.back = 24 * hour })
				d.pass(minute)
			},
			diary: []string{"0s failed", "30s failed", "1m30s failed", "3m30s failed", "5m2s edition 0"},
		},
		{
			name: "a mirror that is dead for a day, and one that lies, and one that is old",
			live: func(d *day) {
				d.sights = []press.Sight{{Mirror: "https://dead/", State: press.MirrorDead}, {Mirror: "https://lies/", State: press.MirrorLies},
					{Mirror: "https://old/", State: press.MirrorGood, AsOf: time.Now().Add(-25 * hour)}}
				d.start()
				d.pass(25 * hour)
				d.change(func() {
					d.diary = nil
					d.sights[1] = press.Sight{Mirror: "https://lies/", State: press.MirrorGood, AsOf: time.Now()}
				})
				d.pass(hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"20m0s raised mirror https://lies/", "40m0s raised mirror https://old/", "24h0m2s raised mirror https://dead/",
				"24h20m0s still mirror https://lies/", "24h40m0s still mirror https://old/", "25h25m0s over mirror https://lies/"},
		},
		{
			name: "a root that expires is told of at 60, 14 and 3 days, and daily",
			live: func(d *day) {
				d.Times.Poll = 10 * minute
				root := time.Now().Add(61 * 24 * hour)
				examine := func() {
					d.x.Expires = []press.Expiry{press.NewExpiry("root", root, time.Now(), 60*24*hour, "renew")}
				}
				for range 64 {
					d.change(examine)
					if d.done == nil {
						d.start()
					}
					d.pass(24 * hour)
				}
				d.change(func() {
					d.diary = nil
					d.heard = slices.DeleteFunc(d.heard, func(s string) bool { return strings.Contains(s, "still") })
				})
			},
			heard: []string{"48h10m0s raised expiry root", "1152h10m0s raised expiry root", "1416h10m0s raised expiry root", "1488h10m0s raised expiry root"},
		},
		{
			name: "the heartbeat is told of before readers see an edition that has aged, though publishing goes well",
			live: func(d *day) {
				d.stopped, d.put = true, true // a witness's clock, say
				d.Times.Poll = minute
				d.start()
				d.pass(49 * hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"24h1m0s raised heartbeat", "48h1m0s raised heartbeat"},
		},
		{
			name: "the disk is nearly full, and then it is not",
			live: func(d *day) {
				d.x.Free = 10 << 20
				d.start()
				d.pass(minute)
				d.change(func() { d.x.Free = 10 << 30 })
				d.pass(20 * minute)
			},
			diary: []string{"0s edition 0"},
			heard: []string{"0s raised disk", "15m0s over disk"},
		},
		{
			name: "work that takes an hour is told of",
			live: func(d *day) {
				d.slow = 90 * minute
				d.start()
				d.pass(2 * hour)
			},
			diary: []string{"1h30m0s edition 0"},
			heard: []string{"1h0m2s raised stuck publish", "1h35m0s over stuck publish"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t)
				test.live(d)
				if err := d.end(); err != nil {
					t.Errorf("it ended with %v", err)
				}
				d.wantDiary(test.diary...)
				d.wantHeard(test.heard...)
			})
		})
	}
}
