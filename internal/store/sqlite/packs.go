package sqlite

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/internal/store"
)

// Which packs there are, and which of them a settling changes.

// The names of periods as time.Format takes them. Their lengths tell them apart.
const (
	hourName  = "2006-01-02T15"
	dayName   = time.DateOnly
	monthName = "2006-01"
)

// periods returns the periods that an outing is in.
func (o outing) periods() []string {
	if o.supplement > 0 {
		return []string{"s" + strconv.Itoa(o.supplement)}
	}
	at := unix(o.time)
	return []string{at.Format(hourName), at.Format(dayName), at.Format(monthName)}
}

// supplementOf returns the number of a supplement by its name, or 0 for the name of another period.
func supplementOf(period string) int {
	digits, ok := strings.CutPrefix(period, "s")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return n
}

// span returns the beginning and the end of an hour, a day or a month.
func span(period string) (from, to time.Time, err error) {
	if len(period) == len(hourName) {
		from, err = time.Parse(hourName, period)
		return from, from.Add(time.Hour), err
	}
	if len(period) == len(dayName) {
		from, err = time.Parse(dayName, period)
		return from, from.AddDate(0, 0, 1), err
	}
	from, err = time.Parse(monthName, period)
	return from, from.AddDate(0, 1, 0), err
}

// hasPack says whether there is a pack of a period, if anything came out in it, when a language's newest outing that is
// in no supplement was at a time: SPEC.md, section 20.
func hasPack(period string, newest int64) bool {
	if n := supplementOf(period); n > 0 {
		return n <= store.MaxSupplements
	}
	if newest == never {
		return false
	}
	at := unix(newest)
	switch len(period) {
	case len(hourName):
		day := period[:len(dayName)]
		return day == at.Format(dayName) || day == at.AddDate(0, 0, -1).Format(dayName)
	case len(dayName):
		month := period[:len(monthName)]
		return month == at.Format(monthName) || month == monthBefore(at).Format(monthName)
	case len(monthName):
		return period < at.Format(monthName)
	}
	return false
}

// monthBefore returns the beginning of the month before that of a time.
func monthBefore(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month()-1, 1, 0, 0, 0, 0, time.UTC)
}

// A packing is what a settling knows of a language's packs as they were before the first change to its outings.
type packing struct {
	newest int64
	// periods are those in which something may differ, with what their packs held; the seed is always among them.
	periods map[string][]store.Outing
	// reworded are the outings around whose words something is another.
	reworded map[store.Outing]bool
	// all says that nobody knows what the packs were.
	all bool
}

// packing returns what is known of a language. It must be asked for before the first change to its outings.
func (t *settling) packing(lang string) (*packing, error) {
	if p, ok := t.packs[lang]; ok {
		return p, nil
	}
	newest, err := newestOuting(t.ctx, t.w, lang)
	if err != nil {
		return nil, err
	}
	p := &packing{newest: newest, periods: map[string][]store.Outing{}, reworded: map[store.Outing]bool{}}
	t.packs[lang] = p
	return p, t.notePeriod(lang, store.SeedPeriod)
}

// notePeriod notes a period in which something may differ, before it does.
func (t *settling) notePeriod(lang, period string) error {
	p, err := t.packing(lang)
	if err != nil {
		return err
	}
	if _, ok := p.periods[period]; !ok {
		p.periods[period], err = packed(t.ctx, t.w, lang, period, p.newest)
	}
	return err
}

// newestOuting returns the time of a language's newest outing that is in no supplement; never when there is none.
func newestOuting(ctx context.Context, s *session, lang string) (int64, error) {
	return one(ctx, s, value[int64], "SELECT coalesce(max(time), ?) FROM outing WHERE lang = ? AND supplement = 0", int64(never), lang)
}

func scanPacked(r row) (o store.Outing, err error) {
	err = r.Scan(&o.Story, &o.Number)
	return o, err
}

// packed returns what a period holds, or nothing where there is no pack of it.
func packed(ctx context.Context, s *session, lang, period string, newest int64) ([]store.Outing, error) {
	if period == store.SeedPeriod {
		return seed(ctx, s, lang)
	}
	if !hasPack(period, newest) {
		return nil, nil
	}
	if n := supplementOf(period); n > 0 {
		return all(ctx, s, scanPacked, "SELECT story, number FROM outing WHERE lang = ? AND supplement = ? ORDER BY time, story", lang, n)
	}
	from, to, err := span(period)
	if err != nil {
		return nil, err
	}
	// Numbers grow with time.
	return all(ctx, s, scanPacked, `SELECT story, number FROM (
		SELECT story, max(number) AS number, max(time) AS time FROM outing
		WHERE lang = ? AND supplement = 0 AND time >= ? AND time < ? GROUP BY story) ORDER BY time, story`, lang, from.Unix(), to.Unix())
}

// seed returns the articles of a language's seed, or nil when there are not enough.
func seed(ctx context.Context, s *session, lang string) ([]store.Outing, error) {
	first, err := all(ctx, s, scanPacked, `SELECT story, number FROM outing
		WHERE lang = ? AND first = 1 ORDER BY time, story LIMIT ?`, lang, store.SeedArticles)
	if len(first) < store.SeedArticles {
		return nil, err
	}
	return first, err
}

// takeOver makes the packs of a language that nobody knows part of the settling: of outings that were written by other
// ways than Settle, it forgets those of articles that are not public.
func (t *settling) takeOver() error {
	unknown, err := all(t.ctx, t.w, value[string], "SELECT lang FROM repack ORDER BY lang")
	if err != nil || len(unknown) == 0 {
		return err
	}
	for _, lang := range unknown {
		p, err := t.packing(lang)
		if err != nil {
			return err
		}
		p.all = true
		hidden, err := all(t.ctx, t.w, value[string], `SELECT DISTINCT story FROM outing o WHERE lang = ?
			AND NOT EXISTS (SELECT 1 FROM public p WHERE p.story = o.story AND p.lang = o.lang AND p.standing = 0)`, lang)
		if err != nil {
			return err
		}
		for _, story := range hidden {
			t.outed[ArticleID{Story: story, Lang: lang}] = true
		}
	}
	return t.w.exec(t.ctx, "DELETE FROM repack")
}

// finishPacks appends the packs that differ to the change log, and brings the table of those that there are up to date.
func (t *settling) finishPacks() error {
	for _, lang := range sorted(t.packs) {
		if err := t.finishLanguage(lang, t.packs[lang]); err != nil {
			return err
		}
	}
	return nil
}

func (t *settling) finishLanguage(lang string, p *packing) error {
	newest, err := newestOuting(t.ctx, t.w, lang)
	if err != nil {
		return err
	}
	if err := t.noteListed(lang, p, newest); err != nil {
		return err
	}
	for _, period := range sorted(p.periods) {
		before := p.periods[period]
		now, err := packed(t.ctx, t.w, lang, period, newest)
		if err != nil {
			return err
		}
		was := len(before) > 0
		if p.all {
			if was, err = one(t.ctx, t.w, value[bool], "SELECT EXISTS (SELECT 1 FROM pack WHERE lang = ? AND period = ?)", lang, period); err != nil {
				return err
			}
		}
		differs := p.all || !slices.Equal(before, now) ||
			slices.ContainsFunc(now, func(o store.Outing) bool { return p.reworded[o] })
		if !differs || !was && len(now) == 0 {
			continue
		}
		if err := t.writePack(lang, period, len(now)); err != nil {
			return err
		}
		c := store.Change{Kind: store.PackChanged, List: store.List{Lang: lang}, Day: period, First: was != (len(now) > 0)}
		if err := t.log(c); err != nil {
			return err
		}
		t.repacked = true
	}
	return nil
}

func (t *settling) writePack(lang, period string, articles int) error {
	if articles == 0 {
		return t.w.exec(t.ctx, "DELETE FROM pack WHERE lang = ? AND period = ?", lang, period)
	}
	return t.w.exec(t.ctx, "INSERT OR REPLACE INTO pack (lang, period, articles) VALUES (?, ?, ?)", lang, period, articles)
}

// noteListed notes the periods of which there was a pack and is none, or the other way round, because the newest time
// of the language moved. That goes by its day alone. It costs as much as two months have outings, and a language packs.
func (t *settling) noteListed(lang string, p *packing, newest int64) error {
	if !p.all && dayOf(p.newest) == dayOf(newest) {
		return nil
	}
	there, err := all(t.ctx, t.w, value[string], "SELECT period FROM pack WHERE lang = ?", lang)
	if err != nil {
		return err
	}
	var wanted []string
	if p.all {
		wanted, err = t.everyPeriod(lang)
	} else if newest != never {
		wanted, err = t.currentPeriods(lang, unix(newest))
		wanted = append(wanted, unix(p.newest).Format(monthName))
	}
	if err != nil {
		return err
	}
	shifted := map[string]bool{}
	for _, period := range there {
		shifted[period] = true
	}
	for _, period := range wanted {
		shifted[period] = true
	}
	for period := range shifted {
		if !p.all && hasPack(period, p.newest) == hasPack(period, newest) {
			continue
		}
		if err := t.notePeriod(lang, period); err != nil {
			return err
		}
	}
	return nil
}

// currentPeriods returns the hours and days in which something came out and of which there are packs when a language's
// newest time is this.
func (t *settling) currentPeriods(lang string, newest time.Time) ([]string, error) {
	yesterday := newest.Truncate(24*time.Hour).AddDate(0, 0, -1)
	periods, err := t.came(lang, hourName, 60*60, yesterday)
	if err != nil {
		return nil, err
	}
	days, err := t.came(lang, dayName, 24*60*60, monthBefore(newest))
	return append(periods, days...), err
}

// came returns the periods of some seconds each, by their names in a layout, in which something came out from a time on.
func (t *settling) came(lang, layout string, seconds int64, from time.Time) ([]string, error) {
	return all(t.ctx, t.w, func(r row) (string, error) {
		n, err := value[int64](r)
		return unix(n * seconds).Format(layout), err
	}, "SELECT DISTINCT time / ? FROM outing WHERE lang = ? AND supplement = 0 AND time >= ?", seconds, lang, from.Unix())
}

// everyPeriod returns every period in which something of a language came out, and its seed.
func (t *settling) everyPeriod(lang string) ([]string, error) {
	hours, err := t.came(lang, hourName, 60*60, time.Time{})
	if err != nil {
		return nil, err
	}
	last, err := one(t.ctx, t.w, value[int], "SELECT coalesce(max(supplement), 0) FROM outing WHERE lang = ?", lang)
	periods := map[string]bool{store.SeedPeriod: true}
	for _, h := range hours {
		periods[h], periods[h[:len(dayName)]], periods[h[:len(monthName)]] = true, true, true
	}
	for n := range last {
		periods[outing{supplement: n + 1}.periods()[0]] = true
	}
	return slices.Collect(maps.Keys(periods)), err
}
