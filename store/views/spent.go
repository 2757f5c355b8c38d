package views

import (
	"context"
	"strconv"
	"time"

	"vigie/triage"
)

// stageFields are the fields of xc:<x> that add up what stages took, in microseconds.
var stageFields = map[triage.Stage]string{
	triage.StageRead: "tr", triage.StageDigest: "tg", triage.StageDecode: "td", triage.StageHash: "th",
	triage.StageMatch: "tm", triage.StageWrite: "tw",
}

// spend adds to what exhibits took, of those that are there. ARGV, of each sum: exhibit, field, microseconds.
var spend = script(`
for i = 2, #ARGV, 3 do
  if call('EXISTS', P .. 'x:' .. ARGV[i]) == 1 then call('HINCRBY', P .. 'xc:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
end
return 1`)

// Spend implements triage.OutcomeStore.
func (s Outcomes) Spend(ctx context.Context, of map[triage.ExhibitID]triage.Spent) error {
	var args []any
	for x, spent := range of {
		for stage, field := range stageFields {
			if us := spent[stage].Microseconds(); us > 0 {
				args = append(args, packExhibit(x), field, strconv.FormatInt(us, 10))
			}
		}
	}
	if len(args) == 0 {
		return nil
	}
	return fault("views.Spend", "", s.run(ctx, spend, s.key(keyExhibits), args...).Err())
}

// unpackSpent reads what spend added up, of the fields of xc:<x>.
func unpackSpent(counts map[string]int) triage.Spent {
	spent := make(triage.Spent)
	for stage, field := range stageFields {
		if us := counts[field]; us > 0 {
			spent[stage] = time.Duration(us) * time.Microsecond
		}
	}
	return spent
}
