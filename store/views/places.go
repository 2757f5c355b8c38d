package views

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// placePart keeps which part an event put at a place, unless a later one has put another there, or the exhibit is gone. Numbers of
// events have one length, so that they compare as strings. ARGV: exhibit, place, event (8 bytes), part.
var placePart = script(`
local x, place = ARGV[2], ARGV[3]
local had = call('HGET', P .. 'xo:' .. x, place)
if call('EXISTS', P .. 'x:' .. x) == 1 and not (had and had:sub(1, 8) > ARGV[4]) then
  call('HSET', P .. 'xo:' .. x, place, ARGV[4] .. ARGV[5])
end
return 1`)

// PlacePart implements triage.ExhibitStore.
func (s Exhibits) PlacePart(ctx context.Context, id triage.ExhibitID, part triage.PartID, place int, event uint64) error {
	raw, err := packPart(part)
	if err != nil {
		return err
	}
	x := packExhibit(id)
	by := binary.BigEndian.AppendUint64(nil, event)
	return fault("views.PlacePart", string(id), s.run(ctx, placePart, s.key(keyPlaces, x), x, place, by, raw).Err())
}

// PlacedParts implements triage.ExhibitStore.
func (s Exhibits) PlacedParts(ctx context.Context, id triage.ExhibitID) (parts []triage.PartID, err error) {
	const op = "views.PlacedParts"
	places := s.key(keyPlaces, packExhibit(id))
	for {
		fields := make([]string, batch)
		for i := range fields {
			fields[i] = strconv.Itoa(len(parts) + i + 1)
		}
		placed, err := s.rdb.HMGet(ctx, places, fields...).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, fault(op, string(id), err)
		}
		for _, p := range placed {
			raw, isThere := p.(string)
			if !isThere {
				return parts, nil
			}
			parts = append(parts, triage.PartID(hex.EncodeToString([]byte(raw[8:]))))
		}
	}
}
