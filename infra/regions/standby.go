package regions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// Standby is the standby region's side of paging.
type Standby struct {
	Pair
	Deps

	Webhook string // public base address of this region's webhook; "": none
}

// An Assignment is the table that the standby's pager works on in a round, with the reason.
type Assignment struct {
	Place  paging.StandbyRole
	Store  incident.Store // to check for missing runs and to page from; nil: nothing to do
	Reason string
}

// Turn must be called at the beginning of each round of the standby's pager, and returns the table to page from. When the
// home answers, Turn hands over this region's changes, copies the home's states, and brings runs to it. An Assignment that is
// returned with an error is valid.
func (s Standby) Turn(ctx context.Context, now time.Time) (Assignment, error) {
	now = now.UTC()
	c, item, err := s.record(ctx, now)
	if err != nil {
		return s.withoutRecord(ctx, now, err)
	}
	here, err := s.states(ctx, s.Pair.Standby)
	if err != nil {
		return s.withoutRecord(ctx, now, err)
	}
	changed := c.changed(here)
	v := s.visit(ctx, &c, here, changed, now)
	if v.missed != nil && c.Missed.IsZero() {
		c.Missed = now
	}
	seen := paging.HomeStatus{
		Reachable: v.missed == nil, Beat: c.Beat, Since: c.Since, Missed: c.Missed, HasOwnRuns: hasRuns(changed), Unwritable: v.unwritable,
		Waiting: c.waitingSince(), Helps: c.Helps, Why: v.beat.stopped(),
	}
	assigned := Assignment{}
	assigned.Place, assigned.Reason = seen.Role(now)
	switch {
	case v.missed != nil:
		s.Log.Warn("read the home's table: no answer", "err", v.missed)
		if assigned.Place == paging.StandbyOnOwnTable && !seen.HasOwnRuns {
			err = s.announceBlind(ctx, &c, now)
		}
	default:
		c.Blind = time.Time{}
		if from := c.Brought; len(changed) > 0 || c.Bringing || now.Sub(c.Checked) >= checkEvery {
			v.brought = s.bring(ctx, &c, assigned.Place == paging.StandbyIdle, now)
			v.moved = c.Brought.Sub(from) >= enough
		}
		err = s.progress(&c, v)
		if assigned.Place == paging.StandbyOnHomeTable && len(c.Waiting) > 0 {
			err = errors.Join(err, s.Pager(s.Pair.Home).Relieve(ctx))
		}
	}
	err = errors.Join(err, write(ctx, s.Pair.Standby, item, c))
	switch assigned.Place {
	case paging.StandbyOnHomeTable:
		assigned.Store = s.Pair.Home
	case paging.StandbyOnOwnTable:
		assigned.Store = s.Pair.Standby
	}
	return assigned, err
}

// checkEvery is how often the standby looks for runs that changed no state here, such as a late one.
const checkEvery = 10 * time.Minute

// hasRuns reports whether probes changed states here.
func hasRuns(changed map[string]bool) bool {
	return len(changed) > 1 || len(changed) == 1 && !changed[incident.NotificationKey]
}

// A visit is the result of a visit to the home's table.
type visit struct {
	beat       beat
	missed     error // the home's table did not answer
	failed     error // it answered, and not everything could be handed over or copied
	brought    error // not every run could be brought
	moved      bool  // the runs of enough slots were
	unwritable bool  // it took no change
}

// visit reads the home's heartbeat, hands over this region's changes if there are any, and copies the home's states. A home that
// answers is reachable, whatever comes after.
func (s Standby) visit(ctx context.Context, c *copied, here []incident.Item, changed map[string]bool, now time.Time) (v visit) {
	brief, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	if _, err := read(brief, s.Pair.Home, beatKey, &v.beat); err != nil && !errors.Is(err, errUnreadable) {
		v.missed = err
		return v
	}
	c.look(v.beat, now)
	ctx, cancel = context.WithTimeout(ctx, 4*s.patience()) // several requests
	defer cancel()
	kept := map[string]bool{}
	if len(changed) > 0 {
		s.Log.Info("hand over this region's changes to the home")
		failed := s.handOver(ctx, s.Pair, changed)
		for key := range failed {
			kept[key] = true
		}
		v.failed, v.unwritable = joined(failed), len(failed) == len(changed)
	}
	home, err := s.states(ctx, s.Pair.Home)
	if err != nil {
		v.failed = errors.Join(v.failed, fmt.Errorf("read the home's states: %w", err))
		return v
	}
	if s.Webhook != c.Webhook || v.beat.At.IsZero() {
		if err := s.publishWebhook(ctx); err != nil {
			s.Log.Warn("store the address of this region's webhook at home: it is tried again", "err", err)
		} else {
			c.Webhook = s.Webhook
		}
	}
	c.noteWaiting(home, now)
	v.failed = errors.Join(v.failed, c.copyFrom(ctx, home, here, kept, s.Pair.Standby, now))
	return v
}

// bring brings runs to the home: for longer if this pager has nothing else to do.
func (s Standby) bring(ctx context.Context, c *copied, idle bool, now time.Time) error {
	limit := s.patience()
	if idle {
		limit = 4 * s.patience()
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if c.Bringing {
		s.Log.Info("hand over this region's runs to the home", "from", c.Brought)
	}
	return s.bringRuns(ctx, c, now)
}

// stalledTurns is the number of turns without progress after which the standby's pager fails, so that its alarm on errors tells
// people.
const stalledTurns = 10

// enough progress is by so many slots in a turn.
const enough = 5 * time.Minute

// progress logs what could not be handed over or copied, and returns an error if that lasts.
func (s Standby) progress(c *copied, v visit) error {
	err := errors.Join(v.failed, v.brought)
	if err == nil || v.moved && v.failed == nil {
		c.Stalled = 0
		return nil
	}
	c.Stalled++
	s.Log.Warn("hand over to the home: it is not complete, and goes on in the next turn", "turns", c.Stalled, "err", err)
	if c.Stalled < stalledTurns {
		return nil
	}
	return fmt.Errorf("hand over to the home: no progress in %d turns; until it ends, changes made here are missing at home, and the copy here may be old: %w", c.Stalled, err)
}

// withoutRecord assigns a table to a standby whose own table does not answer: the home's, if its pager is silent.
func (s Standby) withoutRecord(ctx context.Context, now time.Time, own error) (Assignment, error) {
	own = fmt.Errorf("read the standby's own table: %w", own)
	brief, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	var b beat
	item, err := read(brief, s.Pair.Home, beatKey, &b)
	if err != nil && !errors.Is(err, errUnreadable) {
		return Assignment{}, errors.Join(own, fmt.Errorf("read the home's table: %w", err))
	}
	seen := paging.HomeStatus{Reachable: true, Beat: incident.Earliest(b.At, now), Why: b.stopped()}
	if item.Version == 0 {
		seen.Beat = now // whether a home that never was should be there by now is in the record
	}
	assigned := Assignment{}
	if assigned.Place, assigned.Reason = seen.Role(now); assigned.Place == paging.StandbyOnHomeTable {
		assigned.Store = s.Pair.Home
	}
	return assigned, own
}

// announceBlind texts the first on call, once, that this region alone cannot see the home: runs arrive there or nowhere.
func (s Standby) announceBlind(ctx context.Context, c *copied, now time.Time) error {
	if !c.Blind.IsZero() {
		return nil
	}
	since := incident.Latest(c.Beat, c.Since)
	err := s.Pager(s.Pair.Standby).Announce(ctx, fmt.Sprintf(
		"VALKYRIE: the standby region has not seen the home region since %s, and no run comes here. If home is down too, nobody is watching. Run valkyrie doctor --deployment.",
		since.UTC().Format("15:04 UTC")))
	if err == nil {
		c.Blind = now
	}
	return err
}
