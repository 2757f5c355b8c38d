package wire

import (
	"net/http"
	"slices"

	"vigie/triage"
)

// Media types of bodies and answers that are not JSON.
const (
	typeJSON   = "application/json"
	typeLines  = "application/x-ndjson"
	typeCSV    = "text/csv"
	typeJPEG   = "image/jpeg"
	typeText   = "text/plain"
	typeBinary = "application/octet-stream"
)

// Operation documents one route. A test holds the table against the routes that are registered.
type Operation struct {
	Method  string
	Path    string // with {name} parameters
	Name    string // operationId
	Summary string
	Roles   []triage.Role // nil: anybody, signed in or not
	Query   []Parameter
	Body    *Content
	Status  int // of success
	Answers []Content
	Or      int           // another status with the same answers; 0: none
	Errors  []triage.Kind // beside those that every route has
}

// Parameter documents one parameter of the query.
type Parameter struct {
	Name     string
	Type     string // JSON Schema
	Enum     []string
	Required bool
	About    string
}

// Content documents a body: its media type and, for JSON, a value of its Go type.
type Content struct {
	Type  string
	Value any
}

func asJSON(v any) *Content { return &Content{typeJSON, v} }

func answers(v any) []Content { return []Content{{typeJSON, v}} }

var (
	examiner = []triage.Role{triage.Examiner}
	reviewer = triage.Reviewing
	admin    = []triage.Role{triage.Admin}
	paging   = []Parameter{
		{Name: "after", Type: "string", About: "place in the queue, as the stretch before told it; absent: its beginning"},
		{Name: "limit", Type: "integer", About: "how many groups to return, at most 500; 50 when absent"},
	}
	stretch = []Parameter{
		{Name: "offset", Type: "integer", About: "how many groups to skip"},
		{Name: "limit", Type: "integer", About: "how many groups to return, at most 500; 50 when absent"},
	}
	filter = []Parameter{
		{Name: "case", Type: "string", About: "number of a case in which one of a group's media lies"},
		{Name: "unit", Type: "string", About: "whose examiner submitted an exhibit in which one of a group's media lies"},
		{Name: "assigned", Type: "string", About: "whose a group is: me, nobody, or an account's identifier or name"},
		{Name: "least", Type: "integer", About: "score of a group, at least"},
		{Name: "kind", Type: "string", Enum: []string{"picture", "video"}, About: "of one of a group's media"},
		{Name: "from", Type: "string", About: "one of a group's media was taken or changed on this day or later, as 2026-01-31"},
		{Name: "until", Type: "string", About: "and on this day or earlier"},
	}
	importQuery = []Parameter{
		{Name: "kind", Type: "string", Enum: []string{"known", "benign"}, Required: true},
		{Name: "source", Type: "string", Required: true, About: "name of the partner"},
		{Name: "category", Type: "string", About: "of entries that state none"},
		{Name: "hash", Type: "string", Enum: []string{"md5", "sha1", "sha256", "pdq", "phash"}, About: "of a plain list of 64 digits, where it must be stated"},
		{Name: "strict", Type: "boolean", About: "one wrong line stops the import"},
		{Name: "replace", Type: "boolean", About: "withdraw earlier versions of the same source and kind"},
	}
	formatQuery = []Parameter{{Name: "format", Type: "string", Enum: []string{"ndjson", "csv"}, About: "goes before Accept"}}
)

// Operations returns every route of version 1.
func Operations() []Operation {
	ops := serviceOperations()
	ops = append(ops, submissionOperations()...)
	ops = append(ops, setOperations()...)
	ops = append(ops, destructionOperations()...)
	ops = append(ops, caseOperations()...)
	ops = append(ops, rankingOperations()...)
	ops = append(ops, decisionOperations()...)
	ops = append(ops, noticeOperations()...)
	ops = append(ops, shownOperations()...)
	ops = append(ops, outcomeOperations()...)
	ops = append(ops, assignmentOperations()...)
	return append(ops, reviewOperations()...)
}

func destructionOperations() []Operation {
	found := []triage.Kind{triage.NotFound}
	decided := []triage.Kind{triage.NotFound, triage.Conflict}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/destructions", Name: "destructions", Summary: "Destructions of exhibits, from their proposal on, the newest first", Roles: admin, Status: 200, Answers: answers(Destructions{})},
		{Method: http.MethodGet, Path: "/v1/exhibits/{id}/destruction", Name: "destruction", Summary: "The destruction of one exhibit, and what it destroys", Roles: admin, Status: 200, Answers: answers(Destruction{}), Errors: found},
		{
			Method: http.MethodPost, Path: "/v1/exhibits/{id}/destruction", Name: "proposeDestruction", Summary: "Propose to destroy an exhibit",
			Roles: admin, Body: asJSON(ProposeDestruction{}), Status: 201, Answers: answers(Destruction{}), Errors: decided,
		},
		{Method: http.MethodDelete, Path: "/v1/exhibits/{id}/destruction", Name: "withdrawDestruction", Summary: "Take a proposal back", Roles: admin, Status: 204, Errors: decided},
		{
			Method: http.MethodPost, Path: "/v1/exhibits/{id}/destruction/confirm", Name: "confirmDestruction",
			Summary: "Confirm, as another administrator than who proposed it; the destruction begins, and there is no way back",
			Roles:   admin, Status: 202, Answers: answers(Destruction{}), Errors: decided,
		},
	}
}

func caseOperations() []Operation {
	readers := []triage.Role{triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin}
	decided := []triage.Kind{triage.NotFound, triage.Conflict}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/cases", Name: "cases", Summary: "Cases with an examiner's own exhibits; all, for reviewers and administrators", Roles: readers, Status: 200, Answers: answers(Cases{})},
		{Method: http.MethodGet, Path: "/v1/cases/{id}", Name: "case", Summary: "One case, its exhibits and what was counted of them", Roles: readers, Status: 200, Answers: answers(Case{}), Errors: []triage.Kind{triage.NotFound}},
		{
			Method: http.MethodPost, Path: "/v1/cases/{id}/custody", Name: "holdCase", Summary: "Say until when a custody runs in a case of one's own exhibits, at most 144 hours ahead, or that it has ended: until then its groups come first",
			Roles: examiner, Body: asJSON(HoldCase{}), Status: 200, Answers: answers(Case{}), Errors: decided,
		},
		{
			Method: http.MethodPost, Path: "/v1/cases/{id}/close", Name: "closeCase", Summary: "Close a case: nothing comes in any more, and its exhibits are put away. Nothing is lost",
			Roles: admin, Body: asJSON(ChangeCase{}), Status: 202, Answers: answers(Case{}), Errors: decided,
		},
		{
			Method: http.MethodPost, Path: "/v1/cases/{id}/reopen", Name: "reopenCase", Summary: "Reopen a case: its exhibits are brought back, matched as the sets are now",
			Roles: admin, Body: asJSON(ChangeCase{}), Status: 202, Answers: answers(Case{}), Errors: decided,
		},
	}
}

func rankingOperations() []Operation {
	readers := []triage.Role{triage.Reviewer, triage.Supervisor, triage.Admin}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/ranking", Name: "ranking", Summary: "The weights in force, and how far groups are ranked by them", Roles: readers, Status: 200, Answers: answers(Ranking{})},
		{
			Method: http.MethodPut, Path: "/v1/ranking", Name: "changeWeights", Summary: "Put weights in force, in the place of those that were read; everything is ranked by them at once",
			Roles: reviewer, Body: asJSON(ChangeWeights{}), Status: 202, Answers: answers(Ranking{}), Errors: []triage.Kind{triage.Conflict},
		},
		{Method: http.MethodGet, Path: "/v1/ranking/versions", Name: "weightsVersions", Summary: "All versions of the weights, the newest first, with who put them in force, when and why", Roles: readers, Status: 200, Answers: answers(WeightsVersions{})},
	}
}

func serviceOperations() []Operation {
	return []Operation{
		{Method: http.MethodGet, Path: "/healthz", Name: "live", Summary: "The process lives", Status: 200, Answers: answers(Health{})},
		{Method: http.MethodGet, Path: "/readyz", Name: "ready", Summary: "How the parts of the service fare; 503 with the same answer when one is down", Status: 200, Answers: answers(Readiness{}), Or: 503},
		{Method: http.MethodGet, Path: "/metrics", Name: "metrics", Summary: "What this process tells Prometheus", Roles: admin, Status: 200, Answers: []Content{{typeText, nil}}},
		{Method: http.MethodGet, Path: "/openapi.json", Name: "openapi", Summary: "This document", Status: 200, Answers: []Content{{typeJSON, nil}}},
		{Method: http.MethodGet, Path: "/v1/me", Name: "me", Summary: "Who calls", Roles: triage.Roles, Status: 200, Answers: answers(Me{})},
		{
			Method: http.MethodGet, Path: "/v1/overview", Name: "overview", Summary: "How the work stands, in numbers: an examiner's own exhibits; all, and the queue, for reviewers and administrators",
			Roles: []triage.Role{triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin}, Status: 200, Answers: answers(Overview{}),
		},
		{Method: http.MethodPost, Path: "/v1/links", Name: "newLink", Summary: "Make a one-use sign-in link for oneself", Roles: triage.Roles, Status: 201, Answers: answers(Link{})},
		{
			Method: http.MethodPost, Path: "/v1/checks", Name: "check", Summary: "Ask about up to 100 files by their hashes, and up to 400 pictures of them",
			Roles: []triage.Role{triage.Unit}, Body: asJSON(CheckRequest{}), Status: 200, Answers: answers(CheckResponse{}),
		},
	}
}

func submissionOperations() []Operation {
	readers := []triage.Role{triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin}
	return []Operation{
		{
			Method: http.MethodPost, Path: "/v1/exhibits", Name: "openExhibit", Summary: "Open the exhibit of a seal under a case, or find the one opened before",
			Roles: examiner, Body: asJSON(OpenExhibit{}), Status: 200, Answers: answers(Exhibit{}),
		},
		{Method: http.MethodGet, Path: "/v1/exhibits", Name: "exhibits", Summary: "An examiner's own exhibits; all, for reviewers and administrators", Roles: readers, Status: 200, Answers: answers(Exhibits{})},
		{Method: http.MethodGet, Path: "/v1/exhibits/{id}", Name: "exhibit", Summary: "One exhibit and how far it has come", Roles: readers, Status: 200, Answers: answers(ExhibitProgress{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict}},
		{
			Method: http.MethodPut, Path: "/v1/exhibits/{id}/parts/{part}", Name: "putPart", Summary: "Send one manifest part, named by the SHA-256 of its bytes; learn which media are wanted",
			Roles: examiner, Query: []Parameter{{Name: "place", Type: "integer", About: "which part of the submission it is, from 1 on; what was placed can be taken up after an interruption"}},
			Body: &Content{typeJSON, []triage.Item{}}, Status: 200, Answers: answers(PartAnswer{}), Errors: []triage.Kind{triage.NotFound, triage.Corrupt, triage.TooLarge},
		},
		{
			Method: http.MethodGet, Path: "/v1/exhibits/{id}/parts", Name: "completeParts", Summary: "Names of the parts with which the submission under way began, as long as nothing of them is wanted any more, at most 100",
			Roles: examiner, Query: []Parameter{{Name: "offset", Type: "integer", About: "how many of them to skip"}}, Status: 200, Answers: answers(CompleteParts{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict},
		},
		{
			Method: http.MethodGet, Path: "/v1/exhibits/{id}/parts/{part}", Name: "part", Summary: "A manifest part of one's own exhibit, as it was sent",
			Roles: examiner, Status: 200, Answers: answers([]triage.Item{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict},
		},
		{
			Method: http.MethodPost, Path: "/v1/exhibits/{id}/seal", Name: "sealExhibit", Summary: "Declare that parts, in order, are the whole exhibit",
			Roles: examiner, Body: asJSON(SealExhibit{}), Status: 200, Answers: answers(Sealed{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict},
		},
		{
			Method: http.MethodPut, Path: "/v1/exhibits/{id}/manifest/signature", Name: "signManifest", Summary: "Sign a version of one's own manifest; the answer is the signature that is kept, which is the first",
			Roles: examiner, Body: asJSON(SignManifest{}), Status: 200, Answers: answers(Signature{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict, triage.Corrupt},
		},
		{
			Method: http.MethodGet, Path: "/v1/exhibits/{id}/manifest", Name: "manifest", Summary: "The manifest of one's own sealed exhibit, with its signature",
			Roles: examiner, Status: 200, Answers: answers(Manifest{}), Errors: []triage.Kind{triage.NotFound, triage.Conflict},
		},
		{
			Method: http.MethodGet, Path: "/v1/exhibits/{id}/findings", Name: "findings",
			Summary: "One line an item of one's own sealed exhibit. A chunked answer that does not end was cut short by an error",
			Roles:   examiner, Query: formatQuery, Status: 200, Answers: []Content{{typeLines, Finding{}}, {typeCSV, nil}}, Errors: []triage.Kind{triage.NotFound, triage.Conflict},
		},
		{
			Method: http.MethodPut, Path: "/v1/media/{sha256}", Name: "upload", Summary: "Send the bytes of one wanted medium, with Content-Length",
			Roles: examiner, Body: &Content{typeBinary, nil}, Status: 204, Errors: []triage.Kind{triage.NotFound, triage.Conflict, triage.Corrupt, triage.TooLarge},
		},
		{
			Method: http.MethodPost, Path: "/v1/media", Name: "uploadBatch",
			Summary: "Send up to 128 wanted media of at most 1 MiB each, 4 MiB together, with Content-Length: each as its SHA-256 (32 bytes), its size (4 bytes, big-endian) and its bytes. The answer says of each what became of it",
			Roles:   examiner, Body: &Content{typeBinary, nil}, Status: 200, Answers: answers(BatchAnswer{}), Errors: []triage.Kind{triage.TooLarge},
		},
	}
}

func setOperations() []Operation {
	found := []triage.Kind{triage.NotFound}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/sets", Name: "sets", Summary: "All sets, the newest first", Roles: admin, Status: 200, Answers: answers(Sets{})},
		{Method: http.MethodGet, Path: "/v1/sets/{id}", Name: "set", Summary: "One set", Roles: admin, Status: 200, Answers: answers(Set{}), Errors: found},
		{
			Method: http.MethodPost, Path: "/v1/sets", Name: "importSet", Summary: "Import a list: plain, or CSV with a header", Roles: admin,
			Query: importQuery, Body: &Content{typeBinary, nil}, Status: 201, Answers: answers(ImportReport{}), Errors: []triage.Kind{triage.TooLarge},
		},
		{
			Method: http.MethodPost, Path: "/v1/sets/{id}/withdraw", Name: "withdrawSet", Summary: "Make a set match no more, at once",
			Roles: admin, Body: asJSON(WithdrawSet{}), Status: 200, Answers: answers(Withdrawal{}), Errors: append(found, triage.Conflict),
		},
		{
			Method: http.MethodGet, Path: "/v1/sets/{id}/objections", Name: "objections",
			Summary: "Withdrawn and disputed entries of a set, and of all lists of its source and kind, the latest first",
			Roles:   admin, Status: 200, Answers: answers(Objections{}), Errors: found,
		},
		{
			Method: http.MethodPost, Path: "/v1/sets/{id}/entries/{entry}", Name: "objectToEntry",
			Summary: "Withdraw an entry, named by its line (it matches no more, at once), dispute it (its matches say so), or restore it",
			Roles:   admin, Body: asJSON(ObjectToEntry{}), Status: 200, Answers: answers(Objected{}), Errors: append(found, triage.Conflict),
		},
		{
			Method: http.MethodPost, Path: "/v1/sets/pack", Name: "packSets",
			Summary: "A set pack: counts what is known without a line to the service, encrypted for an age recipient. The header Vigie-Set-Pack says what it is, as JSON",
			Roles:   admin, Body: asJSON(PackSets{}), Status: 200, Answers: []Content{{typeBinary, nil}}, Errors: []triage.Kind{triage.TooLarge},
		},
		{
			Method: http.MethodPost, Path: "/v1/sets/{id}/remove", Name: "removeSet", Summary: "Forget a set whose import failed or was cut off",
			Roles: admin, Status: 200, Answers: answers(Set{}), Errors: append(found, triage.Conflict),
		},
	}
}

func reviewOperations() []Operation {
	found := []triage.Kind{triage.NotFound}
	claimed := []triage.Kind{triage.NotFound, triage.Conflict}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/queue", Name: "queue", Summary: "Groups to review: those of running custodies first, then the highest score", Roles: reviewer, Query: slices.Concat(paging, filter), Status: 200, Answers: answers(Queue{})},
		{
			Method: http.MethodPost, Path: "/v1/queue/next", Name: "next", Summary: "Claim the next group: the one that the caller holds, or else the first of the queue that nobody holds and that is nobody else's: those of running custodies before all others, then those that are the caller's; 404 when there is none",
			Query: filter, Roles: reviewer, Status: 200, Answers: answers(Group{}), Errors: claimed,
		},
		{Method: http.MethodGet, Path: "/v1/groups/{id}", Name: "group", Summary: "Facts of a group: no names, no content", Roles: reviewer, Status: 200, Answers: answers(Sheet{}), Errors: found},
		{Method: http.MethodPost, Path: "/v1/groups/{id}/claim", Name: "claim", Summary: "Claim a group, or renew the claim", Roles: reviewer, Status: 200, Answers: answers(Claim{}), Errors: claimed},
		{Method: http.MethodDelete, Path: "/v1/groups/{id}/claim", Name: "return", Summary: "Hand a claimed group back", Roles: reviewer, Status: 204, Errors: claimed},
		{
			Method: http.MethodPost, Path: "/v1/groups/{id}/reveals", Name: "reveal", Summary: "Ask, with a reason, to see a claimed group's pictures at one step of the ladder (blurred, grey, colour, full), some tiles of one of them (grey, colour, full), stills of a stretch of one of its videos (at a step that was granted before), or the names of its files, as the rules allow it",
			Roles: reviewer, Body: asJSON(RevealRequest{}), Status: 201, Answers: answers(Reveal{}), Errors: claimed,
		},
		{
			Method: http.MethodGet, Path: "/v1/reveals/{id}/pictures/{n}", Name: "picture", Summary: "The n-th picture (from 0) of one's own live reveal, encoded anew and marked with who sees it and when",
			Roles: reviewer, Status: 200, Answers: []Content{{typeJPEG, nil}}, Errors: found,
		},
		{
			Method: http.MethodGet, Path: "/v1/reveals/{id}/names", Name: "names", Summary: "Names and paths of the group's files, at most 200, under one's own live reveal of them",
			Roles: reviewer, Status: 200, Answers: answers(Names{}), Errors: found,
		},
		{
			Method: http.MethodGet, Path: "/v1/me/limits", Name: "limits", Summary: "What the caller does not want to be shown, and what counts for them: the strictest of that and of what their role may see",
			Roles: reviewer, Status: 200, Answers: answers(OwnRules{}),
		},
		{
			Method: http.MethodPut, Path: "/v1/me/limits", Name: "setLimits", Summary: "Set what the caller does not want to be shown: stricter at once, looser a day later",
			Roles: reviewer, Body: asJSON(Limits{}), Status: 200, Answers: answers(OwnRules{}),
		},
	}
}

func decisionOperations() []Operation {
	claimed := []triage.Kind{triage.NotFound, triage.Conflict}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/categories", Name: "categories", Summary: "The office's scheme of categories", Roles: []triage.Role{triage.Reviewer, triage.Supervisor, triage.Admin}, Status: 200, Answers: answers(Scheme{})},
		{
			Method: http.MethodPost, Path: "/v1/groups/{id}/confirmation", Name: "confirm", Summary: "Take a decision over for the media that have joined since: verdict and media as the group's proposal tells them",
			Roles: reviewer, Body: asJSON(ConfirmationRequest{}), Status: 200, Answers: answers(Decision{}), Errors: claimed,
		},
		{
			Method: http.MethodPost, Path: "/v1/groups/{id}/decision", Name: "decide", Summary: "Conclude about a claimed group, and hand it back; what is illegal awaits a second person, and a third where the two disagree",
			Roles: reviewer, Body: asJSON(DecisionRequest{}), Status: 200, Answers: answers(Decision{}), Errors: claimed,
		},
		{
			Method: http.MethodDelete, Path: "/v1/groups/{id}/decision", Name: "undecide", Summary: "Take one's own last conclusion back, within 15 minutes, and claim the group",
			Roles: reviewer, Status: 204, Errors: claimed,
		},
		{
			Method: http.MethodGet, Path: "/v1/groups/{id}/folder", Name: "folder", Summary: "The folder of a program (its files, a theme, a cache) in which a group lies wholly, and the undecided groups that do: facts, no name; 404 when it lies in none",
			Roles: reviewer, Status: 200, Answers: answers(Folder{}), Errors: []triage.Kind{triage.NotFound},
		},
		{
			Method: http.MethodPost, Path: "/v1/groups/{id}/folder", Name: "decideFolder", Summary: "Decide groups of the program's folder of a claimed group together, as not illegal or unsure; what others hold or have decided, and what is to be looked at, is left out",
			Roles: reviewer, Body: asJSON(FolderRequest{}), Status: 200, Answers: answers(FolderOutcome{}), Errors: claimed,
		},
		{Method: http.MethodGet, Path: "/v1/awaiting", Name: "awaiting", Summary: "Groups whose decision awaits somebody else's opinion, the longest waiting first", Roles: reviewer, Query: stretch, Status: 200, Answers: answers(Awaiting{})},
		{
			Method: http.MethodPost, Path: "/v1/awaiting/next", Name: "nextAwaiting", Summary: "Claim the group that has waited longest for an opinion of somebody like the caller, who gave none of it; 404 when there is none",
			Roles: reviewer, Status: 200, Answers: answers(Group{}), Errors: claimed,
		},
	}
}

func shownOperations() []Operation {
	found := []triage.Kind{triage.NotFound}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/me/shown", Name: "shown", Summary: "How many pictures and names the caller was shown in the last 31 days, and how long they were on the screen, by day and step", Roles: reviewer, Status: 200, Answers: answers(Shown{})},
		{
			Method: http.MethodGet, Path: "/v1/shown", Name: "othersShown", Summary: "The same of others, as the organisation lets supervisors know: sums of days on which at least three were shown something, or of each; 403 where it does not",
			Roles: []triage.Role{triage.Supervisor}, Status: 200, Answers: answers(OthersShown{}),
		},
		{Method: http.MethodPut, Path: "/v1/reveals/{id}/hidden", Name: "hideReveal", Summary: "Say that what one's own reveal shows is on the screen no more", Roles: reviewer, Status: 204, Errors: found},
		{Method: http.MethodDelete, Path: "/v1/reveals/{id}/hidden", Name: "resumeReveal", Summary: "Say that it is shown again", Roles: reviewer, Status: 204, Errors: found},
	}
}

func outcomeOperations() []Operation {
	readers := []triage.Role{triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin}
	found := []triage.Kind{triage.NotFound}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/cases/{id}/outcomes", Name: "outcomesOf", Summary: "What came of a case, the latest first", Roles: readers, Status: 200, Answers: answers(CaseOutcomes{}), Errors: found},
		{
			Method: http.MethodPost, Path: "/v1/cases/{id}/outcomes", Name: "recordOutcome", Summary: "Say what came of a case: it is told to those whose opinions were given on groups with media in it. An examiner of a case with exhibits of their own",
			Roles: []triage.Role{triage.Examiner, triage.Supervisor, triage.Admin}, Body: asJSON(RecordOutcome{}), Status: 201, Answers: answers(OutcomeRecorded{}), Errors: found,
		},
		{Method: http.MethodGet, Path: "/v1/me/outcomes", Name: "outcomes", Summary: "What came of the cases that the caller worked on, the latest first", Roles: reviewer, Status: 200, Answers: answers(CaseOutcomes{})},
		{Method: http.MethodPost, Path: "/v1/me/outcomes/{outcome}/read", Name: "readOutcome", Summary: "Take note of an outcome that the caller is told of", Roles: reviewer, Status: 204, Errors: found},
	}
}

func assignmentOperations() []Operation {
	supervisor := []triage.Role{triage.Supervisor}
	found, decided := []triage.Kind{triage.NotFound}, []triage.Kind{triage.NotFound, triage.Conflict}
	return []Operation{
		{Method: http.MethodGet, Path: "/v1/assignments", Name: "assignees", Summary: "Those who review, by name, with how many groups of the queue and which cases are theirs", Roles: reviewer, Status: 200, Answers: answers(Assignees{})},
		{
			Method: http.MethodPut, Path: "/v1/groups/{id}/assignment", Name: "assignGroup", Summary: "Assign a group of the queue to a reviewer or supervisor: next offers it to them, and to nobody else; anybody may claim it by hand",
			Roles: supervisor, Body: asJSON(Assign{}), Status: 204, Errors: decided,
		},
		{Method: http.MethodDelete, Path: "/v1/groups/{id}/assignment", Name: "takeBackGroup", Summary: "Take a group back: it is nobody's, or whose its case is", Roles: supervisor, Status: 204, Errors: found},
		{
			Method: http.MethodPut, Path: "/v1/cases/{id}/assignment", Name: "assignCase", Summary: "Assign all groups with media of an open case, but for those that were assigned by themselves, or lie in one that was assigned before; they follow in a moment, and so do later ones",
			Roles: supervisor, Body: asJSON(Assign{}), Status: 204, Errors: decided,
		},
		{Method: http.MethodDelete, Path: "/v1/cases/{id}/assignment", Name: "takeBackCase", Summary: "Take a case back", Roles: supervisor, Status: 204, Errors: found},
	}
}

func noticeOperations() []Operation {
	return []Operation{
		{
			Method: http.MethodGet, Path: "/v1/notices", Name: "notices", Summary: "Exhibits that have what two reviewers decided to be illegal, and where else it was found: an examiner's own, or all; the latest first",
			Roles: []triage.Role{triage.Examiner, triage.Reviewer, triage.Supervisor}, Query: stretch, Status: 200, Answers: answers(Notices{}),
		},
		{
			Method: http.MethodPost, Path: "/v1/exhibits/{id}/links/{link}/read", Name: "readNotice", Summary: "Take note of a link of one's own exhibit", Roles: examiner, Status: 204,
			Errors: []triage.Kind{triage.NotFound},
		},
	}
}
