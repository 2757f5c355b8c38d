package disk

import "sync"

// recent keeps what was unpacked last, up to some bytes.
type recent struct {
	max   int64
	mu    sync.Mutex
	held  int64
	byKey map[int64][]byte
	order []int64 // the oldest first
}

// get returns the bytes of a chunk, which nobody may change, and has them made when they are not there. What is not there is
// made without the lock: several may do so at once.
func (c *recent) get(key int64, unpack func() ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	chunk, ok := c.byKey[key]
	c.mu.Unlock()
	if ok {
		return chunk, nil
	}
	chunk, err := unpack()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, there := c.byKey[key]; there {
		return chunk, nil
	}
	if c.byKey == nil {
		c.byKey = make(map[int64][]byte)
	}
	c.byKey[key] = chunk
	c.order = append(c.order, key)
	c.held += int64(len(chunk))
	for len(c.order) > 1 && c.held > c.max {
		c.held -= int64(len(c.byKey[c.order[0]]))
		delete(c.byKey, c.order[0])
		c.order = c.order[1:]
	}
	return chunk, nil
}
