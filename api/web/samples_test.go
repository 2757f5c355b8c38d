package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
	"vigie/triage/signals"
)

// hostile is what somebody could write into a label, a camera's name or a note.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'--{{.}}`

// sample is one page in one state, with data as they are in service.
type sample struct {
	name     string // of the sample
	template string
	part     string // "layout", or a fragment
	page     any
}

var (
	sampleNow  = time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	examiner   = triage.Actor{ID: "a1", Name: "Nadia Lefort", Role: triage.Examiner}
	reviewer   = triage.Actor{ID: "a2", Name: "Camille Roux", Role: triage.Reviewer}
	unitActor  = triage.Actor{ID: "a3", Name: "BR de Quimper", Role: triage.Unit}
	admin      = triage.Actor{ID: "a4", Name: "Yann Le Goff", Role: triage.Admin}
	sampleCSRF = "csrf-of-the-session"
)

func samplePage(l i18n.Lang, by triage.Actor, path string, body any) page {
	p := page{Title: "Titre", Path: path, Lang: l, Body: body, Nav: navigation(by.Role, path)}
	if by.ID != "" {
		p.Session = triage.Session{ID: "s1", Actor: by, CSRF: sampleCSRF}
	}
	return p
}

func samples(l i18n.Lang) []sample {
	all := []sample{
		{"signin", "signin", "layout", samplePage(l, triage.Actor{}, "/signin", signInBody{})},
		{"signin-failed", "signin", "layout", samplePage(l, triage.Actor{}, "/signin", signInBody{Problem: triage.E(triage.Unsigned, "sign in", "", "this link was used or has expired: ask for another", nil)})},
		{"problem", "problem", "layout", samplePage(l, reviewer, "/groups/x", problemBody{triage.E(triage.Forbidden, "x", "", "", nil), 403})},
		{"check", "check", "layout", samplePage(l, unitActor, "/check", checkBody{})},
		{"check-answers", "check", "layout", samplePage(l, unitActor, "/check", checkBody{Answers: sampleAnswers()})},
		{"problem-advance", "problem", "layout", samplePage(l, reviewer, "/queue", problemBody{triage.E(triage.Unavailable, "x", "", "the service is catching up: try again in a moment", triage.Advance{Step: triage.StepExaminations, Done: 300, Of: 2000}), 503})},
		{"check-problem", "check", "layout", samplePage(l, unitActor, "/check", checkBody{Hashes: hostile, Problem: triage.E(triage.Invalid, "x", "", "a hash has digits 0 to 9 and a to f only", nil)})},
	}
	all = append(all, sampleStatus(l)...)
	all = append(all, sampleOverview(l)...)
	all = append(all, sampleDrives(l)...)
	all = append(all, sampleEnds(l)...)
	all = append(all, sampleCases(l)...)
	all = append(all, sampleReview(l)...)
	all = append(all, sampleRanking(l)...)
	all = append(all, sampleSettings(l)...)
	all = append(all, sampleShown(l)...)
	all = append(all, sampleCalm(l)...)
	all = append(all, sampleOutcomes(l)...)
	all = append(all, sampleAssignments(l)...)
	return append(all, sampleSets(l)...)
}

func sampleStatus(l i18n.Lang) []sample {
	var conditions []triage.Condition
	for i, name := range triage.ConditionNames {
		c := triage.Condition{Name: name, State: triage.ConditionStates[i%len(triage.ConditionStates)]}
		if c.State != triage.Fine {
			c.Reason = "Redis is near its maxmemory: give it more"
		}
		conditions = append(conditions, c)
	}
	run := triage.RehashRun{ID: "r1", Started: sampleNow, Media: 20_831, Replaced: 18_204, Left: 12}
	full := samplePage(l, admin, "/status", statusBody{triage.Waiting, conditions, &run})
	grouping, finished := run, run
	grouping.Grouping, finished.Finished = true, sampleNow.Add(time.Hour)
	full.Full = triage.E(triage.Full, "make room", "", "the disk of the data folder is full: free space or move the folder", nil)
	return []sample{
		{"status", "status", "layout", full},
		{"status-well", "status", "layout", samplePage(l, unitActor, "/status", statusBody{triage.Fine, conditions[:1], nil})},
		{"status-rehash", "status", "layout", samplePage(l, admin, "/status", statusBody{triage.Fine, conditions[:1], &triage.RehashRun{}})},
		{"status-grouping", "status", "layout", samplePage(l, admin, "/status", statusBody{triage.Fine, conditions[:1], &grouping})},
		{"status-rehashed", "status", "layout", samplePage(l, admin, "/status", statusBody{triage.Fine, conditions[:1], &finished})},
	}
}

func sampleAnswers() (answers []checkAnswer) {
	for i, v := range []triage.CheckVerdict{triage.CheckKnown, triage.CheckNear, triage.CheckBenign, triage.CheckSeen, triage.CheckUnknown} {
		answers = append(answers, checkAnswer{i + 1, "SHA-256", triage.CheckAnswer{Verdict: v, Reference: fmt.Sprintf("c%012x", i), Contact: "01 00 00 00 00 (permanence)"}})
	}
	return answers
}

func sampleDrives(l i18n.Lang) []sample {
	sealed := &triage.Manifest{Version: 1, Items: 20831, Sealed: sampleNow}
	exhibits := []triage.Exhibit{
		{ID: "x0123456789abcdef", Case: "2026/00123", Seal: "SCELLE-4", Owner: "a1", Unit: "BR de Quimper", Opened: sampleNow.Add(-3 * time.Hour), Manifest: sealed},
		{ID: "x1123456789abcdef", Case: "2026/00124", Seal: "SCELLE-1 (téléphone)", Owner: "a1", Opened: sampleNow.Add(-time.Hour)},
		{ID: "x2123456789abcdef", Case: hostile, Seal: hostile, Owner: "a1", Opened: sampleNow, Manifest: sealed},
	}
	done := triage.Progress{
		Items:  map[triage.Disposition]int{triage.IsMedia: 18204, triage.NotMedia: 2410, triage.IsEmpty: 12, triage.IsUnreadable: 3, triage.IsRefused: 202},
		Media:  map[triage.Finding]int{triage.Known: 212, triage.NearKnown: 31, triage.Benign: 10423, triage.ProbableNew: 96, triage.Unranked: 4210, triage.Unreadable: 7},
		Sealed: true, Settled: true,
	}
	receiving := triage.Progress{
		Items:   map[triage.Disposition]int{triage.IsMedia: 1000},
		Media:   map[triage.Finding]int{triage.Unranked: 120},
		Pending: 880, Wanted: 401,
	}
	working := done
	working.Settled, working.Pending, working.Rematch = false, 1203, 400
	body := drivesBody{Drives: []drive{newDrive(l, exhibits[0], done), newDrive(l, exhibits[1], receiving), newDrive(l, exhibits[2], working)}, Pager: pager{"/drives", 10, 10, 23}}
	one := newDrive(l, exhibits[1], receiving)
	one.Own = true
	signed := newDrive(l, exhibits[0], done)
	signed.Own, signed.Signed = true, &triage.SignedBy{Name: "martin@poste-3", Key: "f08c 05a7 3f7d 2a29 9772 d9cb ffd2 c01f", At: sampleNow}
	fragment := newDrive(l, exhibits[1], receiving)
	fragment.Announce = true
	livePage := samplePage(l, examiner, "/drives", body)
	livePage.Live, livePage.Refresh = true, drivesRefresh
	onePage := samplePage(l, examiner, "/drives/x1123456789abcdef", one)
	onePage.Live = true
	return []sample{
		{"drives", "drives", "layout", livePage},
		{"drives-none", "drives", "layout", samplePage(l, examiner, "/drives", drivesBody{Pager: pager{Size: 10}})},
		{"drives-admin", "drives", "layout", samplePage(l, admin, "/drives", drivesBody{Pager: pager{Size: 10}})},
		{"drive", "drive", "layout", onePage},
		{"drive-signed", "drive", "layout", samplePage(l, examiner, "/drives/x0123456789abcdef", signed)},
		{"drive-fragment", "drive", "fragment", fragment},
		{"drive-settled-fragment", "drive", "fragment", newDrive(l, exhibits[0], done)},
	}
}

// sampleEnds are an exhibit as administrators see it, and the list of destructions.
func sampleEnds(l i18n.Lang) []sample {
	x := triage.Exhibit{ID: "x1123456789abcdef", Case: "2026/00124", Seal: "SCELLE-1", Owner: "a1", Opened: sampleNow.Add(-time.Hour), Seized: sampleNow.Add(-240 * time.Hour).Truncate(24 * time.Hour)}
	proposal := triage.Destruction{
		Exhibit: x.ID, State: triage.DestructionProposed, Reference: hostile, ProposedBy: "a5", Proposed: sampleNow, Destroyed: 1204, Kept: 1,
	}
	drivePage := func(e ending) page {
		d := newDrive(l, x, triage.Progress{})
		e.Alone, e.Shared, e.Proposal = 1204, 1, proposal
		d.End = &e
		return samplePage(l, admin, "/drives/x1123456789abcdef", d)
	}
	done := proposal
	done.State, done.ConfirmedBy, done.Confirmed, done.Done = triage.DestructionFinished, "a4", sampleNow, sampleNow
	rows := []destructionRow{{Destruction: proposal, Seal: hostile, ProposedBy: hostile, Expired: true}, {Destruction: done, ProposedBy: "Camille Roux", ConfirmedBy: "Yann Le Goff"}}
	state, by := triage.DestructionProposed, "Camille Roux"
	return []sample{
		{"end-none", "drive", "layout", drivePage(ending{})},
		{"end-problem", "drive", "layout", drivePage(ending{Reference: hostile, Problem: triage.E(triage.Invalid, "x", "", "reference is empty: state one", nil)})},
		{"end-proposed", "drive", "layout", drivePage(ending{State: state, ProposedBy: by})},
		{"end-mine", "drive", "layout", drivePage(ending{State: state, ProposedBy: by, Mine: true})},
		{"end-expired", "drive", "layout", drivePage(ending{State: state, ProposedBy: by, Expired: true})},
		{"end-decided", "drive", "layout", drivePage(ending{State: triage.DestructionConfirmed, ProposedBy: by})},
		{"destructions", "destructions", "layout", samplePage(l, admin, "/destructions", destructionsBody{Rows: rows})},
		{"destructions-none", "destructions", "layout", samplePage(l, admin, "/destructions", destructionsBody{})},
	}
}

// sampleCases are the list of cases and one in each state.
func sampleCases(l i18n.Lang) []sample {
	k := triage.Case{
		CaseRecord: triage.CaseRecord{ID: "k0123456789abcdef", Number: hostile, State: triage.CaseOpen},
		Exhibits: []triage.CaseExhibit{{
			Exhibit:  triage.Exhibit{ID: "x1123456789abcdef", Case: hostile, Seal: hostile, Owner: "a1", Unit: hostile, Opened: sampleNow},
			Progress: triage.Progress{Items: map[triage.Disposition]int{triage.IsMedia: 1204}, Media: map[triage.Finding]int{triage.Known: 3}, Pending: 4},
		}},
		Present: 500,
	}
	one := func(state triage.CaseState, problem error) page {
		k.State = state
		if state != triage.CaseOpen {
			k.Closed = triage.CaseChange{By: "a4", At: sampleNow, Reference: hostile}
			k.Reopened = k.Closed
		}
		body := newCaseBody(l, k)
		body.Admin, body.ClosedBy, body.ReopenedBy, body.Problem = true, "Camille Roux", hostile, problem
		p := samplePage(l, admin, "/cases/k0123456789abcdef", body)
		p.Live = body.Moving
		return p
	}
	held := func(custody *triage.Custody, problem error) page {
		k.State, k.Closed, k.Reopened, k.Custody = triage.CaseOpen, triage.CaseChange{}, triage.CaseChange{}, custody
		body := newCaseBody(l, k)
		body.Examiner, body.Until, body.Problem = true, "2026-11-23T14:00", problem
		body.Earliest, body.Latest = sampleNow.Format(formMoment), sampleNow.Add(triage.MaxCustody).Format(formMoment)
		return samplePage(l, examiner, "/cases/k0123456789abcdef", body)
	}
	list := casesBody{Rows: []caseRow{newCaseRow(k)}, Pager: pager{"/cases", 0, casesShown, 1}}
	return []sample{
		{"cases", "cases", "layout", samplePage(l, admin, "/cases", list)},
		{"cases-none", "cases", "layout", samplePage(l, examiner, "/cases", casesBody{Pager: pager{Size: casesShown}})},
		{"case-open", "case", "layout", one(triage.CaseOpen, nil)},
		{"case-problem", "case", "layout", one(triage.CaseOpen, triage.E(triage.Invalid, "x", "", "reference is empty: state one", nil))},
		{"case-closing", "case", "layout", one(triage.CaseClosing, nil)},
		{"case-closed", "case", "layout", one(triage.CaseClosed, nil)},
		{"case-held", "case", "layout", held(&triage.Custody{Number: hostile, Until: sampleNow.Add(20 * time.Hour)}, nil)},
		{"case-hold-problem", "case", "layout", held(nil, triage.E(triage.Invalid, "x", "", "this time is past: state when the custody ends", nil))},
		{"case-reopening", "case", "layout", one(triage.CaseReopening, nil)},
	}
}

// sampleGroup has every signal, and a camera with a hostile name.
func sampleGroup(id string) triage.Group {
	g := triage.Group{ID: triage.GroupID(id + strings.Repeat("0", 24)), Members: 3, Open: 3, Exhibits: 2, Cases: 2, Score: 175, Finding: triage.ProbableNew}
	g.Reasons = []signals.Reason{
		{Signal: signals.CameraOriginal, Points: 40, Detail: "Fairphone FP5"}, {Signal: signals.NearKnown, Points: 25},
		{Signal: signals.Recent, Points: 15}, {Signal: signals.CameraFolder, Points: 5}, {Signal: signals.LowQuality, Points: -10},
	}
	return g
}

// sampleMedia have everything that a page must not show: places, keys; and what it must: matches.
func sampleMedia() []triage.Medium {
	var keys triage.DigestKeys
	copy(keys.SHA256[:], "secret-key-bytes")
	m := triage.Medium{
		ID: "feedfacefeedfacefeedfacefeedface", State: triage.Examined, Kind: hashing.KindPicture, Size: 3_412_345, Keys: keys,
		Places: []triage.Place{{Exhibit: "xe", Folder: "f01de7f01de7f01d", Parent: "9a4e479a4e479a4e", Class: triage.PlaceCamera, Modified: sampleNow.Add(-90 * time.Hour)}},
		Facts: hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4080, Height: 3072, Make: "Fairphone", Model: "FP5", Serial: "SERIAL-1234567", Taken: sampleNow.Add(-100 * time.Hour), GPS: true,
			Zone: "+02:00", Lens: "5.6mm f/1.8", TakenFrom: "DateTimeOriginal", Tables: "0011223344556677", JPEGQuality: 93, Subsampling: "4:2:0",
			Profile: "Display P3", Thumbnail: hashing.ThumbnailOther, Editors: "Snapseed 2.21", Saves: 2, Provenance: true, Generated: "trainedAlgorithmicMedia"},
		Quality: 98, Hashed: true, Finding: triage.ProbableNew, Group: "9",
	}
	m.Matches = []triage.Match{
		{Source: "partner", Version: 3, Kind: triage.KnownSet, Method: triage.ByPHash, Distance: 6},
		{Source: hostile, Version: 1, Kind: triage.KnownSet, Method: triage.ByPDQ, Distance: 21, Quality: 98, Transform: pdq.FlipY, View: hashing.ViewScreen},
	}
	odd := m
	odd.Facts = hashing.Facts{Kind: hashing.KindPicture, Format: "webp", Make: hostile, Model: hostile, Software: hostile}
	odd.Hashed, odd.Unreadable, odd.Finding, odd.Places = false, "truncated", triage.Unreadable, nil
	film := m
	film.Kind, film.Facts, film.Finding = hashing.KindVideo, hashing.Facts{
		Kind: hashing.KindVideo, Format: "mp4", Width: 1920, Height: 1080,
		Film: hashing.Film{Duration: 75 * time.Second, Codec: "h264", Sound: "aac", MilliRate: 29_970, Looked: 990},
	}, triage.NearKnown
	film.Matches = []triage.Match{{
		Source: "partner", Version: 3, Entry: 17, Kind: triage.KnownSet, Method: triage.ByPDQ, Distance: 12, Quality: 90,
		Film: &vpdq.Shares{Query: 180, Known: 940, Near: 12, Frames: 64, OfFilm: true, From: 31 * time.Second, To: 45 * time.Second},
	}}
	dark := m
	dark.Kind, dark.Facts, dark.Hashed, dark.Note = hashing.KindVideo, hashing.Facts{Kind: hashing.KindVideo, Format: "mp4"}, false, "frames-not-examined"
	return []triage.Medium{m, odd, film, dark}
}

func sampleReview(l i18n.Lang) []sample {
	mine := claimState{State: "mine", Until: sampleNow.Add(10 * time.Minute)}
	other := claimState{State: "other", Who: hostile, Until: sampleNow.Add(10 * time.Minute)}
	free := claimState{State: "free"}
	a, b, c := sampleGroup("3f2a91bc"), sampleGroup("77d0c1e2"), sampleGroup("0badcafe")
	b.Score, b.Finding, b.Reasons, b.Videos, b.Open = 20, triage.Unranked, b.Reasons[2:4], 1, 2
	b.Decision = &triage.Decision{Opinion: triage.Opinion{Verdict: triage.Unsure, Note: hostile, By: "a2", At: sampleNow}, Members: 2}
	b.New = 1
	c.Score, c.Reasons = 0, nil
	said := func(by string, o triage.Opinion) triage.Opinion { o.By, o.At = by, sampleNow; return o }
	full := triage.Opinion{Verdict: triage.Illegal, Category: "A1", Violent: true, Victim: triage.VictimSeries, Producer: triage.LeadStrong, Series: hostile, Note: hostile}
	waits, disputed, settled := a, a, a
	waits.Decision = &triage.Decision{Opinion: said("a2", full), Members: 3}
	disputed.Decision = &triage.Decision{Opinion: said("a3", triage.Opinion{Verdict: triage.NotIllegal}), Before: []triage.Opinion{said("a2", full)}, Members: 3}
	settled.Decision = &triage.Decision{Opinion: said("a3", full), Before: []triage.Opinion{said("a2", full)}, Members: 3}
	held := a
	held.Custody = &triage.Custody{Case: "k0123456789abcdef", Number: hostile, Until: sampleNow.Add(20 * time.Hour)}
	rows := []queueRow{{held, "3f2a91bc", free, whose{Name: hostile}, ""}, {b, "77d0c1e2", mine, whose{true, "Camille"}, hostile}, {c, "0badcafe", other, whose{}, ""}}

	group := func(g triage.Group, claim claimState, form groupForm, problem error) page {
		body := groupBody{Group: g, Short: short(g.ID), Claim: claim, Cases: []string{"2026/00123", hostile}, Form: form, Problem: problem, DecidedBy: "Camille Roux", Scheme: triage.DefaultScheme(), Pager: pager{"/groups/x", 0, mediaShown, 3}}
		if body.Ladder = newLadder(triage.RevealRules{Tiles: true, Names: true}, triage.StepFacts); form.Media == 0 {
			body.Form.Media, body.Form.Picture, body.Form.TilesStep = 3, 1, triage.StepGrey
		}
		for i, m := range sampleMedia() {
			body.Media = append(body.Media, member{m, i + 1, i == 1, modified(m)})
		}
		return samplePage(l, reviewer, "/groups/"+string(g.ID), body)
	}
	withOpinions := func(p page, mine, undoable bool) page {
		body := p.Body.(groupBody)
		body.Mine, body.Undoable = mine, undoable
		for _, o := range body.Group.Decision.Opinions() {
			body.Opinions = append(body.Opinions, opinionRow{o, hostile})
		}
		p.Body = body
		return p
	}
	with := func(p page, more ...triage.Shared) page {
		body := p.Body.(groupBody)
		for i, s := range more {
			o := said("a2", []triage.Opinion{full, {Verdict: triage.NotIllegal, Note: "Captures d’écran"}}[i%2])
			body.Precedents = append(body.Precedents, precedentRow{opinionRow{o, hostile}, b.ID, short(b.ID), s})
		}
		p.Body = body
		return p
	}
	shares := []triage.Shared{{Shoot: true, Folder: true, Camera: true, Close: true, Bits: 38}, {Folder: true}}
	takenOver := waits
	same := full
	same.SameAs = triage.Basis{Group: b.ID, At: sampleNow}
	takenOver.Decision = &triage.Decision{Opinion: said("a2", same), Members: 3}
	var waiting []awaitingRow
	for i, g := range []triage.Group{waits, disputed} {
		row := awaitingRow{queueRow: queueRow{g, short(g.ID), free, whose{}, ""}, Mine: i == 0}
		for _, o := range g.Decision.Opinions() {
			row.Opinions = append(row.Opinions, opinionRow{o, hostile})
		}
		waiting = append(waiting, row)
	}
	told := []triage.Notice{
		{Link: triage.Link{AdditionID: triage.AdditionID{Set: 3, Number: 12}, Exhibit: "x0123456789abcdef", Category: "A1", At: sampleNow}, Case: hostile, Seal: hostile, Others: 3, CasesElse: 2, OtherCases: []string{"2026/00124", hostile}},
		{Link: triage.Link{AdditionID: triage.AdditionID{Set: 3, Number: 13}, Exhibit: "x0123456789abcdef", Category: "gone", At: sampleNow, Read: sampleNow}},
	}
	reveal := func(step triage.RevealStep) page {
		return sampleReveal(l, triage.Grant{Sight: triage.SeePictures, Step: step, Media: []triage.MediumID{"feedfacefeedfacefeedfacefeedface", "0", "1"}, Numbers: []int{1, 2, 4}})
	}
	return []sample{
		{"queue", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{News: "/queue/news?said=0", Every: newsEvery, Rows: rows, Total: 48, Begin: "/queue", Next: "/queue?after=.0." + string(c.ID), Decided: decided{triage.Illegal, "3f2a91bc", "3f2a91bc"}})},
		{"queue-no-next", "queue", "layout", samplePage(l, reviewer, "/queue?next=none", queueBody{Rows: rows[2:], Total: 1, NoNext: true})},
		{"queue-none", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{})},
		{"queue-filtered", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{Units: []string{"BR de Quimper", hostile}, People: samplePeople, Rows: rows[1:], Total: 1_000_000, Looked: 4000, Narrow: true, Gathering: true, NoNext: true,
			Filter: queueForm{hostile, hostile, "me", "20", "video", "2026-01-31", "2026-11-01"}, Next: "/queue?after=.0." + string(c.ID) + "&kind=video"})},
		{"queue-filter-none", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{Total: 48, Looked: 48, Narrow: true, Filter: queueForm{Kind: "picture"}})},
		{"queue-filter-problem", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{Filter: queueForm{Least: "many"}, Problem: triage.E(triage.Invalid, "x", "", "a score is a whole number", nil)})},
		{"queue-news", "queue", "news", newsBody{queueBody: queueBody{Rows: rows, News: "/queue/news?said=3", Every: newsEvery}, New: 3, Announce: true, Show: "/queue"}},
		{"queue-end", "queue", "layout", samplePage(l, reviewer, "/queue", queueBody{Begin: "/queue"})},
		{"group-assigned", "group", "layout", belongs(group(a, free, groupForm{}, nil), whose{Name: hostile}, reviewer)},
		{"group-own", "group", "layout", belongs(group(a, mine, groupForm{}, nil), whose{true, "Camille"}, reviewer)},
		{"group-assigned-busy", "group", "layout", belongs(group(c, other, groupForm{}, nil), whose{Name: hostile}, reviewer)},
		{"group-assign", "group", "layout", belongs(group(a, free, groupForm{}, nil), whose{Name: hostile}, supervisor)},
		{"group-assign-problem", "group", "layout", belongs(group(a, free, groupForm{}, triage.E(triage.NotFound, "x", "", "this group was assigned to nobody by itself: take back its case", nil)), whose{Name: hostile}, supervisor)},
		{"group-held", "group", "layout", group(held, mine, groupForm{}, nil)},
		{"group-free", "group", "layout", group(a, free, groupForm{}, nil)},
		{"group-mine", "group", "layout", group(b, mine, groupForm{Step: triage.StepBlurred}, nil)},
		{"group-problem", "group", "layout", group(a, mine, groupForm{Step: triage.StepFull, Reason: hostile, Opinion: triage.Opinion{Verdict: triage.Illegal, Category: "B1", Violent: true, Victim: triage.VictimIdentified, Series: hostile, Note: hostile}}, triage.E(triage.Conflict, "x", "", "ask for the step before this one first", nil))},
		{"group-awaits", "group", "layout", withOpinions(group(waits, free, groupForm{}, nil), true, true)},
		{"group-disputed", "group", "layout", withOpinions(group(disputed, mine, groupForm{Opinion: full}, nil), false, false)},
		{"group-precedents", "group", "layout", with(group(a, mine, groupForm{}, nil), shares...)},
		{"group-precedents-free", "group", "layout", with(group(a, free, groupForm{}, nil), shares...)},
		{"group-folder", "group", "layout", inFolder(group(b, mine, groupForm{}, nil))},
		{"folder", "folder", "layout", sampleFolder(l, mine, triage.PlaceProgram, nil)},
		{"folder-cache", "folder", "layout", sampleFolder(l, other, triage.PlaceCache, nil)},
		{"folder-problem", "folder", "layout", sampleFolder(l, mine, triage.PlaceProgram, triage.E(triage.Invalid, "x", "", "name 1 to 200 groups of the folder", nil))},
		{"folder-none", "folder", "layout", samplePage(l, reviewer, "/groups/x/folder", folderBody{Group: b.ID, Short: short(b.ID), Claim: mine, View: triage.FolderView{Class: triage.PlaceProgram}, Decided: 180, Passed: []leftRow{{triage.LeftHeld, 1}, {triage.LeftDecided, 3}, {triage.LeftGone, 2}}})},
		{"group-taken-over", "group", "layout", withOpinions(group(takenOver, mine, groupForm{}, nil), false, false)},
		{"group-settled", "group", "layout", withOpinions(group(settled, free, groupForm{}, nil), false, false)},
		{"awaiting", "awaiting", "layout", samplePage(l, reviewer, "/awaiting", awaitingBody{Rows: waiting, Total: 30, Pager: pager{"/awaiting", 20, 20, 30}, Decided: decided{triage.NotIllegal, "", ""}})},
		{"notices", "notices", "layout", unread(samplePage(l, examiner, "/notices", noticesBody{Rows: told, Total: 2, Pager: pager{"/notices", 0, 20, 2}, Examiner: true, Contact: hostile, Scheme: triage.DefaultScheme()}))},
		{"notices-all", "notices", "layout", samplePage(l, reviewer, "/notices", noticesBody{Rows: told, Total: 40, Pager: pager{"/notices", 20, 20, 40}, Scheme: triage.DefaultScheme()})},
		{"notices-none", "notices", "layout", samplePage(l, examiner, "/notices", noticesBody{Examiner: true})},
		{"awaiting-none", "awaiting", "layout", samplePage(l, reviewer, "/awaiting?next=none", awaitingBody{NoNext: true})},
		{"group-tiles-problem", "group", "layout", group(a, mine, groupForm{Sight: triage.SeeTiles, Picture: 2, Media: 3, Tiles: 0x8421, TilesStep: triage.StepColour, TilesReason: hostile}, triage.E(triage.Invalid, "x", "", "choose 1 to 4 tiles", nil))},
		{"group-names-problem", "group", "layout", group(a, mine, groupForm{Sight: triage.SeeNames, Media: 3, NamesReason: hostile}, triage.E(triage.Invalid, "x", "", "state why, in at least 5 characters", nil))},
		{"group-other", "group", "layout", group(c, other, groupForm{}, nil)},
		{"reveal-blurred", "reveal", "layout", reveal(triage.StepBlurred)},
		{"reveal-colour", "reveal", "layout", reveal(triage.StepColour)},
		{"reveal-full", "reveal", "layout", reveal(triage.StepFull)},
		{"reveal-tiles", "reveal", "layout", sampleReveal(l, triage.Grant{Sight: triage.SeeTiles, Step: triage.StepColour, Tiles: 0x0660, Media: []triage.MediumID{"feedfacefeedfacefeedfacefeedface"}, Numbers: []int{3}})},
		{"reveal-film", "reveal", "layout", sampleReveal(l, triage.Grant{
			Sight: triage.SeeFrames, Step: triage.StepGrey, Media: []triage.MediumID{"feedfacefeedfacefeedfacefeedface", "feedfacefeedfacefeedfacefeedface", "0"},
			Numbers: []int{2, 2, 3}, At: []triage.Moment{61_500, 3_723_400, triage.NoFilm},
		})},
		{"reveal-names", "reveal", "layout", sampleReveal(l, triage.Grant{Sight: triage.SeeNames})},
	}
}

// inFolder is the page of a group that lies wholly in a program's folder.
func inFolder(p page) page {
	body := p.Body.(groupBody)
	body.Folder = triage.PlaceCache
	p.Body = body
	return p
}

// sampleFolder is the page of a program's folder.
func sampleFolder(l i18n.Lang, claim claimState, class triage.PlaceClass, problem error) page {
	body := folderBody{Group: sampleGroup("3f2a91bc").ID, Short: "3f2a91bc", Claim: claim, View: triage.FolderView{Class: class, More: true}, Problem: problem, Left: []leftRow{{triage.LeftRanked, 2}, {triage.LeftNear, 12}}}
	if problem != nil {
		body.Note, body.Verdict = hostile, triage.Unsure
	}
	for i, id := range []string{"3f2a91bc", "77d0c1e2", "0badcafe"} {
		body.Rows = append(body.Rows, newFolderRow(triage.FolderGroup{Group: sampleGroup(id), Media: sampleMedia()[:3-i]}))
	}
	return samplePage(l, reviewer, "/groups/x/folder", body)
}

// sampleReveal is the page of a grant.
func sampleReveal(l i18n.Lang, g triage.Grant) page {
	g.ID, g.Group, g.Actor, g.Session, g.Of, g.Expires = "r1", sampleGroup("3f2a91bc").ID, "a2", "s1", 5, sampleNow.Add(3*time.Minute)
	body := revealBody{Grant: g, Short: short(g.Group), Seconds: 179, Count: 5, Pictures: picturesOf(&g), Form: groupForm{Media: 5, Picture: 3, Tiles: g.Tiles, TilesStep: triage.StepGrey}}
	body.Ladder = newLadder(triage.RevealRules{Tiles: true, Names: true, Grey: g.Step == triage.StepBlurred}, g.Step)
	if g.Sight == triage.SeeNames {
		body.Names = triage.NameList{Total: 214, Items: []triage.NamedItem{
			{Number: 1, Exhibit: triage.Exhibit{Case: "2026/00123", Seal: hostile}, Path: "DCIM/Camera/" + hostile, Modified: sampleNow},
			{Number: 4, Exhibit: triage.Exhibit{Case: "2026/00123", Seal: "S-2"}, Path: strings.Repeat("un-dossier-au-long-nom/", 12) + "IMG_0001.jpg"},
		}}
	}
	p := samplePage(l, reviewer, "/reveals/r1", body)
	p.Refresh = 180
	return p
}

// sampleSettings is the page of one's own limits.
func sampleSettings(l i18n.Lang) []sample {
	role := triage.RevealRules{First: triage.StepGrey, Jumps: true, Tiles: true, Names: true}
	set := triage.RevealLimits{Highest: triage.StepColour, Grey: true, NoJumps: true}
	saved := settingsBody{Own: triage.OwnRules{Role: role, Set: set, Rules: role.Within(set)}, Form: set, Saved: true}
	lifted := settingsBody{Own: triage.OwnRules{Role: role, Rules: role.Within(set), Until: sampleNow.Add(20 * time.Hour)}}
	wrong := settingsBody{Own: triage.OwnRules{Role: role, Rules: role}, Problem: triage.E(triage.Invalid, "x", "", "a step is blurred, grey, colour or full", nil)}
	return []sample{
		{"settings", "settings", "layout", samplePage(l, reviewer, "/settings", saved)},
		{"settings-lifted", "settings", "layout", samplePage(l, reviewer, "/settings", lifted)},
		{"settings-wrong", "settings", "layout", samplePage(l, reviewer, "/settings", wrong)},
	}
}

// sampleRanking is the page of the weights, in each state that it has.
func sampleRanking(l i18n.Lang) []sample {
	changed := signals.Default()
	changed.Threshold, changed.Points[signals.Video], changed.Parameters.OriginalPixels = 55, 0, 3_000_000
	now := triage.Ranking{Number: 1, WeightsVersion: triage.WeightsVersion{Event: 812, Weights: *changed, By: "a2", At: sampleNow, Reason: hostile}}
	now.Advance = triage.Reranking{Done: 4096, Of: 4096}
	versions := []triage.WeightsVersion{now.WeightsVersion, {Weights: *signals.Default()}}
	body := func(now triage.Ranking, form rankingForm) rankingBody {
		b := newRankingBody(l, now, form)
		b.May, b.Versions = true, newVersionRows(l, versions, func(string) string { return "Camille Roux" })
		return b
	}
	plain := body(now, rankingForm{From: 812})
	plain.Done = true
	mistaken := rankingForm{From: 812, Values: make(map[string]string), Reason: hostile}
	said := typed(signals.Default())
	said["icon"], said["video"], said["web_side"] = "1.5", "5000", ""
	_, mistaken.Faults = readWeights(l, mistaken.Values, func(name string) string { return said[name] })
	wrong := body(now, mistaken)
	wrong.Problem = triage.E(triage.Invalid, "x", "", "correct the numbers that are marked below", nil)
	back := body(now, rankingForm{From: 812, Values: typed(signals.Default())})
	back.ByDefault, back.Earlier = true, 3
	now.Advance.Done = 1500
	under := samplePage(l, reviewer, "/ranking", body(now, rankingForm{}))
	under.Live = true
	readonly := plain
	readonly.May, readonly.Done = false, false
	return []sample{
		{"ranking", "ranking", "layout", samplePage(l, reviewer, "/ranking", plain)},
		{"ranking-wrong", "ranking", "layout", samplePage(l, reviewer, "/ranking", wrong)},
		{"ranking-default", "ranking", "layout", samplePage(l, reviewer, "/ranking", back)},
		{"ranking-under-way", "ranking", "layout", under},
		{"ranking-admin", "ranking", "layout", samplePage(l, admin, "/ranking", readonly)},
	}
}

// endingReveal is a reveal in its last second.
func endingReveal(l i18n.Lang) sample {
	grant := triage.Grant{ID: "r1", Group: "3f2a91bc", Step: triage.StepBlurred, Media: []triage.MediumID{"0"}, Expires: sampleNow}
	body := revealBody{Grant: grant, Short: "3f2a91bc", Seconds: 1, Count: 1, Pictures: []picture{{Index: 0, Number: 1}}}
	return sample{"reveal-ending", "reveal", "layout", samplePage(l, reviewer, "/reveals/r1", body)}
}

func sampleSets(l i18n.Lang) []sample {
	known := triage.HashSet{
		ID: 3, Source: "ICSE", Version: 2, Kind: triage.KnownSet, Category: "A", State: triage.Active, Entries: 1_203_442, Rejected: 3,
		ByMethod: map[triage.Method]int{triage.BySHA1: 1_203_000, triage.ByPDQ: 900_120}, Imported: sampleNow,
		Conflicts: []triage.SetConflict{{Entry: 12, OtherSet: 2, OtherEntry: 4_501_221}, {Entry: 99, OtherSet: 2, OtherEntry: 7}},
	}
	office := triage.HashSet{ID: 5, Source: triage.OfficeSource, Version: 1, Kind: triage.KnownSet, State: triage.Active, Entries: 36, Additions: 12, Imported: sampleNow, Extended: sampleNow}
	benign := triage.HashSet{ID: 2, Source: hostile, Version: 1, Kind: triage.BenignSet, Category: hostile, State: triage.Withdrawn, Entries: 12, Imported: sampleNow, Withdrawn: sampleNow}
	busy := triage.HashSet{ID: 1, Source: "NSRL", Version: 1, Kind: triage.BenignSet, State: triage.Importing, Imported: sampleNow}
	failed := triage.HashSet{ID: 4, Source: "ICSE", Version: 3, Kind: triage.KnownSet, State: triage.Failed, Imported: sampleNow, Failure: "read list line 7: invalid: the row holds no hash"}
	report := &triage.ImportReport{Set: known, Errors: []string{"line 7: " + hostile, "line 9: MD5 has 32 hexadecimal digits, not 31"}, Withdrawn: []triage.SetID{1}}
	methods := []count{{"SHA-1", 1_203_000}, {"PDQ", 900_120}}
	said := []objectionRow{
		{wire.NewObjection(triage.Objection{Set: 3, Entry: triage.Entry{Number: 12}, Source: "ICSE", Kind: triage.KnownSet, State: triage.EntryWithdrawn, Reason: hostile, At: sampleNow}), "Yann Le Goff"},
		{wire.NewObjection(triage.Objection{Set: 1, Entry: triage.Entry{Number: 4_501_221}, Source: "ICSE", Kind: triage.KnownSet, State: triage.EntryDisputed, Reason: "Doublon ?", At: sampleNow}), hostile},
	}
	asked := objectionForm{Entry: hostile, State: "restored", Reason: hostile}
	form := importForm{Source: hostile, Category: hostile, Kind: triage.KnownSet, Hash: "pdq", Replace: true, Strict: true}
	return []sample{
		{"sets", "sets", "layout", samplePage(l, admin, "/sets", setsBody{Sets: []triage.HashSet{office, failed, known, benign, busy}, MaxBytes: maxList})},
		{"sets-none", "sets", "layout", samplePage(l, admin, "/sets", setsBody{MaxBytes: maxList})},
		{"sets-problem", "sets", "layout", samplePage(l, admin, "/sets", setsBody{Form: form, MaxBytes: maxList, Problem: triage.E(triage.Invalid, "x", "", "choose the file that holds the list", nil)})},
		{"set", "set", "layout", samplePage(l, admin, "/sets/3", setBody{Set: known, Methods: methods})},
		{"set-entries", "set", "layout", samplePage(l, admin, "/sets/3", setBody{Set: known, Methods: methods, Said: said, Form: asked, Problem: triage.E(triage.Invalid, "x", "", "an entry is named by its line in the list, from 1", nil)})},
		{"set-imported", "set", "layout", samplePage(l, admin, "/sets/3", setBody{Set: known, Methods: methods, Report: report})},
		{"set-office", "set", "layout", samplePage(l, admin, "/sets/5", setBody{Set: office, Methods: methods})},
		{"set-failed", "set", "layout", samplePage(l, admin, "/sets/4", setBody{Set: failed})},
		{"set-importing", "set", "layout", samplePage(l, admin, "/sets/1", setBody{Set: busy})},
		{"set-withdrawn", "set", "layout", samplePage(l, admin, "/sets/2", setBody{Set: benign, Problem: triage.E(triage.Invalid, "check reason", "", "state why, in at least 5 characters", nil)})},
	}
}

// unread is a page whose last tab tells of something to read.
func unread(p page) page {
	p.Nav = slices.Clone(p.Nav)
	p.Nav[len(p.Nav)-1].Count = 12
	return p
}
