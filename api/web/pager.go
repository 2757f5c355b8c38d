package web

import "github.com/gofiber/fiber/v2"

// pager is a stretch of a longer list.
type pager struct {
	Base                string // address of the list
	Offset, Size, Total int
}

// newPager reads the offset from the address. What makes no sense is the beginning.
func newPager(c *fiber.Ctx, base string, size int) pager {
	return pager{Base: base, Offset: max(0, c.QueryInt("offset")), Size: size}
}

// Many reports whether there is more than one stretch.
func (p pager) Many() bool { return p.Total > p.Size || p.Offset > 0 }

// First is the number of the first entry shown, from 1.
func (p pager) First() int { return p.Offset + 1 }

// Last is the number of the last entry shown.
func (p pager) Last() int { return min(p.Offset+p.Size, p.Total) }

// HasPrevious reports whether there is a stretch before this one.
func (p pager) HasPrevious() bool { return p.Offset > 0 }

// HasNext reports whether there is a stretch after this one.
func (p pager) HasNext() bool { return p.Offset+p.Size < p.Total }

// Previous is the offset of the stretch before.
func (p pager) Previous() int { return max(0, p.Offset-p.Size) }

// Next is the offset of the stretch after.
func (p pager) Next() int { return p.Offset + p.Size }

// stretch returns the part of a whole list that p shows, and counts the list.
func stretch[T any](p *pager, all []T) []T {
	p.Total = len(all)
	from := min(p.Offset, len(all))
	return all[from:min(from+p.Size, len(all))]
}
