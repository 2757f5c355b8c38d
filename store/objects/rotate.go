package objects

import (
	"bytes"
	"context"

	"vigie/triage"
)

// KeyUse returns how many keyrings of raw each service key wraps.
func KeyUse(ctx context.Context, raw Store) (map[KeyID]int, error) {
	use := make(map[KeyID]int)
	for info, err := range raw.List(ctx, Keys+"/", "") {
		if err != nil {
			return nil, err
		}
		ring, err := readKeyring(ctx, raw, info.Key)
		if err != nil {
			return nil, err
		}
		id, err := wrappedUnder(info.Key, ring)
		if err != nil {
			return nil, err
		}
		use[id]++
	}
	return use, nil
}

// Rewrap wraps every keyring of raw under the current service key and touches nothing else: no medium, no record. It
// calls done after each keyring that it looked at, and returns how many it changed. Interrupted, it is run again. Whoever
// calls it while the service may run holds the keyrings (HoldKeys).
func Rewrap(ctx context.Context, raw Store, keys *ServiceKeys, done func()) (changed int, err error) {
	ids, err := keys.IDs()
	if err != nil {
		return 0, err
	}
	for info, err := range raw.List(ctx, Keys+"/", "") {
		if err != nil {
			return changed, err
		}
		ring, err := readKeyring(ctx, raw, info.Key)
		if err != nil {
			return changed, err
		}
		id, err := wrappedUnder(info.Key, ring)
		if err != nil {
			return changed, err
		}
		if id != ids[0] {
			if ring, err = rewrap(keys, info.Key, ring); err != nil {
				return changed, err
			}
			// Whoever can be read under the new key stays; what cannot is not written.
			if _, err := decodeKeyring(keys, info.Key, ring); err != nil {
				return changed, err
			}
			if err := raw.Replace(ctx, info.Key, bytes.NewReader(ring), int64(len(ring))); err != nil {
				return changed, err
			}
			changed++
		}
		done()
	}
	return changed, nil
}

// CheckRetired returns Conflict while a keyring of raw needs another service key than the current one.
func CheckRetired(ctx context.Context, raw Store, keys *ServiceKeys) error {
	ids, err := keys.IDs()
	if err != nil {
		return err
	}
	use, err := KeyUse(ctx, raw)
	if err != nil {
		return err
	}
	for id := range use {
		if id != ids[0] {
			return triage.E(triage.Conflict, "objects.CheckRetired", id.String(), "an older service key is still needed: run \"vigie keys rotate\" first", nil)
		}
	}
	return nil
}
